"""Step 1 of a visit: what the patient's page sends about its link, read once at the edge.

A message about a bad field names the field and the remedy and never repeats what was sent: it is somebody's birth date.
"""

from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.invitation.errors import BadField
from server.invitation.link import is_day

_REMEDIES = {
    "month": "Please enter your birth month as a number from 1 to 12.",
    "day": "Please enter the day of your birth as a number from 1 to 31.",
    "camera": "Please choose again whether the camera is on or off.",
}
_REMEDY = "Something is missing. Please open the link in your text message again."
_NO_SUCH_DAY = "That month does not have that day. Please check the day of your birth."


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)


class LinkBody(_Body):
    """Which link."""

    token: str = Field(max_length=200)


class ClaimBody(LinkBody):
    """Which link, and the birthday that claims it."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)


class StartBody(_Body):
    """Start was tapped."""

    camera: bool
    camera_cues: bool = False
    """The picture may be measured."""
    voice_cues: bool = False
    """The voice may be measured."""


B = TypeVar("B", bound=_Body)


async def read_body(request: web.Request, kind: type[B]) -> B:
    """Raises `BadField`, which names the first field that is missing or out of range."""
    if request.content_type != "application/json":
        raise BadField("content_type", _REMEDY)
    try:
        body = kind.model_validate_json(await request.read())
    except ValidationError as error:
        location = error.errors(include_input=False, include_context=False)[0]["loc"]
        field = str(location[0]) if location and location[0] in kind.model_fields else "body"
        raise BadField(field, _REMEDIES.get(field, _REMEDY)) from None
    if isinstance(body, ClaimBody) and not is_day(body.month, body.day):
        raise BadField("day", _NO_SUCH_DAY)
    return body
