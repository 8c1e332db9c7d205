"""The commands `staff …`: who may sign in, and as what. A password is never on the command line, where others could read it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from server.commands.records import in_records
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.record import employment, factors, passwords
from server.record import staff as accounts
from server.record.employment import Member
from server.record.transaction import Transaction
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Role, Service

_COMMAND = Service("command")
_LONGEST_EMAIL = 254
"""RFC 5321 section 4.5.3.1.3, and what the sign-in page takes."""
_LONGEST_NAME = 200

staff = typer.Typer(name="staff", no_args_is_help=True)


@staff.callback()
def about() -> None:
    """People who sign in: what they may do, and whose account is shut."""


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
    hashed, called = passwords.hash_password(password), name.strip()
    tell(run(in_records(settings, lambda tx: accounts.add(tx, _COMMAND, email, called, role, hashed))))
    note(f"{role.value} may now sign in at {settings.origin}/staff/")


@staff.command("list")
def list_(data: DataOption = None) -> None:
    """Everybody who has an account: id, role, how they sign in, when they last did, and the e-mail."""

    def shown(one: Member) -> str:
        how = "elsewhere" if one.elsewhere else "second-factor" if one.factor_since else "password"
        last = f"{one.signed_in_at:%Y-%m-%d}" if one.signed_in_at else "never"
        return f"{one.id}  {one.role.value:<10}  {'shut' if one.shut_at else how:<13}  {last:<10}  {one.email}"

    for line in run(in_records(settings_of(data), lambda tx: [shown(one) for one in employment.members(tx, _COMMAND)])):
        tell(line)


@staff.command()
def roles(
    as_openapi: Annotated[bool, typer.Option("--openapi", help="As an OpenAPI document, for tools.")] = False,
) -> None:
    """Print which role may open which address, as docs/roles.md has it."""
    from server.pages import matrix, openapi  # the web, which the other commands do without

    lines = [json.dumps(openapi.document(), indent=1)] if as_openapi else matrix.lines()
    for line in lines:
        tell(line)


@staff.command()
def role(
    email: Annotated[str, typer.Argument(help="Whose role it is.")],
    role: Annotated[Role, typer.Argument(help="What this person may see and do from now on.")],
    data: DataOption = None,
) -> None:
    """Give somebody another role; they must sign in again."""
    _done(data, email, lambda tx, member: employment.give_role(tx, _COMMAND, member, role))


@staff.command()
def shut(email: Annotated[str, typer.Argument(help="Who has left.")], data: DataOption = None) -> None:
    """Shut an account: every session ends now, and links in messages do not answer any more."""
    _done(data, email, lambda tx, member: employment.shut(tx, _COMMAND, member))


@staff.command("open")
def open_(email: Annotated[str, typer.Argument(help="Who has come back.")], data: DataOption = None) -> None:
    """Open a shut account again."""
    _done(data, email, lambda tx, member: employment.open_again(tx, _COMMAND, member))


@staff.command()
def reset_factor(
    email: Annotated[str, typer.Argument(help="Whose phone and recovery codes are lost.")], data: DataOption = None
) -> None:
    """Take somebody's second factor away, so that they set up another one; be sure of who asks."""
    _done(data, email, lambda tx, member: factors.take_away(tx, _COMMAND, member))


def _done(data: Path | None, email: str, work: Callable[[Transaction, StaffId], object]) -> None:
    def in_one(tx: Transaction) -> StaffId:
        member = employment.find(tx, _COMMAND, email)
        work(tx, member)
        return member

    tell(run(in_records(settings_of(data), in_one)))


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
