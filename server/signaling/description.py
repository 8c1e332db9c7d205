"""Step 2 of a visit: the grammar of the lines of an SDP offer that the media library reads.

Pure. One pattern per attribute that aiortc 1.16 converts without checking; a line that does not match would surface
there as IndexError, KeyError or worse (research/security.md §5: 400 mutated offers). Attributes it ignores pass.
"""

import re

_NUMBER = r"[0-9]{1,10}"
_PAYLOAD = r"[0-9]{1,3}"
_PATTERNS = {
    "extmap": rf"{_NUMBER}(?:/[a-z]+)? \S+",
    "fingerprint": r"\S+ \S+",
    "fmtp": rf"{_PAYLOAD} .+",
    "group": r"\S+(?: \S+)*",
    "ice-pwd": r"[A-Za-z0-9+/]{22,256}",
    "ice-ufrag": r"[A-Za-z0-9+/]{4,256}",
    "max-message-size": _NUMBER,
    "mid": r"[\x21-\x7e]{1,64}",
    "msid-semantic": r".*",
    "rtcp": r"[0-9]{1,5}(?: IN IP[46] \S+)?",
    "rtcp-fb": rf"(?:\*|{_PAYLOAD}) \S+(?: .+)?",
    "rtpmap": rf"{_PAYLOAD} [\w.-]+/[0-9]{{1,6}}(?:/[0-9]{{1,2}})?",
    "sctp-port": r"[0-9]{1,5}",
    "sctpmap": r"[0-9]{1,5} .+",
    "setup": r"actpass|active|passive",
    "ssrc": rf"{_NUMBER} [^ :]+:.*",
    "ssrc-group": rf"\S+(?: {_NUMBER})*",
}
ATTRIBUTES = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
"""Attribute name to the whole of its value."""
MEDIA_LINE = re.compile(r"m=(audio|video|application) ([0-9]{1,5}) ([A-Z/]+) (\S+(?: \S+)*)")
CONNECTION_LINE = re.compile(r"c=IN IP[46] \S+")
_LINE = re.compile(r"[a-z]=[\x20-\x7e]*")
_WHOLE_NUMBER_PARAMETERS = {"apt", "max-fr", "max-fs", "maxplaybackrate", "minptime", "stereo", "useinbandfec"}
"""Format parameters aiortc turns into integers."""
_RTCP_PAYLOADS = range(72, 77)
"""Payload types that would be taken for RTCP (RFC 5761 §4)."""


def attribute(line: str) -> tuple[str, str | None]:
    """Name and value of an `a=` line; the value is None for a flag."""
    name, colon, value = line[2:].partition(":")
    return name, value if colon else None


def is_sound(line: str) -> bool:
    """Whether one line, other than `m=`, can be read without surprise."""
    if not _LINE.fullmatch(line):
        return False
    match line[0]:
        case "v":
            return line == "v=0"
        case "c":
            return CONNECTION_LINE.fullmatch(line) is not None
        case "a":
            return _is_sound_attribute(*attribute(line))
        case _:
            return True


def payloads_are_sound(payloads: list[str]) -> bool:
    """Whether the formats of an audio or video section are RTP payload types (RFC 3551 §6)."""
    return all(p.isdecimal() and len(p) <= 3 and int(p) < 128 and int(p) not in _RTCP_PAYLOADS for p in payloads)


def formats_are_sound(values: dict[str, list[str]]) -> bool:
    """Whether each payload type is mapped once and every format line belongs to one of them."""
    mapped = [int(value.split(" ")[0]) for value in values.get("rtpmap", [])]
    formats = [int(value.split(" ")[0]) for value in values.get("fmtp", [])]
    return len(mapped) == len(set(mapped)) and set(formats) <= set(mapped)


def _is_sound_attribute(name: str, value: str | None) -> bool:
    pattern = ATTRIBUTES.get(name)
    if pattern is None:
        return True
    if value is None or not pattern.fullmatch(value):
        return False
    return name != "fmtp" or _parameters_are_sound(value.split(" ", 1)[1])


def _parameters_are_sound(text: str) -> bool:
    pairs = (parameter.split("=", 1) for parameter in text.split(";") if "=" in parameter)
    return all(name not in _WHOLE_NUMBER_PARAMETERS or re.fullmatch(r"[0-9]{1,9}", value) for name, value in pairs)
