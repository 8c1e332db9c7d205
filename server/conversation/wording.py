"""Approved scripts with their slots filled in. The only place where spoken words are made; it never makes new ones."""

from collections.abc import Iterator, Mapping

from server.conversation.state import Visit
from server.persona.pack import Pack, Script
from server.vocabulary.speech import Line


def render(pack: Pack, visit: Visit, script: str, turn: int, medicine: str = "") -> tuple[Line, ...]:
    """The lines of a script; of alternatives, the one whose turn it is."""
    found = pack.lines[script]
    chosen = found.says or (found.one_of[turn % len(found.one_of)],)
    return tuple(Line(script, fill(pack, visit, sentence, medicine)) for sentence in chosen)


def sentence(pack: Pack, visit: Visit, script: str, index: int) -> Line:
    """One sentence of a script."""
    return Line(script, fill(pack, visit, pack.lines[script].sentences[index]))


def fill(pack: Pack, visit: Visit, text: str, medicine: str = "") -> str:
    """Put the facts of the visit into the slots."""
    clinic = visit.clinic or pack.clinic.name
    if text.startswith("{clinic}"):
        clinic = clinic[:1].upper() + clinic[1:]
    values = {
        "{first_name}": visit.first_name or "there",
        "{clinic}": clinic,
        "{nurse_phone}": visit.nurse_phone or pack.clinic.nurse_phone,
        "{persona}": pack.name,
        "{medicine}": medicine,
    }
    for slot, value in values.items():
        text = text.replace(slot, value)
    return text


def high_alert(pack: Pack, visit: Visit) -> tuple[str, ...]:
    """Names of the medicines that are asked for by name."""
    names = [medicine.name for medicine in visit.medicines if medicine.high_alert]
    return tuple(names[: int(pack.numbers.high_alert_max.value)])


def approved_sentences(pack: Pack, visit: Visit) -> Mapping[str, tuple[str, ...]]:
    """Every sentence that may be spoken in this visit, to the scripts that approve it."""
    approved: dict[str, tuple[str, ...]] = {}
    for script, text in _sentences(pack):
        for medicine in high_alert(pack, visit) if "{medicine}" in text else ("",):
            spoken = fill(pack, visit, text, medicine)
            approved[spoken] = (*approved.get(spoken, ()), script)
    return approved


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


def fixed_sentences(pack: Pack) -> list[str]:
    """The sentences that hold nothing of a patient: the same in every visit, so that they can be voiced beforehand."""
    nobody = Visit(first_name="")
    return [fill(pack, nobody, text) for _, text in _sentences(pack) if not any(slot in text for slot in _PERSONAL)]


_PERSONAL = ("{first_name}", "{medicine}")
