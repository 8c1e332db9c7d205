"""What this installation has, before anything of it runs: its persona packs and its records.

Commands need no more than this; it loads neither the web nor a model, so that a command answers within a second.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from server import environment, paging
from server.config import ROOT, Settings
from server.persona.escalations import load_escalation
from server.persona.paging import EscalationPolicy
from server.record.database import BALLAST, Database
from server.record.master_key import MasterKey
from server.record.witness import Witness
from server.vocabulary.clock import Clock

if TYPE_CHECKING:
    from server.persona.pack import Clinic, Pack

PERSONAS = ROOT / "personas"


def load_packs(settings: Settings | None = None) -> "dict[str, Pack]":
    """Every persona pack, by id, speaking for the clinic of `settings`; raises `PackError`, which names file and line."""
    # Loaded with the first pack, not with this module: pages ring before any pack is read.
    from server.persona.loading import load_pack
    from server.persona.tuning import NONE, TuningFolder, tuned

    packs = [load_pack(folder) for folder in _personas()]
    site = paging.read_site(settings.escalation if settings is not None else None)
    tuning = TuningFolder(settings.tuning).in_use() if settings is not None else NONE
    packs = [tuned(pack, tuning) for pack in packs]
    escalations = {pack.id: site.escalation(pack.id, pack.escalation) for pack in packs}
    return {
        pack.id: replace(pack, clinic=_clinic(settings, pack.clinic), escalation=escalations[pack.id]) for pack in packs
    }


def load_escalations(settings: Settings) -> dict[str, EscalationPolicy]:
    """What every pack says of its pages, by its id, as this site has it; much sooner than the packs. Raises `PackError`."""
    site = paging.read_site(settings.escalation)
    return {name: site.escalation(name, written) for name, written in map(load_escalation, _personas())}


def _personas() -> list[Path]:
    return [folder for folder in sorted(PERSONAS.iterdir()) if (folder / "persona.yaml").is_file()]


def _clinic(settings: Settings | None, written: "Clinic") -> "Clinic":
    if settings is None:
        return written
    ours = {"name": settings.clinic, "nurse_phone": settings.nurse_phone, "emergency_number": settings.emergency_number}
    return written.model_copy(update={name: value for name, value in ours.items() if value})


def witness_of(settings: Settings) -> Witness:
    """Where the audit chain's seals are noted beside the records."""
    return Witness(settings.data / "audit")


def reading_keys(settings: Settings) -> tuple[MasterKey, ...]:
    """The master key these records have; never made up. Raises MasterKeyError."""
    return (MasterKey.load(settings.data, may_create=False),)


async def open_records(settings: Settings, clock: Clock) -> Database:
    """The records, migrated; used by the server and by every command that reads or writes them. Raises WrongSetting."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = MasterKey.load(settings.data, may_create=True)
    except OSError as error:
        raise environment.unusable_data(error) from None
    try:
        return await Database.open(settings.records_url, key, clock, ballast=BALLAST, witness=witness_of(settings))
    except (OSError, DBAPIError) as error:
        raise environment.unusable_records(settings, error) from None
