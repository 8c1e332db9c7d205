"""What a pack says of its pages, and nothing else of it: what rings must not wait until the whole pack is read."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from server.persona.paging import EscalationPolicy
from server.persona.shape import Name
from server.persona.source import PackError, Source


class _Head(BaseModel):
    """Of persona.yaml, whose rest is `loading`'s."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Name
    builds_on: tuple[Name, ...] = ()


def load_escalation(path: Path) -> tuple[str, EscalationPolicy]:
    """The pack's id, and its policy as `load_pack` finds it. Raises PackError."""
    head: _Head = Source(path.parent, path / "persona.yaml").read(_Head)
    folders = (path, *(path.parent / name for name in reversed(head.builds_on)))
    files = [file for folder in folders if (file := folder / "escalation.yaml").is_file()]
    if not files:
        raise PackError(f"{path.name}/escalation.yaml:1: the file is missing")
    policy: EscalationPolicy = Source(path.parent, files[0]).read(EscalationPolicy)
    return head.id, policy
