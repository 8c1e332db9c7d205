"""What a page that was loaded anew is shown again of what was told to the patient."""

from collections.abc import Mapping, Sequence

from server.checkin.shown import Shown
from server.vocabulary import events as e
from server.vocabulary.speech import Told

KIND = "unit"

TOLD = Told("warfarin#Missed dose", 2, "Dr. Haddad", "Warfarin", "Missed dose", "MedlinePlus", "rl_1", ("Call us.",))
ASKED = e.PatientTurn(4, "What if I forget one?", typed=False, continues=False)
ANSWERED = e.QuestionAnswered(4, ASKED.text, TOLD)
SPOKE = e.PatientTurn(5, "Thank you.", typed=False, continues=False)
CITED = {"k": "cite", "title": "Warfarin", "section": "Missed dose", "source": "MedlinePlus"}


def shown_again(past: Sequence[e.Event], now: Sequence[e.Event] = ()) -> list[Mapping[str, object]]:
    sent: list[Mapping[str, object]] = []
    shown = Shown(sent.append, past)
    for event in now:
        shown.event(event)
    sent.clear()
    shown.again()
    return sent


def test_where_it_is_written_is_shown_again_until_the_patient_speaks() -> None:
    assert shown_again([], [ASKED, ANSWERED]) == [CITED]
    assert shown_again([], [ASKED, ANSWERED, SPOKE]) == []


def test_it_is_known_of_a_check_in_that_was_resumed() -> None:
    assert shown_again([ASKED, ANSWERED]) == [CITED]
