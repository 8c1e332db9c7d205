"""FHIR R4 AuditEvent as hl7.org/fhir/R4/auditevent.html has it, strictly: types, cardinalities and the invariant sev-1.

Written from the specification, of those elements that we write; any other is refused.
"""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_INSTANT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d)"
)


def _instant(text: str) -> str:
    if not _INSTANT.fullmatch(text):
        raise ValueError("no instant")
    datetime.fromisoformat(text)
    return text


Text = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
"""A FHIR string is never empty, and begins and ends with something."""
Uri = Annotated[str, Field(pattern=r"^\S+$")]
Code = Annotated[str, Field(pattern=r"^\S+( \S+)*$")]


class _Element(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Coding(_Element):
    system: Uri
    code: Code
    display: Text | None = None


class Identifier(_Element):
    system: Uri
    value: Text


class Reference(_Element):
    identifier: Identifier | None = None
    display: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Reference":
        if self.identifier is None and self.display is None:
            raise ValueError("an empty reference")
        return self


class Agent(_Element):
    who: Reference
    requestor: bool


class Source(_Element):
    observer: Reference
    type: Annotated[list[Coding], Field(min_length=1)]


class Detail(_Element):
    type: Text
    valueString: Text  # noqa: N815


class Entity(_Element):
    """sev-1: a name or a query, not both; we write neither."""

    what: Reference
    type: Coding
    role: Coding
    detail: Annotated[list[Detail], Field(min_length=1)] | None = None


class AuditEvent(_Element):
    resourceType: Literal["AuditEvent"]  # noqa: N815
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]
    type: Coding
    subtype: Annotated[list[Coding], Field(min_length=1)]
    action: Literal["C", "R", "U", "D", "E"]
    recorded: Annotated[str, AfterValidator(_instant)]
    outcome: Literal["0", "4", "8", "12"]
    agent: Annotated[list[Agent], Field(min_length=1)]
    source: Source
    entity: Annotated[list[Entity], Field(min_length=1)]
