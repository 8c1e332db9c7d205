"""The command `staff add`: who may sign in. The password is never on the command line, where other users could read it."""

import sys
from typing import Annotated

import typer

from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.installation import open_records
from server.record import passwords
from server.record import staff as accounts
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Role, Service

_COMMAND = Service("command")
_LONGEST_EMAIL = 254
"""RFC 5321 section 4.5.3.1.3, and what the sign-in page takes."""
_LONGEST_NAME = 200

staff = typer.Typer(name="staff", no_args_is_help=True)


@staff.callback()
def about() -> None:
    """People who sign in: nurses, clinicians and compliance officers."""


@staff.command()
def add(
    email: Annotated[str, typer.Argument(help="The work e-mail to sign in with.")],
    role: Annotated[Role, typer.Option(help="What this person may see and do.")],
    name: Annotated[
        str, typer.Option(prompt="Name, as patients and colleagues see it", help="For example Denise Carter.")
    ],
    from_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, one line, without asking.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Add an account; the password is asked twice. Prints the new id."""
    settings = settings_of(data)
    if problem := _problem(email, name):
        fail(problem)
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else _asked()
    if problem := passwords.problem(password):
        fail(f"password: {problem}")
    tell(run(_add(settings, email, name.strip(), role, passwords.hash_password(password))))
    note(f"{role.value} may now sign in at {settings.origin}/staff/")


def _asked() -> str:
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt="The same password again", err=True)
    return answer


def _problem(email: str, name: str) -> str:
    local, _, domain = email.strip().rpartition("@")
    if not local or "." not in domain or " " in email.strip() or len(email) > _LONGEST_EMAIL:
        return "EMAIL: must be an address like nurse@clinic.example"
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        return f"--name: must be one line of at most {_LONGEST_NAME} characters"
    return ""


async def _add(settings: Settings, email: str, name: str, role: Role, hashed: str) -> StaffId:
    database = await open_records(settings, SystemClock())
    try:
        return await database.run(lambda tx: accounts.add(tx, _COMMAND, email, name, role, hashed))
    finally:
        await database.close()
