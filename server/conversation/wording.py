"""Approved scripts with their slots filled in. The only place where spoken words are made; it never makes new ones."""

import re
from collections.abc import Iterator, Mapping

from server.conversation.remembered import words_for
from server.conversation.state import Visit
from server.persona.pack import Pack, Script
from server.vocabulary.speech import Line

NOTHING: Mapping[str, str] = {}
AMOUNT = r"\d{1,4}(?:\.\d)?(?: over \d{2,3})?"
"""A number as it is read back; its unit follows."""


def render(pack: Pack, visit: Visit, script: str, turn: int, slots: Mapping[str, str] = NOTHING) -> tuple[Line, ...]:
    """The lines of a script; of alternatives, the one whose turn it is. `slots`: those that change with the question."""
    found = pack.lines[script]
    chosen = found.says or (found.one_of[turn % len(found.one_of)],)
    return tuple(Line(str(script), fill(pack, visit, sentence, slots)) for sentence in chosen)


def sentence(pack: Pack, visit: Visit, script: str, index: int) -> Line:
    """One sentence of a script."""
    return Line(script, fill(pack, visit, pack.lines[script].sentences[index]))


def fill(pack: Pack, visit: Visit, text: str, slots: Mapping[str, str] = NOTHING) -> str:
    """Put the facts of the visit into the slots."""
    clinic = visit.clinic or pack.clinic.name
    if text.startswith("{clinic}"):
        clinic = clinic[:1].upper() + clinic[1:]
    values = {
        "{first_name}": visit.first_name or "there",
        "{clinic}": clinic,
        "{nurse_phone}": visit.nurse_phone or pack.clinic.nurse_phone,
        "{persona}": pack.name,
        "{visit_day}": visit_day(visit),
        "{nurse}": visit.nurse,
        **slots,
    }
    for slot, value in values.items():
        text = text.replace(slot, value)
    return text


def visit_day(visit: Visit) -> str:
    """`Tuesday, December 1`; empty when no appointment is on file."""
    day = visit.next_visit
    return f"{day:%A, %B} {day.day}" if day else ""


def high_alert(pack: Pack, visit: Visit) -> tuple[str, ...]:
    """Names of the medicines that are asked for by name."""
    names = [medicine.name for medicine in visit.medicines if medicine.high_alert]
    return tuple(names[: int(pack.numbers.high_alert_max.value)])


class Approved(Mapping[str, tuple[str, ...]]):
    """Every sentence that may be spoken in a visit, to the scripts that approve it.

    A sentence that reads a number back is looked up by its form, because no list holds every number; all others are
    looked up word for word, and only those are iterated over.
    """

    def __init__(self, exact: Mapping[str, tuple[str, ...]], read_backs: Mapping[str, re.Pattern[str]]) -> None:
        self._exact = exact
        self._read_backs = read_backs

    def __getitem__(self, spoken: str) -> tuple[str, ...]:
        found = self._exact.get(spoken) or tuple(
            script for script, form in self._read_backs.items() if form.fullmatch(spoken)
        )
        if not found:
            raise KeyError(spoken)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._exact)

    def __len__(self) -> int:
        return len(self._exact)


def approved_sentences(pack: Pack, visit: Visit) -> Mapping[str, tuple[str, ...]]:
    """Every sentence that may be spoken in this visit, to the scripts that approve it."""
    approved: dict[str, tuple[str, ...]] = {}
    for script, text in _sentences(pack):
        if "{number}" in text or _has_no_filling(visit, text):
            continue
        for slots in _fillings(pack, visit, script, text):
            spoken = fill(pack, visit, text, slots)
            approved[spoken] = tuple(dict.fromkeys((*approved.get(spoken, ()), script)))
    return Approved(approved, _read_backs(pack, visit))


def _has_no_filling(visit: Visit, text: str) -> bool:
    """Whether it speaks of what this visit does not have."""
    return ("{visit_day}" in text and visit.next_visit is None) or ("{nurse}" in text and not visit.nurse)


def _fillings(pack: Pack, visit: Visit, script: str, text: str) -> list[dict[str, str]]:
    if "{medicine}" in text:
        return [{"{medicine}": name} for name in high_alert(pack, visit)]
    if "{service}" in text:
        return [{"{service}": name} for name in visit.services]
    if "{named}" in text:
        return [{"{named}": name} for name in medicine_names(pack, visit)]
    if "{remembered}" in text:
        return [{"{remembered}": spoken} for spoken in words_for(pack, visit, script)]
    return [{}]


def medicine_names(pack: Pack, visit: Visit) -> tuple[str, ...]:
    """Names of medicines that may be read back: those on the patient's list, and the ones they are also sold as."""
    known = (name for medicine in pack.medicines.values() for name in (medicine.generic, *medicine.brands))
    return tuple(dict.fromkeys([*(medicine.name for medicine in visit.medicines), *known]))


def _read_backs(pack: Pack, visit: Visit) -> dict[str, re.Pattern[str]]:
    units = {unit for one in pack.measures.values() for unit in (one.spoken, one.one, *(o.spoken for o in one.others))}
    number = AMOUNT + "(?: (?:" + "|".join(re.escape(unit) for unit in sorted(units) if unit) + "))?"
    forms: dict[str, re.Pattern[str]] = {}
    for script, text in _sentences(pack):
        if "{number}" in text:
            before, after = (re.escape(fill(pack, visit, part)) for part in text.split("{number}"))
            forms[script] = re.compile(before + number + after)
    return forms


def must_hear(pack: Pack, visit: Visit, spoken: str) -> tuple[str, int] | None:
    """Script and index of the instruction with exactly these words."""
    for name, script in pack.lines.items():
        index = _index(pack, visit, script, spoken) if script.must_hear else None
        if index is not None:
            return name, index
    return None


def _index(pack: Pack, visit: Visit, script: Script, spoken: str) -> int | None:
    return next((at for at, text in enumerate(script.sentences) if fill(pack, visit, text) == spoken), None)


def _sentences(pack: Pack) -> Iterator[tuple[str, str]]:
    yield from ((name, text) for name, script in pack.lines.items() for text in script.sentences)


OPENING_WORDS = 6
"""Most words of a sentence that a reply may open with and wait for: acknowledgements and what is said in danger."""


def opening_sentences(pack: Pack) -> list[str]:
    """The short sentences that hold nothing of a patient: the same in every visit, so that they can be voiced beforehand.

    A reply mostly opens with one of them, and the rest of it is voiced while that one plays.
    """
    nobody = Visit(first_name="")
    fixed = [fill(pack, nobody, text) for _, text in _sentences(pack) if not any(slot in text for slot in _PERSONAL)]
    return [text for text in fixed if len(text.split()) <= OPENING_WORDS]


_PERSONAL = ("{first_name}", "{medicine}", "{service}", "{number}", "{named}", "{nurse}", "{visit_day}", "{remembered}")
