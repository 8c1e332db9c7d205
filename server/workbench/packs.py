"""Reads packs as the service would, and says what they hold and everything that is wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.persona import lock
from server.persona.loading import load_pack
from server.persona.pack import Number, Pack
from server.persona.plain import grade
from server.persona.source import PackError

HARDEST_SHOWN = 3
"""Scripts that are shown as the hardest to read."""


@dataclass(frozen=True)
class Checked:
    """One pack, looked at."""

    lines: tuple[str, ...]
    """What it holds; nothing where it does not load."""
    complaints: tuple[str, ...]


def folders_in(folder: Path) -> list[Path]:
    """The pack of this folder, or the packs beside one another in it."""
    if (folder / "persona.yaml").is_file():
        return [folder]
    return sorted(file.parent for file in folder.glob("*/persona.yaml"))


def checked(folder: Path) -> Checked:
    """Load the pack of this folder; never raises for what is wrong with it."""
    try:
        return Checked(tuple(_described(load_pack(folder.resolve()))), ())
    except PackError as error:
        return Checked((), error.complaints)


def relocked(folders: Sequence[Path]) -> tuple[str, ...]:
    """Write guardrails.lock beside each file of guardrails; the guardrails whose version must be raised first, if any."""
    packs = [load_pack(folder.resolve()) for folder in folders]
    rails = {rail.id: rail for pack in packs for rail in pack.guardrails.values()}
    for file in sorted({file for folder in folders for file in folder.parent.glob("*/guardrails.yaml")}):
        named = file.read_text("utf-8")
        own = {name: rail for name, rail in rails.items() if f"- id: {name}\n" in named}
        if forgotten := tuple(lock.unraised(own, lock.read(file.parent))):
            return forgotten
        (file.parent / lock.FILE).write_text(lock.written(own), "utf-8")
    return ()


def _described(pack: Pack) -> Iterator[str]:
    sentences = [text for script in pack.lines.values() for text in script.sentences]
    phrases, medicines = len(pack.listening.phrases), {one.generic for one in pack.medicines.values()}
    yield f"{pack.id} {pack.version} ({pack.status}), {pack.name}: {pack.title}"
    yield f"  hash         {pack.content_hash}"
    yield f"  objectives   {len(pack.objectives)}: {', '.join(one.id for one in pack.objectives)}"
    yield f"  questions    {len(pack.questions)}, condition packs {len(pack.conditions)}: {', '.join(pack.conditions)}"
    yield f"  guardrails   {len(pack.guardrails)}, phrases {phrases}, medicines {len(medicines)}"
    yield f"  scripts      {len(pack.lines)}, sentences {len(sentences)}"
    yield f"  reading      grade {_mean(pack):.1f} on average; hardest: {', '.join(_hardest(pack))}"
    unsigned, all_of_them = _signatures(pack)
    yield f"  unsigned     {unsigned} of {all_of_them} numbers, guardrails, measures and condition packs"


def _mean(pack: Pack) -> float:
    return sum(grade(script.sentences) for script in pack.lines.values()) / len(pack.lines)


def _hardest(pack: Pack) -> list[str]:
    graded = sorted(((grade(script.sentences), name) for name, script in pack.lines.items()), reverse=True)
    return [f"{name} {level:.1f}" for level, name in graded[:HARDEST_SHOWN]]


def _signatures(pack: Pack) -> tuple[int, int]:
    """How many signed things are still drafts, and how many there are."""
    numbers = [value for _, value in pack.numbers if isinstance(value, Number)]
    states = [
        *(number.status for number in numbers),
        *(number.status for number in pack.parameters.values()),
        *(rail.status for rail in pack.guardrails.values()),
        *(measure.status for measure in pack.measures.values()),
        *(found.status for found in pack.conditions.values()),
    ]
    return sum(status != "signed" for status in states), len(states)
