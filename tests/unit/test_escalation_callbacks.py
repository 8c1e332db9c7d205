"""A patient lost in danger: attempts at 0, 2 and 5 minutes that a nurse ticks, and a text with a link that nobody else sees."""

from datetime import timedelta

import pytest

from server.escalation import callbacks, wording
from server.escalation.callbacks import CallBack
from server.escalation.pager import ConsoleTexts
from server.escalation.rejoin import Rejoin, Text
from server.invitation import store
from server.record import audit, checkins
from server.record.transaction import Transaction
from server.vocabulary.call_backs import CallBackOutcome as Outcome
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Service
from tests.fakes.records import CONDUCTOR, INVITATION, NURSE, Records
from tests.fakes.ward import Ward

KIND = "unit"
AFTER = tuple(timedelta(minutes=minutes) for minutes in (0, 2, 5))
HOUR = timedelta(hours=1)
PART = Service("rejoin")


class Texts:
    """A provider that refuses as often as it was told to."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.taken: list[Text] = []
        self.tried = 0

    async def send(self, text: Text) -> None:
        self.tried += 1
        for refusal in self.refusals:
            self.refusals.remove(refusal)
            raise refusal
        self.taken.append(text)


@pytest.fixture
async def ward(records: Records) -> Ward:
    ward = await Ward.of(records)
    await records.database.run(lambda tx: checkins.start(tx, CONDUCTOR, ward.checkin, "1.0", "0" * 64))
    return ward


async def lose(ward: Ward) -> None:
    await ward.records.database.run(lambda tx: callbacks.plan(tx, CONDUCTOR, ward.checkin, ward.patient, AFTER))


async def attempts(ward: Ward) -> list[CallBack]:
    return await ward.records.database.run(lambda tx: callbacks.for_checkin(tx, NURSE, ward.checkin))


async def tick(ward: Ward, number: int, outcome: Outcome) -> CallBack:
    found = (await attempts(ward))[number - 1]
    return await ward.records.database.run(lambda tx: callbacks.tick(tx, NURSE, found.id, outcome))


async def text_state(ward: Ward) -> list[str]:
    return [one.text for one in await ward.records.database.run(lambda tx: callbacks.unreachable(tx, NURSE))]


def way_back(tx: Transaction, checkin: CheckInId) -> Text | None:
    invitation = store.again(tx, PART, checkin, HOUR)
    return None if invitation is None else Text("+15550173391", f"https://example.org/c#{invitation.token}")


async def test_attempts_are_due_at_nought_two_and_five_minutes(ward: Ward) -> None:
    lost_at = ward.records.clock.now()
    await lose(ward)
    found = await attempts(ward)
    assert [(one.number, one.due_at - lost_at, one.outcome) for one in found] == [
        (1, timedelta(0), Outcome.DUE),
        (2, timedelta(minutes=2), Outcome.DUE),
        (3, timedelta(minutes=5), Outcome.DUE),
    ]


async def test_a_nurse_ticks_an_attempt(ward: Ward) -> None:
    await lose(ward)
    assert (await tick(ward, 1, Outcome.ATTEMPTED)).done_at is None
    ticked = await tick(ward, 1, Outcome.NO_ANSWER)
    assert (ticked.outcome, ticked.by, ticked.done_at) == (Outcome.NO_ANSWER, NURSE.id, ward.records.clock.now())
    assert (await tick(ward, 1, Outcome.REACHED)).outcome is Outcome.NO_ANSWER, "what is over stays as it is"
    assert [one.outcome for one in await attempts(ward)][1:] == [Outcome.DUE, Outcome.DUE]


async def test_whoever_is_reached_needs_no_more_calls(ward: Ward) -> None:
    await lose(ward)
    await tick(ward, 1, Outcome.NO_ANSWER)
    await tick(ward, 2, Outcome.REACHED)
    assert [one.outcome for one in await attempts(ward)] == [Outcome.NO_ANSWER, Outcome.REACHED, Outcome.NOT_NEEDED]
    assert await text_state(ward) == []


async def test_whoever_comes_back_is_on_no_list(ward: Ward) -> None:
    await lose(ward)
    sink = Texts()
    await ward.records.database.run(lambda tx: callbacks.came_back(tx, CONDUCTOR, ward.checkin))
    assert {one.outcome for one in await attempts(ward)} == {Outcome.NOT_NEEDED}
    assert await text_state(ward) == []
    assert await Rejoin(ward.records.database, sink, way_back).deliver_due() == 0


async def test_the_list_says_who_cannot_be_reached(ward: Ward) -> None:
    await lose(ward)
    for number in (1, 2, 3):
        await tick(ward, number, Outcome.NO_ANSWER)
    (lost,) = await ward.records.database.run(lambda tx: callbacks.unreachable(tx, NURSE))
    assert (lost.name, lost.phone, lost.text) == ("Rosamunda Canaryfield", "+15550173392", "waiting")
    assert [one.outcome for one in lost.attempts] == [Outcome.NO_ANSWER] * 3


async def test_the_text_goes_out_once_and_its_link_opens_the_same_check_in(ward: Ward) -> None:
    await lose(ward)
    sink = Texts()
    rejoin = Rejoin(ward.records.database, sink, way_back)
    assert [await rejoin.deliver_due() for _ in range(2)] == [1, 0]
    (text,) = sink.taken
    token = text.words.partition("#")[2]
    claim = await ward.records.database.run(lambda tx: store.claim(tx, INVITATION, token, (11, 23), None, _nobody))
    assert isinstance(claim, store.Claim)
    assert (claim.checkin, claim.status) == (ward.checkin, "running")
    assert await text_state(ward) == ["sent"]


async def test_a_text_is_tried_again_and_then_given_up(ward: Ward) -> None:
    await lose(ward)
    sink = Texts(*(ConnectionError(f"anklecanary {number}") for number in range(5)))
    rejoin = Rejoin(ward.records.database, sink, way_back)
    for seconds in (0, 1, 2, 4, 8, 15, 60):
        ward.records.clock.move(timedelta(seconds=seconds))
        await rejoin.deliver_due()
    assert (sink.tried, sink.taken, await text_state(ward)) == (5, [], ["failed"])


async def test_an_ended_check_in_is_sent_no_link(ward: Ward) -> None:
    await lose(ward)
    await ward.records.database.run(lambda tx: checkins.end(tx, CONDUCTOR, ward.checkin, "staff_ended"))
    sink = Texts()
    await Rejoin(ward.records.database, sink, way_back).deliver_due()
    assert sink.taken == []


async def test_the_link_is_nowhere_but_in_the_text(
    ward: Ward, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    written: list[str] = []

    def remembered(tx: Transaction, checkin: CheckInId) -> Text | None:
        text = way_back(tx, checkin)
        assert text is not None
        written.append(text.words.partition("#")[2])
        return text

    await lose(ward)
    await Rejoin(ward.records.database, ConsoleTexts(), remembered).deliver_due()
    (token,) = written
    printed = capsys.readouterr().out
    assert printed.startswith("TEXT of 1 words for a patient who was lost: a link back to the check-in.")
    assert await text_state(ward) == ["failed"], "nobody may take it for sent"
    assert token not in printed + caplog.text
    assert "+1555" not in printed + caplog.text
    rows = await ward.records.database.run(lambda tx: tx.connection.exec_driver_sql("SELECT * FROM invitation").all())
    assert token not in str(rows)
    assert await ward.records.database.run(audit.verify) is None


def test_the_text_names_no_reason() -> None:
    words = wording.rejoin("Lakeside Clinic", "", "202-555-0100", "911")
    assert (
        words
        == "Lakeside Clinic: your check-in was cut off. Go on here:  Or call 202-555-0100. In an emergency call 911."
    )
    assert len(words) < 160


def _nobody(*_: object) -> None:
    raise AssertionError("nobody is to be told")
