"""The addresses of the clinicians' console; `pages.doors` says who reads and who acts."""

from aiohttp import hdrs, web

from server.knowledge.ask_page import AskPage
from server.knowledge.desk import HOME, Desk
from server.knowledge.document_page import DocumentPage
from server.knowledge.editor_page import EditorPage
from server.knowledge.golden_page import GoldenPage
from server.knowledge.list_page import ListPage
from server.knowledge.publish_page import PublishPage
from server.knowledge.queue_page import QueuePage
from server.knowledge.review_page import ReviewPage
from server.pages.doors import OPENED
from server.pages.staff import add_page, lands


def add_routes(app: web.Application, desk: Desk) -> None:
    """Call after `pages.install`; from then on staff pages show the way to the library, and who writes in it starts there."""
    lands(app, app[OPENED][hdrs.METH_GET, f"{HOME}/new"].roles, HOME)
    one = f"{HOME}/documents/{{name}}"
    documents, editor, golden = DocumentPage(desk), EditorPage(desk), GoldenPage(desk)
    review, publish, queue, panel = ReviewPage(desk), PublishPage(desk), QueuePage(desk), AskPage(desk)
    app.on_cleanup.append(publish.close)
    for path, handler in (
        (HOME, ListPage(desk).show),
        (f"{HOME}/reviews", review.queue),
        (f"{HOME}/ask", panel.show),
        (one, documents.show),
        (f"{one}/review", review.show),
        (f"{one}/golden", golden.show),
    ):
        add_page(app, hdrs.METH_GET, path, handler)
    add_page(app, hdrs.METH_POST, f"{HOME}/ask", panel.ask)
    for path, handler in (
        (f"{HOME}/new", editor.new),
        (f"{one}/edit", editor.edit),
        (f"{HOME}/publish", publish.show),
        (f"{HOME}/questions", queue.show),
    ):
        add_page(app, hdrs.METH_GET, path, handler)
    for path, handler in (
        (f"{HOME}/new", editor.save),
        (f"{HOME}/heard", editor.heard),
        (f"{one}/edit", editor.save),
        (f"{one}/submit", documents.submit),
        (f"{one}/retire", documents.retire),
        (f"{one}/approve", review.approve),
        (f"{one}/send-back", review.send_back),
        (f"{one}/golden", golden.add),
        (f"{one}/golden/remove", golden.remove),
        (f"{HOME}/publish", publish.publish),
        (f"{HOME}/questions/assign", queue.assign),
        (f"{HOME}/questions/close", queue.close),
    ):
        add_page(app, hdrs.METH_POST, path, handler)
