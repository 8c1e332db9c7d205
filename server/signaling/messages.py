"""Step 2 of a visit: the messages a patient's page may send, over the socket or over the data channel.

A page is not trusted: what arrives becomes one of the types below, is ignored as unknown, or is refused with a reason.
A refusal is a value, not an exception, and never holds the message: it may be the patient's own words.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

MOST_SOCKET_BYTES = 64 * 1024
MOST_FACE_BYTES = 4 * 1024
MOST_TYPED = 500
"""Characters of one typed reply."""
_DEEPEST = 4
"""Nested objects and lists; our own messages have two."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Typed(_Message):
    """The patient typed a reply."""

    k: Literal["typed"]
    text: str = Field(max_length=MOST_TYPED)

    @field_validator("text")
    @classmethod
    def _as_one_line(cls, text: str) -> str:
        words = "".join(c if c.isprintable() else " " for c in text).split()
        if not words:
            raise ValueError("there must be words")
        return " ".join(words)


class Nurse(_Message):
    """The patient pressed the button that asks for a nurse."""

    k: Literal["nurse"]


class End(_Message):
    """The patient ends the check-in."""

    k: Literal["end"]


class Mute(_Message):
    """The patient muted or unmuted the microphone."""

    k: Literal["mute"]
    on: bool


class Camera(_Message):
    """The patient turned the camera on or off."""

    k: Literal["camera"]
    on: bool


class MayNotice(_Message):
    """The patient allows voice or camera to be measured for what may be noticed, or withdraws it."""

    k: Literal["cues"]
    what: Literal["voice", "camera"]
    on: bool


class Levels(_Message):
    """What the microphone does to the loudness of the voice."""

    k: Literal["levels"]
    kept: bool
    """It is left alone: no automatic gain control."""


class NotRight(_Message):
    """The patient says that something noticed is not right."""

    k: Literal["not_right"]
    cue: str = Field(max_length=64)
    at: float = Field(ge=0, le=1e6)


class Page(_Message):
    """The page went to the background or came back."""

    k: Literal["page"]
    visible: bool


class Talk(_Message):
    """A nurse who listens takes the floor."""

    k: Literal["talk"]


class Back(_Message):
    """The nurse gives the floor back to the persona."""

    k: Literal["back"]


class Leave(_Message):
    """The nurse goes."""

    k: Literal["leave"]


RoomMessage = Talk | Back | Leave | End
"""What a nurse's page may say of the room it is in."""
PageMessage = Typed | Nurse | End | Mute | Camera | MayNotice | Levels | NotRight | Page
"""What the page may say in either channel."""


class SessionOffer(_Message):
    """The page offers a peer connection; an unguarded SDP."""

    type: Literal["offer"]
    sdp: str
    mode: Literal["voice", "video", "listen"]
    """`listen`: no microphone; the patient hears the persona and types."""


class CandidateFields(_Message):
    """The fields of `RTCIceCandidate.toJSON()` (W3C WebRTC §4.8.1.2)."""

    candidate: str = Field(max_length=512)
    mid: str | None = Field(default=None, alias="sdpMid", max_length=64)
    line: int | None = Field(default=None, alias="sdpMLineIndex", ge=0, lt=256)


class TrickledCandidate(_Message):
    """One more address of the page; None is the end of them."""

    type: Literal["candidate"]
    candidate: CandidateFields | None


class TextOnly(_Message):
    """The page cannot make a peer connection: captions and typing go over the socket."""

    type: Literal["text_only"]


SocketMessage = SessionOffer | TrickledCandidate | TextOnly | PageMessage
"""What the page may say over the socket."""


@dataclass(frozen=True)
class Ignored:
    """A message of a kind this version does not know; a newer page may send it."""


@dataclass(frozen=True)
class Refused:
    """A message that cannot be what it claims to be."""

    reason: Literal["too_large", "not_text", "not_json", "too_deep", "not_an_object", "bad_fields"]


_PAGE: TypeAdapter[PageMessage] = TypeAdapter(Annotated[PageMessage, Field(discriminator="k")])
_SESSION: TypeAdapter[SessionOffer | TrickledCandidate | TextOnly] = TypeAdapter(
    Annotated[SessionOffer | TrickledCandidate | TextOnly, Field(discriminator="type")]
)
_PEER: TypeAdapter[SessionOffer | TrickledCandidate] = TypeAdapter(
    Annotated[SessionOffer | TrickledCandidate, Field(discriminator="type")]
)
_ROOM: TypeAdapter[RoomMessage] = TypeAdapter(Annotated[RoomMessage, Field(discriminator="k")])
_ROOM_KINDS = {"talk", "back", "leave", "end"}
_PAGE_KINDS = {"typed", "nurse", "end", "mute", "camera", "cues", "levels", "not_right", "page"}
_SESSION_KINDS = {"offer", "candidate", "text_only"}
_PEER_KINDS = {"offer", "candidate"}


def read_face(data: str | bytes) -> PageMessage | Ignored | Refused:
    """Read one message of the data channel."""
    fields = _fields(data, MOST_FACE_BYTES)
    return fields if isinstance(fields, Refused) else _read_page(fields)


def read_socket(data: str | bytes) -> SocketMessage | Ignored | Refused:
    """Read one message of the socket."""
    fields = _fields(data, MOST_SOCKET_BYTES)
    if isinstance(fields, Refused):
        return fields
    if not _is_one_of(fields.get("type"), _SESSION_KINDS):
        return _read_page(fields)
    try:
        return _SESSION.validate_python(fields)
    except ValidationError:
        return Refused("bad_fields")


def read_room(data: str | bytes) -> SessionOffer | TrickledCandidate | RoomMessage | Ignored | Refused:
    """Read one message of a nurse's socket."""
    fields = _fields(data, MOST_SOCKET_BYTES)
    if isinstance(fields, Refused):
        return fields
    try:
        if _is_one_of(fields.get("type"), _PEER_KINDS):
            return _PEER.validate_python(fields)
        return _ROOM.validate_python(fields) if _is_one_of(fields.get("k"), _ROOM_KINDS) else Ignored()
    except ValidationError:
        return Refused("bad_fields")


def _read_page(fields: dict[str, Any]) -> PageMessage | Ignored | Refused:
    if not _is_one_of(fields.get("k"), _PAGE_KINDS):
        return Ignored()
    try:
        return _PAGE.validate_python(fields)
    except ValidationError:
        return Refused("bad_fields")


def _is_one_of(kind: object, kinds: set[str]) -> bool:
    return isinstance(kind, str) and kind in kinds


def _fields(data: str | bytes, most_bytes: int) -> dict[str, Any] | Refused:
    """The JSON object; duplicate keys and NaN are no JSON here, since two readers could read them differently."""
    if not isinstance(data, str):
        return Refused("not_text")
    if len(data) > most_bytes or len(data.encode("utf-8", "surrogatepass")) > most_bytes:
        return Refused("too_large")
    try:
        value = json.loads(data, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError:
        return Refused("too_deep")
    except ValueError:
        return Refused("not_json")
    if not isinstance(value, dict):
        return Refused("not_an_object")
    return value if _depth(value) <= _DEEPEST else Refused("too_deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key is given twice")
    return fields


def _refuse_constant(name: str) -> Any:
    raise ValueError("not a JSON number")


def _depth(value: object) -> int:
    """How deep lists and objects nest, walked level by level so that depth costs no stack."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        level = [child for item in level for child in _children(item)]
        depth += 1
    return depth


def _children(item: object) -> list[object]:
    if isinstance(item, dict):
        return list(item.values())
    return list(item) if isinstance(item, list) else []
