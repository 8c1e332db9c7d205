"""What nurses may say of a page: every choice has words, and what they said becomes shares by trigger."""

from typing import Any, get_args

import pytest

from server.nurse.attention import precisions
from server.nurse.disposition import ASKED_911, NOISES, OUTCOMES, VERDICTS, WORTHS
from server.nurse.wording import plain
from server.vocabulary.dispositions import Asked911, Noise, Outcome, Verdict, Worth
from server.vocabulary.events import EscalationClosed
from server.vocabulary.findings import Tier
from server.vocabulary.ids import EscalationId, StaffId

KIND = "unit"


def closed(trigger: str, noise: Noise | None = None, version: int = 1) -> EscalationClosed:
    worth: Worth = "noise" if noise else "useful"
    who = (EscalationId("esc_1"), Tier.URGENT, trigger, version, StaffId("st_1"), "Nia")
    return EscalationClosed(*who, "no", "advised", worth, noise)


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Asked911, ASKED_911), (Outcome, OUTCOMES), (Worth, WORTHS), (Noise, NOISES), (Verdict, VERDICTS)],
)
def test_every_choice_has_words_of_its_own(kind: Any, words: dict[str, str]) -> None:
    assert tuple(words) == get_args(kind)
    assert len(set(words.values())) == len(words)


def test_the_trigger_that_gives_least_back_comes_first() -> None:
    found = precisions(
        [
            *(closed("CHEST_PAIN"), closed("CHEST_PAIN"), closed("CHEST_PAIN", "misheard", version=2)),
            *(closed("FALL", "known"), closed("FALL", "misheard"), closed("FALL", "known"), closed("BLEEDING")),
        ],
        plain,
    )
    assert [(one.title, one.rule, one.useful, one.noise, one.percent) for one in found] == [
        ("Fall", "FALL@1", 0, 3, 0),
        ("Chest pain", "CHEST_PAIN@1,2", 2, 1, 67),
        ("Bleeding", "BLEEDING@1", 1, 0, 100),
    ]
    assert found[0].reasons == ("Known, already dealt with (2)", "Misheard (1)")


def test_without_a_closed_page_there_is_no_share() -> None:
    assert precisions([], plain) == ()
