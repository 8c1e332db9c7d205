"""A nurse's verdict on something that voice or face showed: what a site's calibration is later made from."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from server.nurse.disposition import VERDICTS, chosen
from server.pages.errors import wants_json
from server.pages.live import LIVE
from server.pages.staff import DATABASE, staff_of
from server.record import journal
from server.record.transaction import Transaction
from server.vocabulary.dispositions import Verdict
from server.vocabulary.errors import NotFound
from server.vocabulary.events import CueJudged, CueNoticed
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Staff


async def judge(request: web.Request) -> web.StreamResponse:
    """Keeps the verdict beside what was noticed; a later one counts in its place."""
    staff, fields = staff_of(request), await request.post()
    checkin = CheckInId(str(fields.get("checkin", "")))
    verdict: Verdict = chosen(fields, "verdict", VERDICTS, "Please choose right, not right, or can’t tell.")

    def work(tx: Transaction) -> None:
        journal.append(tx, staff, checkin, _event(tx, staff, checkin, verdict, fields), tx.now)

    await request.app[DATABASE].run(work)
    request.app[LIVE].publish(f"checkin:{checkin}", {"checkin": checkin})
    if wants_json(request):
        return web.Response(status=HTTPStatus.NO_CONTENT)
    raise web.HTTPSeeOther(f"/staff/check-ins/{checkin}")


def _event(tx: Transaction, staff: Staff, checkin: CheckInId, verdict: Verdict, fields: Any) -> CueJudged:
    """Raises NotFound where nothing like that was noticed."""
    noticed = [entry.event for entry in journal.read(tx, staff, checkin) if isinstance(entry.event, CueNoticed)]
    asked = (str(fields.get("cue", "")), str(fields.get("at", "")))
    for event in noticed:
        if (event.cue, str(event.at)) == asked:
            log_odds = event.bias + sum(one.contribution for one in event.evidence)
            what = event.observable or event.cue
            return CueJudged(
                event.cue, event.at, what, round(log_odds, 6), event.calibration, verdict, staff.id, staff.name
            )
    raise NotFound("nothing like that was noticed in this check-in")
