"""What can be asked of the service, as an OpenAPI document made from the table of doors: for whoever tests it from outside.

Describes; checks nothing. Fields are told by name only, as the pages' forms send them.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from server.pages.doors import DOORS, Door, Open, Route

_DOCUMENT: Final = "/staff/library/documents/{name}"
_TEXT: Final = (
    "title owner audience=patient|nurse language conditions medicines review expires status source body note topic "
    "expects act=preview|save"
)

TAKES: Final[Mapping[Route, str]] = {
    ("POST", "/api/link"): "token",
    ("POST", "/api/claim"): "token month:integer day:integer",
    ("POST", "/api/resume"): "",
    ("POST", "/api/start"): "camera:boolean voice_cues:boolean camera_cues:boolean",
    ("POST", "/page/{token}"): "",
    ("POST", "/staff/sign-in"): "email password",
    ("GET", "/staff/sso/callback"): "code state iss",
    ("POST", "/staff/sign-out"): "",
    ("POST", "/staff/second-factor"): "code",
    ("POST", "/staff/second-factor/begin"): "",
    ("POST", "/staff/second-factor/confirm"): "code",
    ("POST", "/staff/here"): "",
    ("GET", "/staff/fragments/queue"): "selected",
    ("GET", "/staff/attention"): "span=shift|week|all",
    ("POST", "/staff/check-ins"): "patient persona=post-discharge|medication-adherence",
    ("POST", "/staff/acknowledge"): "checkin escalation",
    ("POST", "/staff/seen"): "checkin escalation",
    ("POST", "/staff/claim"): "checkin escalation over",
    ("POST", "/staff/close"): "checkin escalation asked_911=yes|no|not_needed outcome=advised|not_reached follow_up",
    ("POST", "/staff/judge"): "checkin cue at verdict=right|not_right|cannot_tell",
    ("POST", "/staff/hand-off"): "escalation",
    ("POST", "/staff/call-back"): "call_back outcome=attempted|reached|no_answer|due",
    ("POST", "/staff/drill"): "persona=none|post-discharge",
    ("POST", "/staff/push"): "endpoint p256dh auth",
    ("POST", "/staff/push/off"): "endpoint",
    ("GET", "/staff/memory/{patient}"): "on",
    ("POST", "/staff/memory/{patient}"): "fact act=confirm|reject|forget",
    ("GET", "/staff/library"): "q state audience done=published",
    ("POST", "/staff/library/ask"): "question audience=patient|nurse release conditions medicines language",
    ("GET", "/staff/library/new"): "topic",
    ("POST", "/staff/library/new"): f"name {_TEXT}",
    ("POST", "/staff/library/heard"): f"name {_TEXT}",
    ("GET", f"{_DOCUMENT}/edit"): "topic",
    ("POST", f"{_DOCUMENT}/edit"): _TEXT,
    ("GET", _DOCUMENT): "done=submitted|approved|retired",
    ("POST", f"{_DOCUMENT}/submit"): "",
    ("POST", f"{_DOCUMENT}/retire"): "sure=no|yes",
    ("POST", f"{_DOCUMENT}/approve"): "number",
    ("POST", f"{_DOCUMENT}/send-back"): "number why",
    ("POST", f"{_DOCUMENT}/golden"): "question must_say must_not_say audience=patient|nurse must_retrieve",
    ("POST", f"{_DOCUMENT}/golden/remove"): "golden",
    ("POST", "/staff/library/publish"): "why act=publish|override seen",
    ("POST", "/staff/library/questions/assign"): "topic to",
    ("POST", "/staff/library/questions/close"): "topic golden",
    ("GET", "/staff/audit"): "patient before",
    ("POST", "/staff/people"): "member act=shut|open|factor",
}
"""Fields by name, with `:` and their type where it is not text, or `=` and what one may choose from."""


def document() -> dict[str, Any]:
    """OpenAPI 3.1, of every route."""
    paths: dict[str, dict[str, Any]] = {}
    for route, door in DOORS.items():
        method, path = route
        paths.setdefault(path, {})[method.lower()] = _operation(route, door)
    return {"openapi": "3.1.0", "info": {"title": "Nightlight", "version": "1"}, "paths": paths}


def _operation(route: Route, door: Door) -> dict[str, Any]:
    method, path = route
    schema, places = _schema(TAKES.get(route, "")), re.findall(r"{(\w+)}", path)
    given: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in places
    ]
    body: dict[str, Any] = {}
    if method == "GET":
        given += [{"name": name, "in": "query", "schema": one} for name, one in schema["properties"].items()]
    else:
        kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
        body = {"requestBody": {"content": {kind: {"schema": schema}}}}
    who = door.to.value if isinstance(door.to, Open) else f"staff with {door.to}"
    return {"summary": f"Open to {who}.", "parameters": given, "responses": {"default": {"description": ""}}, **body}


def _schema(fields: str) -> dict[str, Any]:
    properties = dict(map(_property, fields.split()))
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _property(field: str) -> tuple[str, dict[str, Any]]:
    name, choose, choices = field.partition("=")
    if choose:
        return name, {"type": "string", "enum": choices.split("|")}
    name, _, kind = field.partition(":")
    return name, {"type": kind or "string"}
