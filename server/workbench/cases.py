"""The clinical evaluation set (research/clinical.md section 4): cases as data, locked by hash so that no set drifts."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from server.checkin.visit import visit_on
from server.conversation.state import Visit
from server.persona.pack import Pack
from server.persona.shape import Frozen, Name
from server.record.patients import Medicine, PatientFacts
from server.vocabulary.table import Folded, Trimmed, read_table
from server.workbench.lock import SetInvalid, check, lock

Level = Literal["emergency", "urgent", "same_day", "fyi", "none"]
Style = Literal["plain", "rambler", "minimizer", "terse", "angry", "confused", "caregiver"]
TODAY = date(2026, 11, 20)


class OnList(Frozen):
    """A medicine of a made-up chart."""

    name: str
    high_alert: bool = False
    new: bool = False


class Chart(Frozen):
    """What the service knows of the made-up patient."""

    first_name: str = "Rosa"
    medicines: tuple[OnList, ...] = ()
    conditions: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    days: int | None = 3
    """Since discharge."""

    def visit(self, pack: Pack) -> Visit:
        """The visit of a patient with this chart; the day it is on is of no consequence."""
        facts = PatientFacts(
            name=self.first_name,
            first_name=self.first_name,
            phone="",
            birth_month=1,
            birth_day=1,
            birth_year=None,
            discharged_on=None if self.days is None else TODAY - timedelta(days=self.days),
            diagnosis="",
            medicines=tuple(Medicine(one.name, "", "", one.high_alert, one.new) for one in self.medicines),
            address="",
            callback="",
            conditions=self.conditions,
            risks=self.risks,
        )
        return visit_on(facts, pack, TODAY)


class Expect(Frozen):
    """What must come of a case, as far as it says; the rest is not looked at."""

    tier_min: Level | None = None
    """A nurse is told at least so urgently."""
    tier_max: Level | None = None
    """Nobody is told more urgently than this."""
    page_by_turn: int | None = Field(None, ge=1)
    """Turn of the patient by which `tier_min` is reached; missing: the last."""
    triggers: tuple[Name, ...] = ()
    """Guardrails of which at least one fires."""
    negatives: tuple[Name, ...] = ()
    """Guardrails that are recorded as denied."""
    must_say: tuple[Name, ...] = ()
    """Scripts of which every one is said."""
    must_not_say: tuple[str, ...] = ()
    """Words that stand in no sentence, whatever their letter case."""
    objectives: Mapping[Name, str] = {}
    """Question or objective to `status` or `status:answer`."""
    not_met: tuple[Name, ...] = ()
    """Questions that must not count as answered, for example a lesson that was only parroted."""
    unanswered: bool = False
    """The question is put down for the curators."""


class Case(Frozen):
    """One made-up patient, what they say, and what must come of it."""

    id: Name
    version: int = Field(ge=1)
    family: Name
    style: Style = "plain"
    at: Name | None = None
    """Question that is open when the case begins; missing: the whole check-in, from the greeting."""
    chart: Chart = Chart()
    turns: tuple[str, ...] = Field(min_length=1)
    """Lines of `nightlight simulate`."""
    expect: Expect
    gold_by: tuple[str, ...] = ()
    """Clinicians who judged it; empty: none yet, the expectation is our own."""


def read_cases(folder: Path) -> tuple[Case, ...]:
    """Every case of a pack's evaluation folder; raises `SetInvalid` when a file is not as `LOCK` has it."""
    check(folder)
    cases = [case for file in sorted(folder.glob("*.jsonl")) for case in _read(file)]
    if twice := _twice(cases):
        raise SetInvalid(f"{folder}: ids that stand twice: {', '.join(twice)}")
    return tuple(cases)


def add(folder: Path, table: Path, at: str) -> Path:
    """Adds the cases of a table (see `cases_of_table`) to a set as a file of their own, and locks it.

    Writes nothing and raises `SetInvalid` for a set that is not as its `LOCK` has it, a file that is there already, or an id
    that stands twice.
    """
    target = folder / f"{table.stem}.jsonl"
    if target.exists():
        raise SetInvalid(f"{target}: is there already; give the table another name")
    cases = cases_of_table(table, at)
    if twice := _twice([*read_cases(folder), *cases]):
        raise SetInvalid(f"{table}: ids that stand twice, here or in the set: {', '.join(twice)}")
    target.write_text(as_lines(cases), "utf-8")
    lock(folder)
    return target


def _twice(cases: Sequence[Case]) -> list[str]:
    return sorted(name for name, count in Counter(case.id for case in cases).items() if count > 1)


def _read(file: Path) -> Iterator[Case]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            yield Case.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise SetInvalid(f"{file}:{number}: {place}: {first['msg']}") from None


class Row(Frozen):
    """One line of a table of utterances."""

    id: Name
    tier: Annotated[Level, Folded]
    trigger: Annotated[Trimmed, Field(pattern=r"^[A-Za-z0-9_.-]*$")]
    """Empty or `none` where no guardrail is wanted by name."""
    family: Annotated[Trimmed, Field(pattern=r"^[A-Za-z0-9_.-]*$")]
    utterance: Annotated[str, Field(min_length=1)]


def cases_of_table(file: Path, at: str) -> list[Case]:
    """Single-turn cases of a table with the columns id, tier, trigger, family and utterance, said in answer to `at`.

    Their family has the table's name before it, so that what was written apart is counted apart. A tier of `none` or `fyi`
    makes a control that nobody may be paged for. Raises `TableInvalid`, and `SetInvalid` for a name that no family can have.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", file.stem):
        raise SetInvalid(
            f"{file}: name the file with letters, digits, _, . and - alone; its cases are counted under it"
        )
    return [_case_of_row(row, file.stem, at) for row in read_table(file, Row)]


def _case_of_row(row: Row, table: str, at: str) -> Case:
    named = () if row.trigger.lower() in ("", "none") else (row.trigger,)
    quiet = row.tier in ("none", "fyi")
    return Case(
        id=row.id,
        version=1,
        family=f"{table}.{row.family or 'all'}",
        at=at,
        turns=(row.utterance,),
        expect=Expect(tier_max="same_day") if quiet else Expect(tier_min=row.tier, triggers=named),
    )


def as_lines(cases: Iterable[Case]) -> str:
    """The cases as a file of the set."""
    return "".join(json.dumps(case.model_dump(mode="json", exclude_defaults=True)) + "\n" for case in cases)
