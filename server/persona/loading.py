"""Reads a persona pack from its folder and the folders it builds on. Every complaint names the file and the line; nothing
is guessed or defaulted."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from server.persona.checks import check_pack
from server.persona.conditions import ConditionPack, KnownMedicine
from server.persona.cues import Cue
from server.persona.gate_rules import gate_rules
from server.persona.lexicon import Lexicon, Phrase
from server.persona.memory_rules import MemoryRules
from server.persona.pack import (
    Answers,
    Clinic,
    EscalationPolicy,
    Frozen,
    Guardrail,
    Listening,
    Measure,
    Name,
    Number,
    Numbers,
    Objective,
    Pack,
    Paraphrase,
    Question,
    Request,
    Scope,
    Signature,
)
from server.persona.raising import Raised, Spoken
from server.persona.shelf import Shelf
from server.persona.source import PackError
from server.persona.talk_rules import TalkRules
from server.vocabulary.findings import Tier


class PersonaFile(Frozen):
    """persona.yaml"""

    id: Name
    builds_on: tuple[Name, ...] = ()
    """Folders beside this one whose files are read first: what every persona must hear and may say."""
    name: str
    title: str
    purpose: str
    version: str
    status: Signature
    source: str
    review_by: str
    clinic: Clinic


class NumbersFile(Frozen):
    """numbers.yaml; a pack's own numbers take the place of those it builds on."""

    numbers: Mapping[Name, Number]


class ObjectivesFile(Frozen):
    """objectives.yaml"""

    order: tuple[Name, ...] = ()
    """The objectives of this pack, in the order in which they are reached."""
    conditions: tuple[Name, ...] = ()
    """The condition packs of this pack, the most important first."""
    objectives: tuple[Objective, ...] = ()


class StayingFile(Frozen):
    """staying.yaml"""

    staying: tuple[Question, ...]


class GuardrailsFile(Frozen):
    """guardrails.yaml"""

    guardrails: tuple[Guardrail, ...]
    raised: Mapping[Tier, Spoken] = {}


class MedicinesFile(Frozen):
    """medicines.yaml"""

    medicines: tuple[KnownMedicine, ...]
    everyday_names: Mapping[Name, tuple[str, ...]] = {}


class ParametersFile(Frozen):
    """parameters.yaml"""

    parameters: Mapping[Name, Number]


class MeasuresFile(Frozen):
    """measures.yaml"""

    measures: tuple[Measure, ...]


class CuesFile(Frozen):
    """cues.yaml"""

    cues: tuple[Cue, ...]


class ListeningFile(Frozen):
    """listening.yaml"""

    words: Mapping[Name, tuple[str, ...]]
    scope: Scope
    paraphrase: Paraphrase
    answers: Answers
    requests: tuple[Request, ...]
    medicine_groups: Mapping[Name, tuple[str, ...]]


def load_pack(path: Path) -> Pack:
    """Raise PackError when a file is missing, malformed, or names something that does not exist; it lists everything."""
    persona: PersonaFile = Shelf([path]).one("persona", PersonaFile)
    shelf = Shelf([*(path.parent / name for name in persona.builds_on), path])
    parts = {
        name: shelf.all_of(name, shape, name, by)
        for name, shape, by in (
            ("objectives", ObjectivesFile, "id"),
            ("staying", StayingFile, "id"),
            ("guardrails", GuardrailsFile, "id"),
            ("measures", MeasuresFile, "id"),
            ("medicines", MedicinesFile, "generic"),
            ("cues", CuesFile, "id"),
        )
    }
    conditions = shelf.each_in("conditions", ConditionPack)
    listening: ListeningFile | None = shelf.tried(lambda: shelf.one("listening", ListeningFile))
    escalation: EscalationPolicy | None = shelf.tried(lambda: shelf.one("escalation", EscalationPolicy))
    numbers = shelf.tried(lambda: _numbers(shelf))
    lines = shelf.scripts()
    talk: TalkRules | None = shelf.tried(lambda: shelf.one("talk", TalkRules))
    memory: MemoryRules | None = shelf.tried(lambda: shelf.one("memory", MemoryRules))
    order: ObjectivesFile | None = shelf.tried(lambda: shelf.one("objectives", ObjectivesFile))
    shelf.raise_complaints()
    if listening is None or escalation is None or numbers is None or order is None or talk is None or memory is None:
        raise PackError(f"{path.name}: a file is missing")
    pack = Pack(
        id=persona.id,
        name=persona.name,
        title=persona.title,
        purpose=persona.purpose,
        version=persona.version,
        status=persona.status,
        source=persona.source,
        review_by=persona.review_by,
        content_hash=_hash(shelf.folders),
        clinic=persona.clinic,
        numbers=numbers,
        lines=lines,
        objectives=_chosen(shelf, parts["objectives"], order.order, "objective"),
        staying=parts["staying"],
        guardrails=parts["guardrails"],
        raised=_raised(shelf),
        scope=listening.scope,
        paraphrase=listening.paraphrase,
        answers=listening.answers,
        requests=listening.requests,
        medicine_groups=listening.medicine_groups,
        medicines={name: medicine for medicine in parts["medicines"].values() for name in medicine.names},
        measures=parts["measures"],
        everyday_names=_everyday(shelf),
        parameters=_parameters(shelf, conditions.values()),
        conditions={one.id: one for one in _chosen(shelf, conditions, order.conditions, "condition pack")},
        cues=parts["cues"],
        talk=talk,
        memory=memory,
        escalation=escalation,
        listening=_compile(
            shelf, listening, [memory, *conditions.values(), *(one for part in parts.values() for one in part.values())]
        ),
        gate=gate_rules(shelf.some("gate")[-1], shelf.some("gate_words")[-1]),
    )
    shelf.complain(*(shelf.locate(found.value, found.near) + found.message for found in check_pack(pack)))
    shelf.raise_complaints()
    return pack


def _everyday(shelf: Shelf) -> dict[str, tuple[str, ...]]:
    files: list[MedicinesFile] = [file.read(MedicinesFile) for file in shelf.some("medicines")]
    return {group: names for file in files for group, names in file.everyday_names.items()}


def _raised(shelf: Shelf) -> Raised:
    files: list[GuardrailsFile] = [file.read(GuardrailsFile) for file in shelf.some("guardrails")]
    return {tier: spoken for file in files for tier, spoken in file.raised.items()}


def _parameters(shelf: Shelf, conditions: Iterable[ConditionPack]) -> dict[str, Number]:
    """The parameters of every file; none may exist twice."""
    sources = [shelf.some("parameters")[-1].read(ParametersFile).parameters, *(one.parameters for one in conditions)]
    merged: dict[str, Number] = {}
    for parameters in sources:
        shelf.complain(*(f"{shelf.locate(name)}`{name}` exists twice" for name in parameters if name in merged))
        merged |= parameters
    return merged


def _numbers(shelf: Shelf) -> Numbers:
    """The numbers of every folder, the nearest to the pack last."""
    merged: dict[str, Number] = {}
    for source in shelf.some("numbers"):
        merged |= source.read(NumbersFile).numbers
    last = shelf.some("numbers")[-1]
    missing = Numbers.model_fields.keys() - merged.keys()
    unknown = merged.keys() - Numbers.model_fields.keys()
    if missing or unknown:
        raise PackError(
            *(last.at(1, f"the number `{name}` is missing") for name in sorted(missing)),
            *(shelf.locate(name) + f"no number is called `{name}`" for name in sorted(unknown)),
        )
    return Numbers(**merged)


def _chosen(shelf: Shelf, known: Mapping[str, Any], names: Sequence[str], kind: str) -> tuple[Any, ...]:
    shelf.complain(*(f"{shelf.locate(name)}there is no {kind} `{name}`" for name in names if name not in known))
    return tuple(known[name] for name in names if name in known)


def _compile(shelf: Shelf, listening: ListeningFile, parts: Sequence[Frozen]) -> Listening:
    source = shelf.some("listening")[-1]
    try:
        lexicon = Lexicon.build(listening.words)
    except ValueError as error:
        raise PackError(source.at(source.line(("words",)), str(error))) from None
    phrases: dict[str, Phrase] = {}
    for part in (listening, *parts):
        for text in _phrases(part.model_dump()):
            try:
                phrases[text] = phrases.get(text) or lexicon.compile(text)
            except ValueError as error:
                shelf.complain(f"{shelf.locate(text)}{error}")
    return Listening(lexicon, phrases)


PHRASE_KEYS = frozenset(
    {
        "phrases",
        "hints",
        "ever",
        "mentions",
        "phrase",
        "also_yes",
        "also_no",
        "topic_words",
        "wrong",
        "said",
        "scope",
        "answers",
    }
)
"""Keys under which every string is a phrase."""


def _phrases(value: object, inside: bool = False) -> list[str]:
    if isinstance(value, str):
        return [value] if inside else []
    if isinstance(value, Mapping):
        return [text for key, item in value.items() for text in _phrases(item, inside or key in PHRASE_KEYS)]
    if isinstance(value, tuple | list):
        return [text for item in value for text in _phrases(item, inside)]
    return []


def _hash(folders: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*.yaml")):
            name = file.relative_to(folder.parent).as_posix()
            if not {"screenplays", "evaluation"} & set(name.split("/")):  # held to, not said or listened for
                content = file.read_bytes()
                digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


__all__ = ["PackError", "load_pack"]
