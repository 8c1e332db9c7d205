"""The second factor in the records: each code counts once, the secret is nowhere in the clear, and a lost phone is survived."""

from datetime import timedelta

import pyotp
import pytest

from server.record import audit, employment, factors, staff
from server.record.factors import RECOVERY_CODES, STEP_SECONDS, WrongCode
from server.vocabulary.errors import NotPermitted
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Role, Staff
from tests.fakes.records import COMMAND, COMPLIANCE, NURSE, SIGN_IN, Records

KIND = "unit"
STEP = timedelta(seconds=STEP_SECONDS)
ADMIN = Staff(StaffId("st_admin"), "Ada Admin", Role.ADMIN)


def shown(records: Records, secret: str, steps: int = 0) -> str:
    """What an app shows now, or that many steps from now."""
    return pyotp.TOTP(secret).at(records.clock.now() + steps * STEP)


async def enrolled(records: Records) -> tuple[Staff, str, tuple[str, ...]]:
    """Somebody whose first code was of the step before this one."""
    nia = await records.hire()
    secret = await records.database.run(lambda tx: factors.begin(tx, nia))
    code = shown(records, secret, -1)
    return nia, secret, await records.database.run(lambda tx: factors.confirm(tx, nia, code))


async def fits(records: Records, who: Staff, code: str) -> bool:
    return await records.database.run(lambda tx: factors.matches(tx, who, code))


async def test_what_was_only_begun_does_not_count(records: Records) -> None:
    nia = await records.hire()
    secret = await records.database.run(lambda tx: factors.begin(tx, nia))
    assert (await records.database.run(lambda tx: factors.standing(tx, nia))).since is None
    assert not await fits(records, nia, shown(records, secret))


async def test_a_secret_counts_once_a_code_of_it_was_given(records: Records) -> None:
    nia, secret, codes = await enrolled(records)
    found = await records.database.run(lambda tx: factors.standing(tx, nia))
    assert (found.since, found.codes_left, len(set(codes))) == (records.clock.now(), RECOVERY_CODES, RECOVERY_CODES)
    assert await fits(records, nia, shown(records, secret))


async def test_a_code_counts_once_and_an_older_one_not_after_it(records: Records) -> None:
    nia, secret, _ = await enrolled(records)
    assert await fits(records, nia, shown(records, secret, 1))
    assert [await fits(records, nia, shown(records, secret, steps)) for steps in (1, 0, -1)] == [False] * 3
    records.clock.move(2 * STEP)
    assert await fits(records, nia, shown(records, secret))


@pytest.mark.parametrize("steps", [-3, -2, 2, 3, 100])
async def test_a_code_of_another_time_does_not_fit(records: Records, steps: int) -> None:
    nia, secret, _ = await enrolled(records)
    records.clock.move(4 * STEP)
    assert not await fits(records, nia, shown(records, secret, steps))


@pytest.mark.parametrize("code", ["", " ", "000000x", "12345", "１２３４５６", "٠٠٠٠٠٠", "a" * 64])
async def test_what_is_no_code_does_not_fit(records: Records, code: str) -> None:
    nia, _, _ = await enrolled(records)
    assert not await fits(records, nia, code)


async def test_a_recovery_code_works_once_however_it_is_written(records: Records) -> None:
    nia, _, codes = await enrolled(records)
    written = f" {codes[0][:4]}-{codes[0][4:8].upper()} {codes[0][8:]} "
    assert [await fits(records, nia, written), await fits(records, nia, written)] == [True, False]
    assert (await records.database.run(lambda tx: factors.standing(tx, nia))).codes_left == RECOVERY_CODES - 1
    assert await fits(records, nia, codes[1])


async def test_nobody_gets_in_with_the_code_of_somebody_else(records: Records) -> None:
    _, secret, codes = await enrolled(records)
    ola = await records.hire("ola@clinic.example")
    theirs = await records.database.run(lambda tx: factors.begin(tx, ola))
    first = shown(records, theirs, -1)
    await records.database.run(lambda tx: factors.confirm(tx, ola, first))
    assert [await fits(records, ola, code) for code in (shown(records, secret), codes[0])] == [False, False]


async def test_until_a_new_phone_is_confirmed_the_old_one_counts(records: Records) -> None:
    nia, old, _ = await enrolled(records)
    new = await records.database.run(lambda tx: factors.begin(tx, nia))
    with pytest.raises(WrongCode):
        await records.database.run(lambda tx: factors.confirm(tx, nia, shown(records, old)))
    code = shown(records, new)
    await records.database.run(lambda tx: factors.confirm(tx, nia, code))
    records.clock.move(2 * STEP)
    assert [await fits(records, nia, shown(records, secret)) for secret in (old, new)] == [False, True]


async def test_the_old_phone_still_counts_while_a_new_one_is_set_up(records: Records) -> None:
    nia, old, _ = await enrolled(records)
    await records.database.run(lambda tx: factors.begin(tx, nia))
    assert await fits(records, nia, shown(records, old))


async def test_taken_away_it_is_gone_and_every_session_with_it(records: Records) -> None:
    nia, secret, codes = await enrolled(records)
    token = await records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, nia.id, proven=True))
    assert await records.database.run(lambda tx: factors.take_away(tx, ADMIN, nia.id))
    assert await records.database.run(lambda tx: staff.session(tx, token)) is None
    assert [await fits(records, nia, code) for code in (shown(records, secret), codes[0])] == [False, False]
    assert not await records.database.run(lambda tx: factors.take_away(tx, COMMAND, nia.id))
    again = await records.database.run(lambda tx: factors.begin(tx, nia))
    assert again != secret


@pytest.mark.parametrize("who", [NURSE, COMPLIANCE, SIGN_IN])
async def test_only_an_admin_or_the_operator_takes_it_away(records: Records, who: Staff) -> None:
    nia, _, _ = await enrolled(records)
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: factors.take_away(tx, who, nia.id))


async def test_neither_the_secret_nor_a_code_is_in_the_clear(records: Records) -> None:
    _, secret, codes = await enrolled(records)
    stored = b"".join(path.read_bytes() for path in records.path.parent.iterdir())
    assert [word for word in (secret, *codes) if word.encode() in stored] == []


async def test_every_step_is_in_the_audit_chain(records: Records) -> None:
    nia, secret, codes = await enrolled(records)
    for code in (shown(records, secret), "000", codes[0]):
        await fits(records, nia, code)
    await records.database.run(lambda tx: factors.take_away(tx, COMMAND, nia.id))
    rows = await records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    assert [row.action for row in reversed(rows)][1:] == [
        "factor.added",
        "factor.proven",
        "factor.refused",
        "factor.proven",
        "factor.taken_away",
    ]


async def test_half_a_session_becomes_whole_under_another_token(records: Records) -> None:
    nia, _, _ = await enrolled(records)
    half = await records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, nia.id))
    before = await records.database.run(lambda tx: staff.session(tx, half))
    whole = await records.database.run(lambda tx: staff.prove(tx, half))
    after = await records.database.run(lambda tx: staff.session(tx, whole))
    assert before == staff.Session(nia, proven=False, enrolled=True)
    assert after == staff.Session(nia, proven=True, enrolled=True)
    assert await records.database.run(lambda tx: staff.session(tx, half)) is None


# Accounts, as those see them who look after them


async def test_shut_means_out_at_once_and_open_means_back(records: Records) -> None:
    nia = await records.hire()
    token = await records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, nia.id))
    await records.database.run(lambda tx: employment.shut(tx, ADMIN, nia.id))
    assert await records.database.run(lambda tx: staff.session(tx, token)) is None
    assert await records.database.run(lambda tx: staff.find_by_email(tx, SIGN_IN, "nia@clinic.example")) is None
    await records.database.run(lambda tx: employment.open_again(tx, ADMIN, nia.id))
    assert await records.database.run(lambda tx: staff.find_by_email(tx, SIGN_IN, "nia@clinic.example"))


async def test_nobody_shuts_their_own_account_or_gives_themself_a_role(records: Records) -> None:
    ada = await records.hire("ada@clinic.example", Role.ADMIN)
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: employment.shut(tx, ada, ada.id))
    with pytest.raises(NotPermitted):
        await records.database.run(lambda tx: employment.give_role(tx, ada, ada.id, Role.NURSE))


async def test_with_another_role_the_old_pages_end(records: Records) -> None:
    nia = await records.hire()
    token = await records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, nia.id))
    await records.database.run(lambda tx: employment.give_role(tx, COMMAND, nia.id, Role.CHARGE))
    assert await records.database.run(lambda tx: staff.session(tx, token)) is None
    (member,) = await records.database.run(lambda tx: employment.members(tx, ADMIN))
    assert (member.role, member.signed_in_at) == (Role.CHARGE, records.clock.now())


async def test_sessions_that_are_over_are_taken_out(records: Records) -> None:
    nia = await records.hire()
    for _ in range(3):
        await records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, nia.id))
        records.clock.move(staff.ABSOLUTE)
    count = "SELECT count(*) FROM staff_session"
    assert await records.database.run(lambda tx: tx.connection.exec_driver_sql(count).scalar()) == 1
