"""A file of lines is played as written, or its first wrong line is named with the remedy."""

from pathlib import Path

import pytest

from server.workbench.lines import (
    AWAY_SECONDS,
    Drops,
    LinesInvalid,
    PressesEnd,
    PressesNurse,
    Says,
    Shows,
    Waits,
    parse,
    read_lines,
)

KIND = "unit"

CUES = ("hesitation", "absence")


def read(*lines: str) -> tuple[object, ...]:
    return parse(lines, "talk.txt", CUES)


def test_every_line_is_an_utterance_but_blanks_comments_and_directives() -> None:
    assert read("# evening", "", "  No. ", "@wait 8", "@nurse", "@end") == (
        Says("No."),
        Waits(8),
        PressesNurse(),
        PressesEnd(),
    )


def test_a_drop_has_a_usual_length() -> None:
    assert read("@drop", "@drop 90") == (Drops(AWAY_SECONDS), Drops(90))


def test_an_interruption_belongs_to_what_comes_next() -> None:
    assert read("@interrupt 40%", "wait", "@interrupt 5 %", "@drop 9") == (Says("wait", over=0.4), Drops(9, over=0.05))


def test_a_cue_has_a_score() -> None:
    assert read("@cue hesitation 0.8") == (Shows("hesitation", 0.8),)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("@wiat 8", "no directive is called @wiat; there are @wait, @interrupt, @drop, @cue, @nurse, @end"),
        ("@wait", "the number of seconds is missing; write it like `@wait 8`"),
        ("@wait 8s", "8s is no number of seconds; write it like `@wait 8`"),
        ("@wait -1", "-1 is no number of seconds of at least 0; write it like `@wait 8`"),
        ("@wait inf", "inf is no number of seconds of at least 0; write it like `@wait 8`"),
        ("@interrupt", "the share of the reply is missing; write it like `@interrupt 40%`"),
        ("@interrupt 0.4", "0.4 is no share of the reply in percent; write it like `@interrupt 40%`"),
        ("@interrupt 140%", "140 is no percentage from 0 to 100; write it like `@interrupt 40%`"),
        ("@drop 1 2", "nothing may follow it, and 2 does; write it like `@drop 90`"),
        ("@cue joy 0.8", "no cue is called joy; there are hesitation, absence; write it like `@cue hesitation 0.8`"),
        ("@cue hesitation", "a cue has a name and a score; write it like `@cue hesitation 0.8`"),
        ("@cue hesitation 8", "8 is no score from 0 to 1; write it like `@cue hesitation 0.8`"),
        ("@end now", "nothing may follow it, and now does; write it like `@end`"),
    ],
)
def test_a_wrong_directive_is_named_with_its_remedy(line: str, complaint: str) -> None:
    with pytest.raises(LinesInvalid) as caught:
        read("No.", line)
    assert str(caught.value) == f"talk.txt:2: {complaint}"


@pytest.mark.parametrize(
    "lines", [("@interrupt 40%",), ("@interrupt 4%", "@wait 8"), ("@interrupt 4%", "@interrupt 5%")]
)
def test_an_interruption_needs_somebody_to_interrupt(lines: tuple[str, ...]) -> None:
    with pytest.raises(LinesInvalid, match="@interrupt"):
        read(*lines)


def test_a_missing_file_and_no_text_are_said(tmp_path: Path) -> None:
    with pytest.raises(LinesInvalid, match="give --lines a text file"):
        read_lines(tmp_path / "nowhere.txt", CUES)
    (tmp_path / "sound.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LinesInvalid, match="not UTF-8"):
        read_lines(tmp_path / "sound.txt", CUES)
