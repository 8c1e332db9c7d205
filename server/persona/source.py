"""One YAML file of a pack with the line of everything in it, so that every complaint says where to mend."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from server.vocabulary.errors import ServiceError

_FASTEST: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader over libyaml where the package was built with it: seven times faster."""


class _Loader(_FASTEST):  # type: ignore[valid-type, misc]
    """Knows the line of a value that is none of its kind, such as the 30th of February."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from None


class PackError(ServiceError):
    """A persona pack cannot be used; each complaint names the file, the line and what is wrong there."""

    code = "pack_error"
    status = 500

    def __init__(self, *complaints: str) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


class Source:
    """One YAML file with the line of every node; `root` is the folder its name starts from."""

    def __init__(self, root: Path, path: Path) -> None:
        self.name = path.relative_to(root).as_posix()
        content = path.read_bytes()
        try:
            loader = _Loader(content)
            self._node: yaml.Node | None = loader.get_single_node()
            self._data: object = None if self._node is None else loader.construct_document(self._node)
        except yaml.reader.ReaderError as error:
            line = content.count(b"\n", 0, error.position) + 1
            raise PackError(self.at(line, f"no text in UTF-8: {error.reason}")) from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise PackError(self.at(line, str(error.problem))) from None
        if twice := _repeated(self._node):
            raise PackError(*(self.at(key.start_mark.line + 1, f"the key `{key.value}` stands twice") for key in twice))

    def read(self, shape: Any) -> Any:
        """Validate against `shape`; raise PackError with the line of every wrong value."""
        try:
            return TypeAdapter(shape).validate_python(self._data)
        except ValidationError as error:
            errors = error.errors(include_input=False, include_url=False)
            # A misspelled key is also a missing one: the line of what is there helps more.
            errors.sort(key=lambda one: one["type"] != "extra_forbidden")
            places = ((self.line(one["loc"]), ".".join(map(str, one["loc"])), one["msg"]) for one in errors)
            raise PackError(*(self.at(line, f"{place}: {message}") for line, place, message in places)) from None

    def at(self, line: int, message: str) -> str:
        return f"{self.name}:{line}: {message}"

    def line(self, place: Sequence[str | int]) -> int:
        """1-based line of the value at this path, or of the nearest value above it."""
        node = self._node
        for part in place:
            below = _child(node, part)
            if below is None:
                break
            node = below
        return node.start_mark.line + 1 if node is not None else 1

    def line_of(self, text: str) -> int:
        """1-based line of the first scalar with exactly this value; 0 when there is none."""
        return next((node.start_mark.line + 1 for node in _scalars(self._node) if node.value == text), 0)


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
