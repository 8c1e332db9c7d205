"""The demo's library: the packs' own documents, with their golden questions, published by the demo's people."""

from datetime import timedelta
from pathlib import Path

from server import curation, demo, demo_library
from server.config import Settings
from server.installation import PERSONAS, load_packs
from server.knowledge import golden, library, releases
from server.knowledge.answer import Asked
from server.record.transaction import Transaction
from tests.fakes.records import COMMAND, NOON, records_in

KIND = "services"


async def test_it_is_published_once_by_people_and_green(tmp_path: Path) -> None:
    async with records_in(tmp_path) as records:
        await demo.seed(records.database, tmp_path, "http://localhost", timedelta(days=1), NOON.date())
        settings, packs = Settings(data=tmp_path), load_packs().values()
        curated = await curation.opened(settings, records.database, PERSONAS, packs, records.clock, lambda line: None)
        for _ in range(2):
            await demo_library.publish(curated, records.database, PERSONAS, NOON.date(), lambda line: None)
        published = await records.database.run(lambda tx: releases.all_releases(tx, COMMAND))
        unapproved, few = await records.database.run(_lacking)
        told = await curated.room.consult(curated.room.current or "", "When may I shower?", Asked(NOON.date()))
    assert [(one.id, one.overridden_by) for one in published] == [(curated.room.current, None)]
    assert (unapproved, few) == ([], [])
    assert told is not None
    assert told.citation is not None
    assert (told.citation.document, told.citation.approver) == ("wound-care", "Dr. Amir Haddad")


def _lacking(tx: Transaction) -> tuple[list[str], list[tuple[str, int]]]:
    every = library.documents(tx, COMMAND)
    goldens = [kept.golden for kept in golden.kept(tx, COMMAND)]
    unapproved = [one.id for one in every if one.told is None or not one.told.approvals]
    return unapproved, golden.too_few(goldens, [one.id for one in every], 5)
