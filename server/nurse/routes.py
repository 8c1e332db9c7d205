"""The console's addresses; `pages.doors` says to whom they are open."""

from aiohttp import hdrs, web

from server.nurse.console import Console
from server.nurse.judging import judge
from server.pages.staff import add_page


def add_routes(app: web.Application, console: Console) -> None:
    """Call after `pages.install`."""
    add_page(app, hdrs.METH_GET, "/staff/", console.show)
    add_page(app, hdrs.METH_GET, "/staff/check-ins/{checkin}", console.show)
    add_page(app, hdrs.METH_GET, "/staff/fragments/queue", console.queue)
    add_page(app, hdrs.METH_GET, "/staff/fragments/checkin/{checkin}", console.chart)
    add_page(app, hdrs.METH_GET, "/staff/fragments/new-check-in", console.choose)
    add_page(app, hdrs.METH_POST, "/staff/check-ins", console.invite)
    add_page(app, hdrs.METH_POST, "/staff/acknowledge", console.answering.acknowledge)
    add_page(app, hdrs.METH_POST, "/staff/seen", console.answering.see)
    add_page(app, hdrs.METH_POST, "/staff/claim", console.answering.claim)
    add_page(app, hdrs.METH_GET, "/staff/fragments/close/{checkin}", console.answering.sheet)
    add_page(app, hdrs.METH_POST, "/staff/close", console.answering.close)
    add_page(app, hdrs.METH_POST, "/staff/judge", judge)
    add_page(app, hdrs.METH_GET, "/staff/hand-off", console.hand_off.show)
    add_page(app, hdrs.METH_POST, "/staff/hand-off", console.hand_off.read_back)
    add_page(app, hdrs.METH_POST, "/staff/call-back", console.calling_back.tick)
    add_page(app, hdrs.METH_GET, "/staff/fragments/drill", console.drill.ask)
    add_page(app, hdrs.METH_POST, "/staff/drill", console.drill.start)
    add_page(app, hdrs.METH_GET, "/staff/attention", console.attention.show)
    add_page(app, hdrs.METH_GET, "/staff/live", console.live)
