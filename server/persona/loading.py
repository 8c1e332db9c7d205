"""Reads a persona pack from its folder. Every complaint names the file and the line; nothing is guessed or defaulted."""

import hashlib
from collections.abc import Mapping
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
    """One YAML file with the line of every node."""

    def __init__(self, root: Path, path: Path) -> None:
        self.name = str(path.relative_to(root.parent))
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
    files = {name: _source(path, name) for name in ("persona", "objectives", "guardrails", "listening", "escalation")}
    scripts = [Source(path, file) for file in sorted((path / "scripts").glob("*.yaml"))]
    persona: PersonaFile = files["persona"].read(PersonaFile)
    objectives: ObjectivesFile = files["objectives"].read(ObjectivesFile)
    guardrails: GuardrailsFile = files["guardrails"].read(GuardrailsFile)
    listening: ListeningFile = files["listening"].read(ListeningFile)
    pack = Pack(
        id=persona.id,
        name=persona.name,
        title=persona.title,
        purpose=persona.purpose,
        version=persona.version,
        status=persona.status,
        source=persona.source,
        review_by=persona.review_by,
        content_hash=_hash(path),
        clinic=persona.clinic,
        numbers=persona.numbers,
        lines=_scripts(scripts),
        objectives=objectives.objectives,
        staying={question.id: question for question in objectives.staying},
        guardrails={guardrail.id: guardrail for guardrail in guardrails.guardrails},
        scope=listening.scope,
        answers=listening.answers,
        requests=listening.requests,
        medicine_groups=listening.medicine_groups,
        escalation=files["escalation"].read(EscalationPolicy),
        listening=_compile(files, listening, objectives, guardrails),
    )
    for complaint in check_pack(pack):
        raise PackError(_locate([*files.values(), *scripts], complaint.value) + complaint.message)
    return pack


def _source(path: Path, name: str) -> Source:
    file = path / f"{name}.yaml"
    if not file.is_file():
        raise PackError(f"{path.name}/{name}.yaml:1: the file is missing")
    return Source(path, file)


def _scripts(sources: list[Source]) -> dict[str, Script]:
    lines: dict[str, Script] = {}
    for source in sources:
        for name, script in source.read(dict[Name, Script]).items():
            if name in lines:
                raise PackError(f"{source.name}:{source.line((name,))}: the script `{name}` exists twice")
            lines[name] = script
    return lines


def _compile(
    files: Mapping[str, Source], listening: ListeningFile, objectives: ObjectivesFile, guardrails: GuardrailsFile
) -> Listening:
    try:
        lexicon = Lexicon.build(listening.words)
    except ValueError as error:
        raise PackError(f"{files['listening'].name}:{files['listening'].line(('words',))}: {error}") from None
    phrases: dict[str, Phrase] = {}
    for name, part in (("listening", listening), ("objectives", objectives), ("guardrails", guardrails)):
        for text in _phrases(part.model_dump()):
            try:
                phrases[text] = lexicon.compile(text)
            except ValueError as error:
                raise PackError(f"{files[name].name}:{files[name].line_of(text)}: {error}") from None
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


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*.yaml")):
        name = file.relative_to(path).as_posix()
        if not name.startswith("screenplays/"):
            content = file.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _locate(sources: list[Source], value: str) -> str:
    for source in sources:
        line = source.line_of(value)
        if line > 1:
            return f"{source.name}:{line}: "
    return f"{sources[0].name}:1: "


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
