"""The console's addresses, all of them for nurses only."""

from aiohttp import hdrs, web

from server.nurse.console import Console
from server.nurse.judging import judge
from server.pages.staff import add_page
from server.vocabulary.principals import Role

NURSES = frozenset({Role.NURSE})


def add_routes(app: web.Application, console: Console) -> None:
    """Call after `pages.install`."""
    add_page(app, hdrs.METH_GET, "/staff/", console.show, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/check-ins/{checkin}", console.show, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/fragments/queue", console.queue, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/fragments/checkin/{checkin}", console.chart, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/fragments/new-check-in", console.choose, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/check-ins", console.invite, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/acknowledge", console.answering.acknowledge, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/seen", console.answering.see, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/claim", console.answering.claim, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/fragments/close/{checkin}", console.answering.sheet, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/close", console.answering.close, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/judge", judge, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/hand-off", console.hand_off.show, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/hand-off", console.hand_off.read_back, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/call-back", console.calling_back.tick, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/fragments/drill", console.drill.ask, NURSES)
    add_page(app, hdrs.METH_POST, "/staff/drill", console.drill.start, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/attention", console.attention.show, NURSES)
    add_page(app, hdrs.METH_GET, "/staff/live", console.live, NURSES)
