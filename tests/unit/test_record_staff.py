"""Staff accounts and the sessions that end by themselves."""

from datetime import timedelta

import pytest

from server.record import passwords, staff
from server.record.audit import find
from server.record.staff import EmailTaken
from server.vocabulary.errors import NotPermitted
from server.vocabulary.principals import Role, Staff
from tests.fakes.records import COMMAND, COMPLIANCE, NURSE, SIGN_IN, Records

KIND = "unit"


async def signed_in(records: Records) -> tuple[Staff, str]:
    member = await records.hire()
    return member, await records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, member.id))


async def who(records: Records, token: str, *, touch: bool = True) -> Staff | None:
    found = await records.database.run(lambda tx: staff.session(tx, token, touch=touch))
    return found.staff if found else None


async def test_an_account_is_found_in_any_letter_case(records: Records) -> None:
    member = await records.hire("Nia.Straße@Clinic.example", Role.CLINICIAN)
    account = await records.database.run(lambda tx: staff.find_by_email(tx, SIGN_IN, " NIA.STRASSE@clinic.EXAMPLE "))
    assert account == staff.Account(
        member.id, "nia.strasse@clinic.example", "Nia Nurse", Role.CLINICIAN, "$argon2id$fake"
    )


async def test_an_email_address_has_one_account(records: Records) -> None:
    await records.hire("nia@clinic.example")
    with pytest.raises(EmailTaken):
        await records.hire("NIA@clinic.example")


async def test_a_nurse_adds_no_accounts(records: Records) -> None:
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: staff.add(tx, NURSE, "a@b.example", "A", Role.NURSE, "$argon2id$x"))


async def test_a_plain_password_is_never_stored(records: Records) -> None:
    with pytest.raises(ValueError, match="hash_password") as caught:
        await records.database.run(lambda tx: staff.add(tx, COMMAND, "a@b.example", "A", Role.NURSE, "hunter2"))
    assert "hunter2" not in str(caught.value)


async def test_a_session_knows_its_holder(records: Records) -> None:
    member, token = await signed_in(records)
    assert await who(records, token) == member
    assert await who(records, token + "x") is None


async def test_a_session_ends_after_fifteen_idle_minutes(records: Records) -> None:
    member, token = await signed_in(records)
    records.clock.move(timedelta(minutes=14, seconds=59))
    assert await who(records, token) == member
    records.clock.move(timedelta(minutes=14, seconds=59))
    assert await who(records, token) == member
    records.clock.move(timedelta(minutes=15))
    assert await who(records, token) is None


async def test_an_open_stream_does_not_keep_a_session_alive(records: Records) -> None:
    member, token = await signed_in(records)
    records.clock.move(timedelta(minutes=14))
    assert await who(records, token, touch=False) == member
    records.clock.move(timedelta(minutes=1))
    assert await who(records, token, touch=False) is None


async def test_a_busy_session_ends_after_twelve_hours(records: Records) -> None:
    member, token = await signed_in(records)
    for _ in range(71):
        records.clock.move(timedelta(minutes=10))
        assert await who(records, token) == member
    records.clock.move(timedelta(minutes=10))
    assert await who(records, token) is None


async def test_a_closed_session_is_over(records: Records) -> None:
    member, token = await signed_in(records)
    await records.database.run(lambda tx: staff.close_session(tx, token))
    await records.database.run(lambda tx: staff.close_session(tx, token))
    assert await who(records, token) is None
    rows = await records.database.run(lambda tx: find(tx, COMPLIANCE))
    assert [row.action for row in rows if row.subject == member.id] == [
        "staff.signed_out",
        "staff.signed_in",
        "staff.added",
    ]


async def test_a_disabled_account_is_out_at_once(records: Records) -> None:
    _, token = await signed_in(records)
    disable = "UPDATE staff SET disabled_at = created_at"
    await records.database.run(lambda tx: tx.connection.exec_driver_sql(disable).close())
    assert await who(records, token) is None
    assert await records.database.run(lambda tx: staff.find_by_email(tx, SIGN_IN, "nia@clinic.example")) is None


async def test_the_token_itself_is_not_stored(records: Records) -> None:
    _, token = await signed_in(records)
    assert all(token.encode() not in path.read_bytes() for path in records.path.parent.iterdir())


def test_passwords_match_their_own_hash_only() -> None:
    made = passwords.hash_password("correct horse")
    assert made.startswith("$argon2id$")
    assert passwords.password_matches(made, "correct horse")
    assert not passwords.password_matches(made, "correct hors")
    assert not passwords.password_matches("not a hash", "correct horse")
    assert not passwords.password_matches(passwords.NOBODY, "correct horse")
