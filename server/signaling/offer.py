"""Step 2 of a visit: an SDP offer is hostile input, and this is the guard it passes before any media code sees it.

Pure. Must never put any part of the offer into an exception or a log: it holds the addresses of a patient's home.
Caps and rules are the measured ones of research/security.md §5: 5,000 candidates stalled every call for 3 to 6 seconds.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from server.signaling.candidate import CandidatePolicy, read_candidate
from server.signaling.description import MEDIA_LINE, attribute, formats_are_sound, is_sound, payloads_are_sound
from server.vocabulary.errors import ServiceError

MOST_BYTES = 64 * 1024
MOST_CANDIDATES = 32
MOST_SECTIONS = 8
MOST_LINES = 1200
"""Chrome's offer with a camera has 190; aiortc's parser is quadratic in some of them."""
_PROFILES = {"audio": "UDP/TLS/RTP/SAVPF", "video": "UDP/TLS/RTP/SAVPF", "application": "UDP/DTLS/SCTP"}
"""The only transport of each kind of media (RFC 8829 §5.1.2): encrypted, or nothing."""
_SHA_256 = re.compile(r"sha-256 [0-9a-f]{2}(?::[0-9a-f]{2}){31}")
_NEEDED = ("ice-ufrag", "ice-pwd", "fingerprint", "setup")
"""Attributes that hold for a section when given for the whole session (RFC 8839 §5.4, RFC 8122 §5)."""


class Refusal(StrEnum):
    """Why an offer was refused."""

    TOO_LARGE = "larger than 64 KiB or longer than 1,200 lines"
    TOO_MANY_CANDIDATES = "more than 32 candidates"
    TOO_MANY_SECTIONS = "more than 8 media sections"
    NO_SECTIONS = "no media section"
    NOT_TEXT = "not plain SDP text"
    MEDIA_LINE = "a media line is malformed or of an unknown kind"
    PROFILE = "a transport other than UDP/TLS/RTP/SAVPF or UDP/DTLS/SCTP"
    LINE = "a line is malformed"
    FORMATS = "payload types are mapped twice or not at all"
    CREDENTIALS = "ICE credentials, fingerprint or setup missing or given twice"
    FINGERPRINT = "not exactly one sha-256 fingerprint"
    PLAIN_KEYS = "media keys in the clear (a=crypto)"
    SECTION_IDS = "media section ids missing, repeated or bundled without existing"
    RTCP_MUX = "RTCP on a port of its own"


class OfferRefused(ServiceError):
    """The offer is not one that a browser of today makes; the message names the rule, never the content."""

    code = "offer_refused"
    patient_sees = "This browser could not set up the call. You can type instead, or call us."

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"the offer was refused: {refusal.value}")
        self.refusal = refusal


@dataclass(frozen=True)
class Offer:
    """An offer that passed the guard."""

    sdp: str
    """What the media code may read: only allowed candidates, and never an end of candidates."""
    fingerprint: str
    """The DTLS certificate of the page, `sha-256 aa:bb:...` in lower case."""
    kept: int
    """Candidates left in."""
    dropped: int
    """Candidates taken out."""


@dataclass(frozen=True)
class _Section:
    """The session part or one media section: its lines and the values of its attributes."""

    kind: str
    lines: list[str]
    values: dict[str, list[str]]


def guard_offer(sdp: str, policy: CandidatePolicy) -> Offer:
    """Let an offer of a page pass, without the candidates it should not have; raises `OfferRefused`."""
    lines = _bounded_lines(sdp)
    session, *media = _sections(lines)
    _check_lines([session, *media])
    _check_encryption(session, media)
    _check_ids(session, media)
    kept_lines, kept, dropped = _filter_candidates([session, *media], policy)
    fingerprint = _fingerprints([session, *media]).pop()
    return Offer("\r\n".join(kept_lines) + "\r\n", fingerprint, kept, dropped)


def _bounded_lines(sdp: str) -> list[str]:
    """Cheap caps first: nothing below runs on more than 64 KiB."""
    if len(sdp) > MOST_BYTES:
        raise OfferRefused(Refusal.TOO_LARGE)
    if not sdp.isascii() or not sdp.startswith("v=0"):
        raise OfferRefused(Refusal.NOT_TEXT)
    if sdp.count("a=candidate") > MOST_CANDIDATES:
        raise OfferRefused(Refusal.TOO_MANY_CANDIDATES)
    lines = sdp.splitlines()
    if len(lines) > MOST_LINES:
        raise OfferRefused(Refusal.TOO_LARGE)
    return lines


def _sections(lines: list[str]) -> list[_Section]:
    sections = [_Section("session", [], {})]
    for line in lines:
        if line.startswith("m="):
            sections.append(_Section(_media_kind(line), [], {}))
        sections[-1].lines.append(line)
        if line.startswith("a="):
            name, value = attribute(line)
            sections[-1].values.setdefault(name, []).append(value or "")
    if len(sections) == 1:
        raise OfferRefused(Refusal.NO_SECTIONS)
    if len(sections) - 1 > MOST_SECTIONS:
        raise OfferRefused(Refusal.TOO_MANY_SECTIONS)
    return sections


def _media_kind(line: str) -> str:
    match = MEDIA_LINE.fullmatch(line)
    if match is None:
        raise OfferRefused(Refusal.MEDIA_LINE)
    kind, port, profile, formats = match.groups()
    if profile != _PROFILES[kind]:
        raise OfferRefused(Refusal.PROFILE)
    is_rtp = kind != "application"
    if int(port) >= 2**16 or (is_rtp and not payloads_are_sound(formats.split(" "))):
        raise OfferRefused(Refusal.MEDIA_LINE)
    return kind


def _check_lines(sections: list[_Section]) -> None:
    for section in sections:
        if not all(line.startswith("m=") or is_sound(line) for line in section.lines):
            raise OfferRefused(Refusal.LINE)
        if not formats_are_sound(section.values):
            raise OfferRefused(Refusal.FORMATS)


def _check_encryption(session: _Section, media: list[_Section]) -> None:
    if any("crypto" in section.values for section in (session, *media)):
        raise OfferRefused(Refusal.PLAIN_KEYS)
    for section in (session, *media):
        if any(len(section.values.get(name, [])) > 1 for name in _NEEDED):
            raise OfferRefused(Refusal.CREDENTIALS)
    for section in media:
        if not all(name in section.values or name in session.values for name in _NEEDED):
            raise OfferRefused(Refusal.CREDENTIALS)
        if section.kind != "application" and "rtcp-mux" not in section.values:
            raise OfferRefused(Refusal.RTCP_MUX)
    fingerprints = _fingerprints([session, *media])
    if len(fingerprints) != 1 or not all(_SHA_256.fullmatch(value) for value in fingerprints):
        raise OfferRefused(Refusal.FINGERPRINT)


def _fingerprints(sections: list[_Section]) -> set[str]:
    return {value.lower() for section in sections for value in section.values.get("fingerprint", [])}


def _check_ids(session: _Section, media: list[_Section]) -> None:
    ids = [value for section in media for value in section.values.get("mid", [])]
    groups = [value.split(" ") for value in session.values.get("group", [])]
    bundles = [group[1:] for group in groups if group[0] == "BUNDLE"]
    bundled = [mid for bundle in bundles for mid in bundle]
    one_each = all(len(section.values.get("mid", [])) == 1 for section in media)
    if not one_each or len(set(ids)) != len(ids) or len(bundles) > 1 or not set(bundled) <= set(ids):
        raise OfferRefused(Refusal.SECTION_IDS)


def _filter_candidates(sections: list[_Section], policy: CandidatePolicy) -> tuple[list[str], int, int]:
    """Every line but the candidates that may not pass, rebuilt; then how many stayed and how many went.

    The end of candidates goes too: aioice gives up once its list is empty and ended, although the page's own checks,
    which need no candidate of its, may be about to arrive.
    """
    lines: list[str] = []
    kept = dropped = 0
    for index, section in enumerate(sections):
        for line in section.lines:
            if not line.startswith(("a=candidate", "a=end-of-candidates")):
                lines.append(line)
            elif line.startswith("a=candidate"):
                candidate = read_candidate(line[2:], None, max(index - 1, 0), policy) if index else None
                dropped += candidate is None
                kept += candidate is not None
                lines += [f"a=candidate:{candidate.text}"] if candidate else []
    return lines, kept, dropped
