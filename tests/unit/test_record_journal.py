"""The journal keeps every kind of event, in order, for its own check-in only."""

import traceback
from datetime import timedelta
from typing import Any, cast, get_args

import pytest

from server.record import journal
from server.record.sealed import Unwritable
from server.record.transaction import Transaction
from server.record.vault import Unreadable
from server.vocabulary import events
from server.vocabulary.errors import NotFound, NotPermitted
from server.vocabulary.events import Event
from server.vocabulary.findings import Advice, CueEvidence, CueUsual, Flag, Likeness, Tier
from server.vocabulary.ids import CheckInId, EscalationId, StaffId
from server.vocabulary.memories import Memory
from server.vocabulary.principals import Patient
from server.vocabulary.speech import Told
from tests.fakes.records import COMPLIANCE, CONDUCTOR, NOON, NURSE, OTTO, Records

KIND = "unit"
TOLD = Told(
    "warfarin#Missed dose", 2, "Dr. Amir Haddad", "Warfarin", "Missed dose", "MedlinePlus", "rl_1", ("Call us.",)
)
EVERY_KIND: list[Event] = [
    events.CheckInStarted(
        *("after-discharge", "1.0.0", "0" * 64), resumed=False, remembered=(Memory("mf_1", "swelling", "", "ankle"),)
    ),
    events.ConnectionChanged("connected"),
    events.PatientTurn(
        *(1, "Ça va, “mostly” 🙂", True, False, Advice("yes", "Ça va", (Flag("CHEST_PAIN", "mostly"),))),
        likenesses=(Likeness("CHEST_PAIN", 0.9, 0, 9),),
    ),
    events.PatientSilent(8.5),
    events.NurseAsked(),
    events.CueNoticed(
        "trailing_off",
        0.8,
        12.5,
        "turn",
        "hesitation",
        0.7,
        evidence=(CueEvidence("trail_off", 12.0, 9.0, 2.0, 2.4, 0.6),),
        model="00112233",
        calibration="prior",
    ),
    events.CueDisputed("trailing_off", 12.5),
    events.VoiceTimingLearned(9, (CueUsual("pause_ratio", 0.2, 0.08),)),
    events.CueJudged("trailing_off", 12.5, "hesitation", 1.4, "prior", "right", StaffId("st_1"), "Nia"),
    events.TriggerFired(1, "CHEST_PAIN", 3, Tier.EMERGENCY, "my chest hurts"),
    events.NegativeFound(2, "BREATHLESS", 1, "no, I breathe fine"),
    events.ObjectiveClosed("weight", "met", "180", (1, 2)),
    events.QuestionUnanswered(3, "can I drive?"),
    events.QuestionAnswered(4, "what if I forget one?", TOLD),
    events.MemoryAmended(4, "mf_1", "corrected", "left_foot", "no, it was my left foot"),
    events.SentenceGated(1, "Hello.", allowed=True, script="greeting.hello", reason="script"),
    events.SpeechHeard(("Do not take it.",), "Do not", interrupted=True, seconds=0.7),
    events.SentenceHeard(1, "Sit down and rest.", 1.4, 0.7, heard_words=2, of_words=4),
    events.ModelUsed(1, "talk", "large", 900, 20, False, 120, 310.5, "used"),
    events.EscalationRequested(EscalationId("esc_1"), Tier.URGENT, "SWELLING", 1, "ankles", 4),
    events.EscalationAcknowledged(EscalationId("esc_1"), Tier.URGENT, StaffId("st_1"), "Nia"),
    events.RoomChanged(StaffId("st_1"), "Nia", "talking"),
    events.EscalationClosed(
        *(EscalationId("esc_1"), Tier.URGENT, "SWELLING", 1, StaffId("st_1"), "Nia", "not_needed", "advised", "noise"),
        noise="misheard",
        follow_up="call on Monday",
    ),
    events.ConsentChanged("camera", allowed=False),
    events.TurnTimed(1, 480.0, 0.0, 2.5, 90.0, 20.0),
    events.FailedSafe("recognizer_gone"),
    events.CheckInEnded("completed"),
]


async def checkin_of(records: Records) -> CheckInId:
    return await records.order(await records.add())


async def append(records: Records, checkin: CheckInId, event: Event) -> int:
    writer = NURSE if isinstance(event, events.CueJudged | events.EscalationClosed) else CONDUCTOR
    return await records.database.run(lambda tx: journal.append(tx, writer, checkin, event, tx.now))


def test_the_list_above_holds_every_kind() -> None:
    assert [type(event) for event in EVERY_KIND] == list(get_args(get_args(Event)[0]))


async def test_every_kind_comes_back_as_it_was_in_order(records: Records) -> None:
    checkin = await checkin_of(records)
    for number, event in enumerate(EVERY_KIND, start=1):
        assert await append(records, checkin, event) == number
        records.clock.move(timedelta(milliseconds=250))
    entries = await records.database.run(lambda tx: journal.read(tx, CONDUCTOR, checkin))
    assert [entry.event for entry in entries] == EVERY_KIND
    assert [entry.seq for entry in entries] == list(range(1, len(EVERY_KIND) + 1))
    assert [entry.at for entry in entries[:2]] == [NOON, NOON + timedelta(milliseconds=250)]


async def test_each_checkin_counts_from_one(records: Records) -> None:
    first, second = await checkin_of(records), await checkin_of(records)
    await append(records, first, events.FailedSafe("a"))
    assert await append(records, second, events.FailedSafe("b")) == 1


@pytest.mark.parametrize(
    "event",
    [
        events.ConnectionChanged(cast("Any", "canaryword")),
        events.PatientTurn(cast("Any", "canaryword"), "words", typed=False, continues=False),
        events.PatientSilent(float("nan")),
        cast("Any", Tier.URGENT),
    ],
    ids=["literal", "type", "nan", "no event"],
)
async def test_what_could_not_be_read_back_is_not_written(records: Records, event: Event) -> None:
    checkin = await checkin_of(records)
    with pytest.raises(Unwritable) as caught:
        await append(records, checkin, event)
    assert "canaryword" not in "".join(traceback.format_exception(caught.value))
    assert await records.database.run(lambda tx: journal.read(tx, CONDUCTOR, checkin)) == []


async def test_the_newest_of_a_kind_is_the_patients_own(records: Records) -> None:
    rosa, otto = await records.add(), await records.add(OTTO)
    first, second, other = await records.order(rosa), await records.order(rosa), await records.order(otto)

    def learn(tx: Transaction) -> None:
        for day, checkin, turns in ((0, second, 3), (2, first, 9), (1, second, 6), (3, other, 1)):
            event = events.VoiceTimingLearned(turns, ())
            journal.append(tx, CONDUCTOR, checkin, event, tx.now + timedelta(days=day))

    await records.database.run(learn)
    found = await records.database.run(lambda tx: journal.newest(tx, CONDUCTOR, rosa, "voice_timing_learned"))
    assert found == events.VoiceTimingLearned(9, ())
    assert await records.database.run(lambda tx: journal.newest(tx, CONDUCTOR, otto, "cue_noticed")) is None


async def test_entries_that_changed_places_do_not_open(records: Records) -> None:
    checkin = await checkin_of(records)
    await append(records, checkin, events.FailedSafe("a"))
    await append(records, checkin, events.FailedSafe("b"))
    swap = "UPDATE journal SET payload = (SELECT payload FROM journal AS other WHERE other.seq <> journal.seq)"
    await records.database.run(lambda tx: tx.connection.exec_driver_sql(swap).close())
    with pytest.raises(Unreadable):
        await records.database.run(lambda tx: journal.read(tx, CONDUCTOR, checkin))


async def test_patients_read_and_write_their_own_only(records: Records) -> None:
    rosa, otto = await records.add(), await records.add(OTTO)
    own, other = await records.order(rosa), await records.order(otto)
    who = Patient(rosa, own)
    event = events.ConsentChanged("camera", allowed=True)
    await records.database.run(lambda tx: journal.append(tx, who, own, event, tx.now))
    assert len(await records.database.run(lambda tx: journal.read(tx, who, own))) == 1
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: journal.append(tx, who, other, event, tx.now))
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: journal.read(tx, who, other))


async def test_compliance_reads_no_journal(records: Records) -> None:
    checkin = await checkin_of(records)
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: journal.read(tx, COMPLIANCE, checkin))


async def test_an_unknown_checkin_has_no_journal(records: Records) -> None:
    with pytest.raises(NotFound):
        await append(records, CheckInId("ci_none"), events.FailedSafe("a"))
