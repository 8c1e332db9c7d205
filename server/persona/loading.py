"""Reads a persona pack from its folder and the folders it builds on. Every complaint names the file and the line; nothing
is guessed or defaulted."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from server.persona.checks import check_pack
from server.persona.lexicon import Lexicon, Phrase
from server.persona.pack import (
    Answers,
    Clinic,
    EscalationPolicy,
    Frozen,
    Guardrail,
    Listening,
    Name,
    Numbers,
    Objective,
    Pack,
    Question,
    Request,
    Scope,
    Script,
    Signature,
)
from server.vocabulary.errors import ServiceError

T = TypeVar("T")


class PackError(ServiceError):
    """A persona pack cannot be used; the message names the file, the line and what is wrong there."""

    code = "pack_error"
    status = 500


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
    numbers: Numbers


class ObjectivesFile(Frozen):
    """objectives.yaml"""

    objectives: tuple[Objective, ...]


class StayingFile(Frozen):
    """staying.yaml"""

    staying: tuple[Question, ...]


class GuardrailsFile(Frozen):
    """guardrails.yaml"""

    guardrails: tuple[Guardrail, ...]


class ListeningFile(Frozen):
    """listening.yaml"""

    words: Mapping[Name, tuple[str, ...]]
    scope: Scope
    answers: Answers
    requests: tuple[Request, ...]
    medicine_groups: Mapping[Name, tuple[str, ...]]


class Source:
    """One YAML file with the line of every node; `root` is the folder its name starts from."""

    def __init__(self, root: Path, path: Path) -> None:
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        try:
            self._node = yaml.compose(self.text, Loader=yaml.SafeLoader)
            self._data: object = yaml.safe_load(self.text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise PackError(f"{self.name}:{line}: {error.problem}") from None
        for key in _repeated(self._node):
            raise PackError(f"{self.name}:{key.start_mark.line + 1}: the key `{key.value}` stands twice")

    def read(self, shape: Any) -> Any:
        """Validate against `shape`; raise PackError at the line of the first wrong value."""
        try:
            return TypeAdapter(shape).validate_python(self._data)
        except ValidationError as error:
            errors = error.errors(include_input=False, include_url=False)
            # A misspelled key is also a missing one: the line of what is there helps more.
            first = min(errors, key=lambda one: one["type"] != "extra_forbidden")
            place = ".".join(str(part) for part in first["loc"])
            raise PackError(f"{self.name}:{self.line(first['loc'])}: {place}: {first['msg']}") from None

    def line(self, place: tuple[str | int, ...]) -> int:
        """1-based line of the value at this path, or of the nearest value above it."""
        node = self._node
        for part in place:
            below = _child(node, part)
            if below is None:
                break
            node = below
        return node.start_mark.line + 1 if node is not None else 1

    def line_of(self, text: str) -> int:
        """1-based line of the first scalar with exactly this value."""
        marks = [node.start_mark.line for node in _scalars(self._node) if node.value == text]
        return marks[0] + 1 if marks else 1


def load_pack(path: Path) -> Pack:
    """Raise PackError when a file is missing, malformed, or names something that does not exist."""
    persona: PersonaFile = Source(path.parent, _file(path, "persona")).read(PersonaFile)
    folders = [path.parent / name for name in persona.builds_on] + [path]
    shelf = Shelf(folders)
    objectives = shelf.all_of("objectives", ObjectivesFile, "objectives")
    staying = shelf.all_of("staying", StayingFile, "staying")
    guardrails = shelf.all_of("guardrails", GuardrailsFile, "guardrails")
    listening: ListeningFile = shelf.one("listening").read(ListeningFile)
    pack = Pack(
        id=persona.id,
        name=persona.name,
        title=persona.title,
        purpose=persona.purpose,
        version=persona.version,
        status=persona.status,
        source=persona.source,
        review_by=persona.review_by,
        content_hash=_hash(folders),
        clinic=persona.clinic,
        numbers=persona.numbers,
        lines=shelf.scripts(),
        objectives=tuple(objectives.values()),
        staying=staying,
        guardrails=guardrails,
        scope=listening.scope,
        answers=listening.answers,
        requests=listening.requests,
        medicine_groups=listening.medicine_groups,
        escalation=shelf.one("escalation").read(EscalationPolicy),
        listening=_compile(shelf, listening, [*objectives.values(), *staying.values(), *guardrails.values()]),
    )
    for complaint in check_pack(pack):
        raise PackError(shelf.locate(complaint.value) + complaint.message)
    return pack


class Shelf:
    """The files of a pack: those of the folders it builds on, then its own."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._read: dict[Path, Source] = {}

    def some(self, name: str) -> list[Source]:
        """Every file of this name; at least one."""
        files = [file for folder in self._folders if (file := folder / f"{name}.yaml").is_file()]
        return [self._source(file) for file in files or [_file(self._folders[-1], name)]]

    def one(self, name: str) -> Source:
        """The file of this name that stands nearest to the pack."""
        return self.some(name)[-1]

    def all_of(self, name: str, shape: type[Frozen], key: str) -> dict[str, Any]:
        """The named things of every file of this name, in order; none may exist twice."""
        found: dict[str, Any] = {}
        for source in self.some(name):
            for at, one in enumerate(getattr(source.read(shape), key)):
                if one.id in found:
                    raise PackError(f"{source.name}:{source.line((key, at))}: `{one.id}` exists twice")
                found[one.id] = one
        return found

    def scripts(self) -> dict[str, Script]:
        """Every script of every folder."""
        files = [file for folder in self._folders for file in sorted((folder / "scripts").glob("*.yaml"))]
        lines: dict[str, Script] = {}
        for source in map(self._source, files):
            for name, script in source.read(dict[Name, Script]).items():
                if name in lines:
                    raise PackError(f"{source.name}:{source.line((name,))}: the script `{name}` exists twice")
                lines[name] = script
        return lines

    def locate(self, value: str) -> str:
        """`file:line: ` of the first scalar with this value."""
        for source in self._read.values():
            line = source.line_of(value)
            if line > 1:
                return f"{source.name}:{line}: "
        return f"{self.one('objectives').name}:1: "

    def _source(self, file: Path) -> Source:
        if file not in self._read:
            self._read[file] = Source(self._folders[-1].parent, file)
        return self._read[file]


def _file(folder: Path, name: str) -> Path:
    file = folder / f"{name}.yaml"
    if not file.is_file():
        raise PackError(f"{folder.name}/{name}.yaml:1: the file is missing")
    return file


def _compile(shelf: Shelf, listening: ListeningFile, parts: Sequence[Frozen]) -> Listening:
    source = shelf.one("listening")
    try:
        lexicon = Lexicon.build(listening.words)
    except ValueError as error:
        raise PackError(f"{source.name}:{source.line(('words',))}: {error}") from None
    phrases: dict[str, Phrase] = {}
    for part in (listening, *parts):
        for text in _phrases(part.model_dump()):
            try:
                phrases[text] = phrases.get(text) or lexicon.compile(text)
            except ValueError as error:
                raise PackError(f"{shelf.locate(text)}{error}") from None
    return Listening(lexicon, phrases)


PHRASE_KEYS = frozenset({"phrases", "phrase", "also_yes", "also_no", "wrong", "scope", "answers"})
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
            if "/screenplays/" not in name:
                content = file.read_bytes()
                digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _child(node: yaml.Node | None, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child: yaml.Node = node.value[part]
        return child
    return None


def _repeated(node: yaml.Node | None) -> list[yaml.ScalarNode]:
    """Keys that stand twice in one mapping; YAML itself would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        return [key for part in node.value for key in _repeated(part)]
    if not isinstance(node, yaml.MappingNode):
        return []
    keys = [key for key, _ in node.value]
    twice = [key for at, key in enumerate(keys) if key.value in {one.value for one in keys[:at]}]
    return twice + [key for _, value in node.value for key in _repeated(value)]


def _scalars(node: yaml.Node | None) -> list[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        return [node]
    if isinstance(node, yaml.MappingNode):
        return [found for pair in node.value for part in pair for found in _scalars(part)]
    if isinstance(node, yaml.SequenceNode):
        return [found for part in node.value for found in _scalars(part)]
    return []
