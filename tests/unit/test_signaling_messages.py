"""What a page may say, and what becomes of everything else."""

import json

import pytest

from server.signaling.messages import (
    Camera,
    CandidateFields,
    End,
    Ignored,
    Levels,
    MayNotice,
    Mute,
    NotRight,
    Nurse,
    Page,
    PageMessage,
    Refused,
    SessionOffer,
    TextOnly,
    TrickledCandidate,
    Typed,
    read_face,
    read_socket,
)

KIND = "unit"

PAGE_MESSAGES: list[tuple[str, PageMessage]] = [
    ('{"k":"typed","text":"My leg hurts."}', Typed(k="typed", text="My leg hurts.")),
    ('{"k":"nurse"}', Nurse(k="nurse")),
    ('{"k":"end"}', End(k="end")),
    ('{"k":"mute","on":true}', Mute(k="mute", on=True)),
    ('{"k":"camera","on":false}', Camera(k="camera", on=False)),
    ('{"k":"cues","what":"voice","on":false}', MayNotice(k="cues", what="voice", on=False)),
    ('{"k":"levels","kept":true}', Levels(k="levels", kept=True)),
    ('{"k":"not_right","cue":"mismatch","at":12.5}', NotRight(k="not_right", cue="mismatch", at=12.5)),
    ('{"k":"page","visible":false,"later":1}', Page(k="page", visible=False)),
]


@pytest.mark.parametrize(("text", "expected"), PAGE_MESSAGES)
def test_a_page_says_the_same_things_in_both_channels(text: str, expected: PageMessage) -> None:
    assert read_face(text) == expected
    assert read_socket(text) == expected


def test_the_socket_also_carries_the_session() -> None:
    offer = SessionOffer(type="offer", sdp="v=0", mode="listen")
    assert read_socket('{"type":"offer","sdp":"v=0","mode":"listen"}') == offer
    assert read_socket('{"type":"text_only"}') == TextOnly(type="text_only")
    assert read_socket('{"type":"candidate","candidate":null}') == TrickledCandidate(type="candidate", candidate=None)


def test_a_candidate_comes_as_browsers_write_it() -> None:
    text = '{"type":"candidate","candidate":{"candidate":"x","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"a"}}'
    fields = CandidateFields(candidate="x", sdpMid="0", sdpMLineIndex=0)
    assert read_socket(text) == TrickledCandidate(type="candidate", candidate=fields)


def test_the_data_channel_carries_no_session() -> None:
    assert read_face('{"type":"text_only"}') == Ignored()


@pytest.mark.parametrize("text", ["{}", '{"k":"wave"}', '{"k":7}', '{"k":["typed"]}', '{"type":"renegotiate"}'])
def test_a_kind_of_a_newer_page_is_ignored(text: str) -> None:
    assert read_socket(text) == Ignored()


def test_typed_words_become_one_line() -> None:
    assert read_face('{"k":"typed","text":"  yes,\\n\\t thank\\u0000 you\\u202e "}') == Typed(
        k="typed", text="yes, thank you"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"k":"typed"}', "bad_fields"),
        ('{"k":"typed","text":"   "}', "bad_fields"),
        ('{"k":"typed","text":7}', "bad_fields"),
        ('{"k":"typed","text":"\\ud800"}', "bad_fields"),
        (json.dumps({"k": "typed", "text": "x" * 501}), "bad_fields"),
        ('{"k":"mute","on":"yes"}', "bad_fields"),
        ('{"k":"mute","on":1}', "bad_fields"),
        ('{"k":"nurse","k":"end"}', "not_json"),
        ('{"k":"mute","on":NaN}', "not_json"),
        ("", "not_json"),
        ("nurse", "not_json"),
        ("[]", "not_an_object"),
        ('"nurse"', "not_an_object"),
        ("[" * 1900 + "]" * 1900, "too_deep"),
        ('{"k":"nurse","x":[[[[[]]]]]}', "too_deep"),
        (" " * 4097, "too_large"),
        ('{"k":"typed","text":"' + "é" * 2048 + '"}', "too_large"),
        (b'{"k":"nurse"}', "not_text"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(text: str | bytes, reason: str) -> None:
    refused = read_face(text)
    assert isinstance(refused, Refused)
    assert refused.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"offer","sdp":"v=0"}',
        '{"type":"offer","sdp":"v=0","mode":"telepathy"}',
        '{"type":"offer","sdp":null,"mode":"voice"}',
        '{"type":"candidate"}',
        '{"type":"candidate","candidate":"x"}',
        '{"type":"candidate","candidate":{"candidate":"x","sdpMLineIndex":-1}}',
        '{"type":"candidate","candidate":{"candidate":"x","sdpMLineIndex":1.5}}',
    ],
)
def test_a_session_message_with_bad_fields_is_refused(text: str) -> None:
    assert read_socket(text) == Refused("bad_fields")
