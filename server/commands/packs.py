"""The pack a command was asked for."""

from server.commands import terminal
from server.config import Settings
from server.installation import load_packs
from server.persona.pack import Pack


def pack_of(settings: Settings, persona: str) -> Pack:
    """The pack with this id; the command ends, and says which there are, where there is none."""
    packs = load_packs(settings)
    if persona not in packs:
        terminal.fail(f"persona: no pack named {persona!r}; there are: {', '.join(packs)}")
    return packs[persona]
