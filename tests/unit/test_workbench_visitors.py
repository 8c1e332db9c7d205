"""A rehearsal is for a patient of the records, and reading them is audited; without records, for an invented one."""

from pathlib import Path

import pytest

from server.demo import people
from server.record import audit
from server.record.audit import AuditAction
from server.workbench.visitors import NobodyFound, visitor
from tests.fakes.records import COMPLIANCE, NOON, OTTO, ROSA, records_in

KIND = "unit"

INVENTED = people(NOON.date())


async def test_a_patient_is_found_by_id_or_name_and_the_reading_is_audited(tmp_path: Path) -> None:
    async with records_in(tmp_path) as records:
        rosa = await records.add(ROSA)
        await records.add(OTTO)
        by_name = await visitor(records.database, "rosamunda", INVENTED)
        assert (await visitor(records.database, rosa, INVENTED)) == by_name
        rows = await records.database.run(lambda tx: audit.find(tx, COMPLIANCE, patient=rosa))
        assert [row.action for row in rows].count(AuditAction.PATIENT_LISTED.value) == 2


async def test_a_wish_that_fits_nobody_or_two_lists_who_there_is(tmp_path: Path) -> None:
    async with records_in(tmp_path) as records:
        await records.add(ROSA)
        await records.add(OTTO)
        with pytest.raises(NobodyFound, match="2 found for 'field'"):
            await visitor(records.database, "field", INVENTED)
        with pytest.raises(NobodyFound, match="nobody found"):
            await visitor(records.database, "Zoe", INVENTED)


async def test_without_records_the_demo_lends_its_people(tmp_path: Path) -> None:
    assert (await visitor(None, "", INVENTED)).name == "Maria Alvarez"
    assert (await visitor(None, "okafor", INVENTED)).name == "Joseph Okafor"
    async with records_in(tmp_path) as records:
        assert (await visitor(records.database, "", INVENTED)).name == "Maria Alvarez"
