"""The project's own files, as the contract tests read them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LANGUAGES = ("py", "ts", "css", "html")


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """Every Python file under these folders of the repository, as paths relative to it."""
    return tuple(sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py")))


@cache
def texts() -> tuple[Path, ...]:
    """Every file somebody wrote by hand and must be able to read."""
    found = [path for folder in ("server", "perception", "web", "tests") for path in (ROOT / folder).rglob("*.*")]
    return tuple(sorted(path.relative_to(ROOT) for path in found if _is_written(path)))


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text("utf-8"), str(module))


def imports(module: Path) -> set[str]:
    """Every dotted name a module imports, wherever in the file it does so."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            source = node.module if not node.level else ".".join(_package(module, node.level, node.module))
            found |= {f"{source}.{name.name}" for name in node.names}
    return found


def imports_any(module: Path, *packages: str) -> set[str]:
    """Those of its imports that are one of these packages or lie in it."""
    return {name for name in imports(module) if any(f"{name}.".startswith(f"{package}.") for package in packages)}


def called(node: ast.Call) -> str:
    """The last part of what is called: `gather` for `asyncio.gather(a, b)`."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _package(module: Path, level: int, name: str | None) -> list[str]:
    parts = list(module.with_suffix("").parts)
    return parts[: len(parts) - level] + ([name] if name else [])


def _is_written(path: Path) -> bool:
    built = {"node_modules", "static", "dist", "__pycache__"}
    return path.suffix[1:] in LANGUAGES and not built & set(path.relative_to(ROOT).parts)
