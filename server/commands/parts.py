"""The commands `doctor` and `models`: which implementation of each part runs here, and making it ready before a call."""

from collections.abc import Mapping

from server import language, lessons, perceiving
from server.agreements import Agreements
from server.app import other_parts
from server.commands.terminal import DataOption, run, settings_of, show, tell
from server.config import Settings
from server.installation import PERSONAS, load_packs, open_records
from server.knowledge import kit as knowledge
from server.model_store import ModelStore
from server.persona.pack import Pack
from server.record.transaction import Transaction
from server.speech import kit as speech
from server.vocabulary.clock import SystemClock
from server.vocabulary.parts import Part


def doctor(data: DataOption = None) -> None:
    """Say which implementation of each part would run here and what is missing."""
    run(_doctor(settings_of(data)))


def models(data: DataOption = None) -> None:
    """Fetch the model files and train the sentence classifier, once; every later start finds them in the cache."""
    run(_models(settings_of(data)))


async def _doctor(settings: Settings) -> None:
    packs, agreements = load_packs(), Agreements.read(settings, SystemClock())
    parts = await _prepared(settings, packs)
    database = await open_records(settings, SystemClock())
    await database.run(_look)
    await database.close()
    async with language.models(settings, agreements.lets_language_model) as (_, language_part):
        show([*parts, language_part, agreements.part(), *other_parts(settings)])
    tell(f"personas: {', '.join(f'{pack.id} {pack.version} ({pack.status})' for pack in packs.values())}")


async def _models(settings: Settings) -> None:
    show(await _prepared(settings, load_packs()))


async def _prepared(settings: Settings, packs: Mapping[str, Pack]) -> list[Part]:
    """What hears, speaks, recognizes paraphrases and looks here, after everything it needs was fetched and trained."""
    store_of_models = ModelStore(settings.model_cache, settings.model_mirror, tell)
    kit, parts = await speech.build(store_of_models, settings.voice, [], end_of_turn_model=settings.end_of_turn_model)
    await kit.close()
    classifier, triage_part = await knowledge.classifier(store_of_models, lessons.examples(PERSONAS, packs))
    claims, gate_part = await knowledge.classifier(store_of_models, lessons.free_talk(PERSONAS), knowledge.CLAIMS)
    for made in filter(None, (classifier, claims)):
        made.close()
    async with perceiving.perception(store_of_models, settings.calibrations) as (_, perception_part):
        return [*parts, triage_part, gate_part, perception_part]


def _look(tx: Transaction) -> None:
    tx.connection.exec_driver_sql("select 1")
