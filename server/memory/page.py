"""The staff's page of one patient's memory: what is known, or was known on a day, and what to make of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from aiohttp import hdrs, web

from server.memory import memory
from server.memory.facts import Fact
from server.memory.timeline import Timeline, read_timeline
from server.pages.staff import DATABASE, add_page, staff_of
from server.pages.templates import TEMPLATES
from server.record import patients
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Staff

_STATES = {
    "held": "",
    "conflict": "Against the chart",
    "disputed": "The patient says it is not so",
    "proposed": "A computer’s reading: confirm or reject",
}
_SOURCES = {"patient": "the patient", "chart": "the chart", "staff": "staff", "llm-proposal": "a language model"}


class WrongRequest(ServiceError):
    """The page was asked for a day or an act that there is none of."""

    code = "memory_request"


@dataclass(frozen=True)
class ShownFact:
    """One fact as staff read it."""

    id: str
    what: str
    value: str
    holds: str
    since: str
    """When it was recorded."""
    source: str
    state: str
    note: str
    quote: str
    confirmed: bool


class MemoryPage:
    """Shows and corrects; the conductor gives it the words."""

    def __init__(self, titles: Mapping[str, str], aspects: Mapping[str, str]) -> None:
        """`titles`: rule to what staff call it; `aspects`: `rule.aspect` likewise."""
        self._titles = titles
        self._aspects = aspects

    async def show(self, request: web.Request) -> web.StreamResponse:
        staff, patient, on = staff_of(request), PatientId(request.match_info["patient"]), request.query.get("on", "")
        known_on = _end_of(on) if on else None

        def read(tx: Transaction) -> tuple[str, Timeline]:
            return patients.contact(tx, staff, patient).name, read_timeline(tx, staff, patient, known_on=known_on)

        name, found = await request.app[DATABASE].run(read)
        return request.app[TEMPLATES].page(
            "staff/memory.html",
            staff=staff,
            patient=patient,
            who=name,
            on=on,
            facts=[self._shown(fact) for fact in reversed(found.facts)],
            threads=[(self._title(t.matter.rule, t.matter.subject), t.matter.kind, t.opened_at) for t in found.threads],
            episodes=list(reversed(found.episodes)),
        )

    async def change(self, request: web.Request) -> web.StreamResponse:
        staff, patient = staff_of(request), PatientId(request.match_info["patient"])
        form = await request.post()
        fact, act = str(form.get("fact", "")), str(form.get("act", ""))
        await request.app[DATABASE].run(lambda tx: _change(tx, staff, patient, fact, act))
        raise web.HTTPSeeOther(f"/staff/memory/{patient}")

    def _shown(self, fact: Fact) -> ShownFact:
        claim = fact.claim
        aspect = self._aspects.get(f"{claim.predicate}.{claim.aspect}", claim.aspect)
        until = f" to {_day(fact.valid_to)}" if fact.valid_to else " until now"
        return ShownFact(
            id=fact.id,
            what=", ".join(part for part in (self._title(claim.predicate, claim.subject), aspect) if part),
            value=f"{claim.value} {claim.unit}".strip(),
            holds=_day(fact.valid_from) + until,
            since=f"{fact.recorded_at:%Y-%m-%d %H:%M}",
            source=_SOURCES[fact.source],
            state=fact.state,
            note=_STATES[fact.state],
            quote=claim.quote,
            confirmed=fact.confirmed_by is not None,
        )

    def _title(self, rule: str, subject: str) -> str:
        title = self._titles.get(rule, rule)
        return f"{title}: {subject}" if subject else title


def _change(tx: Transaction, staff: Staff, patient: PatientId, fact: str, act: str) -> None:
    match act:
        case "confirm":
            memory.confirm(tx, staff, patient, fact)
        case "reject":
            memory.reject(tx, staff, patient, fact)
        case "forget":
            memory.forget_fact(tx, staff, patient, fact)
        case _:
            raise WrongRequest("act: one of confirm, reject, forget")


def _day(at: datetime) -> str:
    return f"{at:%b} {at.day}, {at.year}"


def _end_of(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC) + timedelta(days=1)
    except ValueError:
        raise WrongRequest("on: a day, written as 2026-11-30") from None


def add_routes(app: web.Application, titles: Mapping[str, str], aspects: Mapping[str, str]) -> None:
    """Call after `pages.install`."""
    page = MemoryPage(titles, aspects)
    add_page(app, hdrs.METH_GET, "/staff/memory/{patient}", page.show)
    add_page(app, hdrs.METH_POST, "/staff/memory/{patient}", page.change)
