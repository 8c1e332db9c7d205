"""Check-ins in the records with what a patient said in them, played by the very policy, for tests of memory."""

from pathlib import Path

from server.checkin.journal import CONDUCTOR
from server.checkin.remembering import rules_of
from server.checkin.visit import visit_on
from server.memory import memory, store
from server.memory.facts import Claim
from server.memory.merging import Changes, Put
from server.persona.loading import load_pack
from server.record import checkins, journal, patients
from server.record.transaction import Transaction
from server.vocabulary.events import CheckInEnded, Event
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.memories import Memory
from server.workbench.lines import Says
from server.workbench.rehearsal import Rehearsal, rehearse
from tests.fakes.records import COMMAND, Records

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
RULES = rules_of(PACK)
NO_DANGER = ("no",) * 5


async def recalled(records: Records, patient: PatientId) -> tuple[Memory, ...]:
    """What the next check-in would be handed."""
    return await records.database.run(lambda tx: memory.recall(tx, CONDUCTOR, patient, RULES))


async def proposed(records: Records, patient: PatientId, claim: Claim) -> str:
    """Something a language model read in a check-in: the fact that waits for a person."""

    def put(tx: Transaction) -> str:
        (made,) = store.apply(tx, patient, Changes(puts=[Put(claim, "proposed", "llm-proposal", tx.now)]), None)
        return made

    return await records.database.run(put)


async def talked(records: Records, patient: PatientId, *said: str) -> tuple[CheckInId, Rehearsal]:
    """A check-in in which the patient says this and then presses End; over, and not taken into memory yet."""
    remembered = await recalled(records, patient)
    card = await records.database.run(lambda tx: patients.get(tx, CONDUCTOR, patient))
    visit = visit_on(card, PACK, records.clock.now().date(), remembered)
    played, _ = rehearse(PACK, visit, [Says(text) for text in said], stop_at_end=True)
    events = [moment.event for moment in played.moments]
    if not played.ended:
        events.append(CheckInEnded("patient_ended"))
    return await records.database.run(lambda tx: _written(tx, patient, events)), played


def _written(tx: Transaction, patient: PatientId, events: list[Event]) -> CheckInId:
    checkin = checkins.order(tx, COMMAND, patient, PACK.id)
    checkins.start(tx, CONDUCTOR, checkin, PACK.version, PACK.content_hash)
    for event in events:
        journal.append(tx, CONDUCTOR, checkin, event, tx.now)
    checkins.end(tx, CONDUCTOR, checkin, "patient_ended")
    return checkin


def lines_of(played: Rehearsal) -> str:
    """Everything the persona said."""
    return " ".join(moment.event.text for moment in played.moments if moment.event.kind == "sentence_gated")
