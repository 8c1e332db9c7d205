"""The guard every SDP offer passes before media code sees it."""

import contextlib
import random
import time
from collections.abc import Callable

import pytest
from aiortc.sdp import SessionDescription

from server.signaling.candidate import CandidatePolicy
from server.signaling.offer import MOST_BYTES, OfferRefused, Refusal, guard_offer
from tests.unit.offers import ALL, CHROME_LISTEN, CHROME_VIDEO, CHROME_VOICE, FIREFOX_VOICE

KIND = "unit"

PUBLIC = CandidatePolicy()
LAN = CandidatePolicy(lan=True)
FUZZ_ROUNDS = 400


def refusal(sdp: str) -> Refusal:
    with pytest.raises(OfferRefused) as caught:
        guard_offer(sdp, LAN)
    return caught.value.refusal


@pytest.mark.parametrize("sdp", ALL, ids=["listen", "voice", "video", "firefox"])
def test_offers_of_browsers_pass(sdp: str) -> None:
    assert guard_offer(sdp, LAN).sdp.startswith("v=0\r\no=")


@pytest.mark.parametrize("sdp", ALL, ids=["listen", "voice", "video", "firefox"])
def test_a_guarded_offer_passes_unchanged(sdp: str) -> None:
    once = guard_offer(sdp, LAN).sdp
    assert guard_offer(once, LAN).sdp == once


def test_nothing_but_candidates_is_taken_out() -> None:
    expected = [line for line in CHROME_VIDEO.splitlines() if "a=candidate" not in line]
    assert guard_offer(CHROME_VIDEO, PUBLIC).sdp.splitlines() == expected


def test_candidates_of_the_inner_network_are_counted_and_dropped() -> None:
    offer = guard_offer(CHROME_VOICE, PUBLIC)
    assert (offer.kept, offer.dropped) == (0, 8)
    assert "a=candidate" not in offer.sdp


def test_on_a_local_network_only_tcp_candidates_go() -> None:
    offer = guard_offer(CHROME_VOICE, LAN)
    assert (offer.kept, offer.dropped) == (4, 4)
    assert " tcp " not in offer.sdp


def test_a_public_candidate_stays() -> None:
    offer = guard_offer(
        CHROME_VOICE.replace("192.0.2.2 38193 typ host", "8.8.4.4 38193 typ srflx raddr 10.0.0.1 rport 9"), PUBLIC
    )
    assert offer.kept == 1
    assert "a=candidate:4128388359 1 udp 2122194687 8.8.4.4 38193 typ srflx\r\n" in offer.sdp


def test_the_end_of_candidates_is_taken_out() -> None:
    assert "end-of-candidates" not in guard_offer(CHROME_VOICE + "a=end-of-candidates\r\n", LAN).sdp


def test_the_fingerprint_is_told_in_one_form() -> None:
    assert guard_offer(FIREFOX_VOICE, LAN).fingerprint.startswith("sha-256 8a:15:75:")


def line_out(start: str) -> Callable[[str], str]:
    return lambda sdp: "\r\n".join(line for line in sdp.splitlines() if not line.startswith(start)) + "\r\n"


def add(*lines: str) -> Callable[[str], str]:
    return lambda sdp: sdp + "".join(f"{line}\r\n" for line in lines)


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda sdp: sdp.replace(old, new)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (add("a=x:" + "y" * MOST_BYTES), Refusal.TOO_LARGE),
        (add(*["a=x"] * 1200), Refusal.TOO_LARGE),
        (add(*["a=candidate:1 1 udp 1 8.8.4.4 5000 typ host"] * 25), Refusal.TOO_MANY_CANDIDATES),
        (add(*["m=application 9 UDP/DTLS/SCTP webrtc-datachannel"] * 7), Refusal.TOO_MANY_SECTIONS),
        (swap("s=-", "s=\u2028"), Refusal.NOT_TEXT),
        (swap("v=0", "v=1"), Refusal.NOT_TEXT),
        (swap("v=0", "v=0 0"), Refusal.LINE),
        (swap("s=-", "s=\x00"), Refusal.LINE),
        (swap("s=-", "nothing"), Refusal.LINE),
        (swap("m=audio 38193", "m=audio many"), Refusal.MEDIA_LINE),
        (swap("m=audio 38193", "m=audio 70000"), Refusal.MEDIA_LINE),
        (swap("m=audio 38193", "m=text 38193"), Refusal.MEDIA_LINE),
        (swap("SAVPF 111 63", "SAVPF 72 63"), Refusal.MEDIA_LINE),
        (swap("SAVPF 111 63", "SAVPF opus 63"), Refusal.MEDIA_LINE),
        (swap("UDP/TLS/RTP/SAVPF", "RTP/AVP"), Refusal.PROFILE),
        (swap("UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP"), Refusal.PROFILE),
        (swap("UDP/DTLS/SCTP", "TCP/DTLS/SCTP"), Refusal.PROFILE),
        (swap("a=rtpmap:111 opus/48000/2", "a=rtpmap:111"), Refusal.LINE),
        (swap("a=rtpmap:63 red/48000/2", "a=rtpmap:111 red/48000/2"), Refusal.FORMATS),
        (swap("a=fmtp:111 ", "a=fmtp:99 "), Refusal.FORMATS),
        (swap("minptime=10", "minptime=ten"), Refusal.LINE),
        (line_out("a=ice-ufrag"), Refusal.CREDENTIALS),
        (line_out("a=ice-pwd"), Refusal.CREDENTIALS),
        (line_out("a=fingerprint"), Refusal.CREDENTIALS),
        (line_out("a=setup"), Refusal.CREDENTIALS),
        (add("a=setup:active"), Refusal.CREDENTIALS),
        (swap("a=ice-ufrag:oRhk", "a=ice-ufrag:o"), Refusal.LINE),
        (swap("a=setup:actpass", "a=setup:holdconn"), Refusal.LINE),
        (swap("sha-256", "sha-1"), Refusal.FINGERPRINT),
        (swap("FE:15:75", "FE:15"), Refusal.FINGERPRINT),
        (swap("a=setup:actpass\r\na=mid:1", "a=setup:actpass\r\na=mid:0"), Refusal.SECTION_IDS),
        (swap("BUNDLE 0 1", "BUNDLE 0 7"), Refusal.SECTION_IDS),
        (line_out("a=mid"), Refusal.SECTION_IDS),
        (line_out("a=rtcp-mux"), Refusal.RTCP_MUX),
        (add("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc"), Refusal.PLAIN_KEYS),
        (lambda sdp: sdp[: sdp.index("m=audio")], Refusal.NO_SECTIONS),
        (lambda _: "", Refusal.NOT_TEXT),
    ],
)
def test_what_no_browser_offers_is_refused_with_its_reason(change: Callable[[str], str], expected: Refusal) -> None:
    assert refusal(change(CHROME_VOICE)) is expected


def test_two_different_fingerprints_are_refused() -> None:
    head, tail = CHROME_VOICE.split("m=application")
    assert refusal(head + "m=application" + tail.replace("FE:15", "00:15")) is Refusal.FINGERPRINT


def test_a_refusal_never_repeats_the_offer() -> None:
    with pytest.raises(OfferRefused) as caught:
        guard_offer(CHROME_VOICE.replace("a=mid:0", "a=mid:SECRET 203.0.113.9"), LAN)
    assert "SECRET" not in str(caught.value)
    assert "203.0.113" not in str(caught.value)


def test_five_thousand_candidates_are_refused_at_once() -> None:
    """aiortc would stall every call for 3 to 6 seconds on them (research/security.md §5)."""
    flood = CHROME_LISTEN + "a=candidate:1 1 udp 1 8.8.4.4 5000 typ host\r\n" * 5000
    began = time.perf_counter()
    refusal(flood)
    assert time.perf_counter() - began < 0.05


def mutated(sdp: str, chance: random.Random) -> str:
    """One to three of: a line lost, doubled, moved, cut, or with a few characters changed; rarely not even text."""
    lines = sdp.splitlines()
    alphabet = chance.choice(["0179azAZ", " :/=-;*.09az", " :/=-;*.09az", "\x00\r\u00e9\u2028"])
    for _ in range(chance.randint(1, 3)):
        line = lines.pop(chance.randrange(len(lines)))
        cut = chance.randrange(2, len(line) + 1)
        noise = "".join(chance.choices(alphabet, k=chance.randint(1, 3)))
        changed = [
            line,
            line[:cut],
            line[:cut] + noise,
            line[:cut] + noise + line[cut:],
            line[:cut] + noise + line[cut + 1 :],
        ]
        for new in chance.choice([[], [line, line], *[[text] for text in changed]]):
            lines.insert(chance.randrange(len(lines) + 1), new)
    return "\r\n".join(lines)


@pytest.mark.parametrize("seed", range(FUZZ_ROUNDS))
def test_a_mutated_offer_is_refused_or_can_be_parsed(seed: int) -> None:
    """The only other outcome is an offer that aiortc can parse; any other exception fails here."""
    chance = random.Random(seed)
    sdp = mutated(chance.choice(ALL), chance)
    with contextlib.suppress(OfferRefused):
        assert SessionDescription.parse(guard_offer(sdp, LAN).sdp).media
