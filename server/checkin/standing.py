"""What a page that connects anew must be shown: help that was called, and the nurse who is in the call."""

from collections.abc import Callable, Iterable, Mapping

from server.checkin.view import page_view
from server.vocabulary import events as e

View = Mapping[str, object]


class Standing:
    """The newest views that outlive a page."""

    def __init__(self, past: Iterable[e.Event]) -> None:
        self._help: View | None = None
        self.nurse: e.RoomChanged | None = None
        """How a nurse who is in the call came to be there as she is."""
        for event in past:
            self.note(event)

    def note(self, event: e.Event) -> None:
        """Something was recorded."""
        match event:
            case e.EscalationRequested() | e.EscalationAcknowledged():
                self._help = page_view(event)
            case e.RoomChanged():
                self.nurse = None if event.state in ("left", "lost") else event
            case e.CheckInEnded():
                self.nurse = None
            case _:
                return

    def again(self, send: Callable[[View], None]) -> None:
        """Show a page where things stand."""
        for view in (self._help, page_view(self.nurse) if self.nurse is not None else None):
            if view is not None:
                send(view)
