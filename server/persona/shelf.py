"""The files of a pack, those of the folders it builds on before its own, and every complaint about them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from server.persona.pack import Script
from server.persona.shape import Frozen, Name
from server.persona.source import PackError, Source

T = TypeVar("T")


class Shelf:
    """Files by name; what is wrong with one does not hide what is wrong with another."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self._read: dict[Path, Source] = {}
        self._complaints: list[str] = []

    def complain(self, *complaints: str) -> None:
        self._complaints += [one for one in complaints if one not in self._complaints]

    def raise_complaints(self) -> None:
        """Raise PackError with every complaint so far."""
        if self._complaints:
            raise PackError(*self._complaints)

    def tried(self, work: Callable[[], T]) -> T | None:
        """The result of `work`; where it complains, None, and its complaints are kept."""
        try:
            return work()
        except PackError as error:
            self.complain(*error.complaints)
            return None

    def some(self, name: str) -> list[Source]:
        """Every file of this name. Raise PackError when there is none."""
        files = [file for folder in self.folders if (file := folder / f"{name}.yaml").is_file()]
        if not files:
            raise PackError(f"{self.folders[-1].name}/{name}.yaml:1: the file is missing")
        return [self._source(file) for file in files]

    def one(self, name: str, shape: type[Frozen]) -> Any:
        """The file of this name that stands nearest to the pack. Raise PackError."""
        return self.some(name)[-1].read(shape)

    def all_of(self, name: str, shape: type[Frozen], key: str, by: str) -> dict[str, Any]:
        """The named things of every file of this name, in order; none may exist twice."""
        found: dict[str, Any] = {}
        for source in self.tried(lambda: self.some(name)) or []:
            content = self.tried(lambda source=source: source.read(shape))  # type: ignore[misc]
            for at, one in enumerate(getattr(content, key, ())):
                named = getattr(one, by)
                if named in found:
                    self.complain(source.at(source.line((key, at)), f"`{named}` exists twice"))
                found[named] = one
        return found

    def each_in(self, folder: str, shape: type[Frozen]) -> dict[str, Any]:
        """One thing for every file of these folders, by id."""
        found: dict[str, Any] = {}
        for source in self._in(folder):
            one = self.tried(lambda source=source: source.read(shape))  # type: ignore[misc]
            if one is not None:
                found[one.id] = one
        return found

    def scripts(self) -> dict[str, Script]:
        """Every script of every folder."""
        lines: dict[str, Script] = {}
        for source in self._in("scripts"):
            for name, script in (self.tried(lambda source=source: source.read(dict[Name, Script])) or {}).items():  # type: ignore[misc]
                if name in lines:
                    self.complain(source.at(source.line((name,)), f"the script `{name}` exists twice"))
                lines[name] = script
        return lines

    def locate(self, value: str, near: str = "") -> str:
        """`file:line: ` of the first scalar with this value, in a file that also holds `near` where there is one."""
        places = [(source, source.line_of(value)) for source in self._read.values()]
        found = [(source, line) for source, line in places if line]
        found.sort(key=lambda place: bool(near) and not place[0].line_of(near))
        source, line = found[0] if found else (self.some("objectives")[-1], 1)
        return source.at(line, "")

    def _in(self, folder: str) -> list[Source]:
        files = [file for above in self.folders for file in sorted((above / folder).glob("*.yaml"))]
        sources = [self.tried(lambda file=file: self._source(file)) for file in files]  # type: ignore[misc]
        return [source for source in sources if source is not None]

    def _source(self, file: Path) -> Source:
        if file not in self._read:
            self._read[file] = Source(self.folders[-1].parent, file)
        return self._read[file]
