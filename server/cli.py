"""The command `nightlight`. What one command needs is loaded when it is called: none of them waits for the others' models."""

import importlib

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

COMMANDS = {
    "serve": "serve",
    "invite": "invite",
    "journal": "journal",
    "doctor": "parts",
    "models": "parts",
    "bench": "bench",
    "simulate": "simulate",
    "simulate-night": "night",
    "evaluate": "evaluation",
    "gate": "gate",
    "triage": "triage",
    "perceive": "perceive",
    "personas": "personas",
    "patients": "patients",
    "staff": "staff",
    "memory": "memory",
    "audit": "audit",
    "backup": "backup",
    "restore": "backup",
    "oncall": "oncall",
    "perception": "perception",
    "knowledge": "knowledge",
    "attention": "attention",
}
"""Every command, or group of them, and its module in `server/commands`; there it has the same name, with underscores."""


class _OnCall(TyperGroup):
    """Commands that are imported when they are asked for."""

    def list_commands(self, ctx: object) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"server.commands.{COMMANDS[cmd_name]}")
        found = getattr(module, cmd_name.replace("-", "_"))
        if not isinstance(found, typer.Typer):
            one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            one.command(cmd_name)(found)
            found = one
        made = get_command(found)
        if not isinstance(made, TyperCommand | TyperGroup):
            raise TypeError(f"{cmd_name} is no command of Typer's")
        return made


commands = typer.Typer(
    name="nightlight",
    cls=_OnCall,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@commands.callback()
def about() -> None:
    """Live check-ins with patients by a persona, with a nurse one page away."""


def main() -> None:
    """Entry point of the console script."""
    commands()
