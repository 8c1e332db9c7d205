"""What this installation has, before anything of it runs: its persona packs and its records.

Commands need no more than this; it loads neither the web nor a model, so that a command answers within a second.
"""

from dataclasses import replace

from sqlalchemy.exc import DBAPIError

from server import environment, paging
from server.config import ROOT, Settings
from server.persona.loading import load_pack
from server.persona.pack import Clinic, Pack
from server.persona.tuning import NONE, TuningFolder, tuned
from server.record import master_key
from server.record.database import BALLAST, Database
from server.record.key_ring import KeyRing
from server.record.witness import Witness
from server.vocabulary.clock import Clock

PERSONAS = ROOT / "personas"


def load_packs(settings: Settings | None = None) -> dict[str, Pack]:
    """Every persona pack, by id, speaking for the clinic of `settings`; raises `PackError`, which names file and line."""
    packs = [load_pack(folder) for folder in sorted(PERSONAS.iterdir()) if (folder / "persona.yaml").is_file()]
    site = paging.read_site(settings.escalation if settings is not None else None)
    tuning = TuningFolder(settings.tuning).in_use() if settings is not None else NONE
    packs = [tuned(pack, tuning) for pack in packs]
    return {pack.id: replace(pack, clinic=_clinic(settings, pack), escalation=site.escalation(pack)) for pack in packs}


def _clinic(settings: Settings | None, pack: Pack) -> Clinic:
    if settings is None:
        return pack.clinic
    return Clinic(
        name=settings.clinic or pack.clinic.name,
        nurse_phone=settings.nurse_phone or pack.clinic.nurse_phone,
        emergency_number=settings.emergency_number or pack.clinic.emergency_number,
    )


def witness_of(settings: Settings) -> Witness:
    """Where the audit chain's seals are noted beside the records."""
    return Witness(settings.data / "audit")


def key_ring(settings: Settings, *, may_create: bool) -> KeyRing:
    """The master keys that these records have. Raises MasterKeyError."""
    return KeyRing(lambda: master_key.every(settings.data, may_create=may_create))


async def open_records(settings: Settings, clock: Clock) -> Database:
    """The records, migrated; used by the server and by every command that reads or writes them. Raises WrongSetting."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = key_ring(settings, may_create=True)
    except OSError as error:
        raise environment.unusable_data(error) from None
    try:
        return await Database.open(settings.records_url, keys, clock, ballast=BALLAST, witness=witness_of(settings))
    except (OSError, DBAPIError) as error:
        raise environment.unusable_records(settings, error) from None
