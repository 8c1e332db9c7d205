"""What a patient's page must be shown again when it was loaded anew: help, a nurse in the call, what is allowed and noticed,
and where what was told last is written."""

from collections.abc import Callable, Iterable, Mapping

from server.checkin.view import page_view
from server.vocabulary import events as e

_MOST_NOTICED = 20
"""Things noticed that a page is told again; the newest."""


class Shown:
    """Sends events to one check-in's page and remembers what lasts."""

    def __init__(self, send: Callable[[Mapping[str, object]], None], past: Iterable[e.Event]) -> None:
        self._send = send
        self._help: Mapping[str, object] | None = None
        self.nurse: e.RoomChanged | None = None
        """How a nurse who is in the call came to be there as she is."""
        self._allowed: dict[str, Mapping[str, object]] = {}
        self._noticed: list[Mapping[str, object]] = []
        self._cited: Mapping[str, object] | None = None
        """Until the patient speaks again, as on the page itself."""
        for event in past:
            self._note(event)

    def event(self, event: e.Event) -> None:
        """An event was recorded: the page is shown what it has a view of."""
        view = self._note(event)
        if view is not None:
            self._send(view)

    def again(self) -> None:
        """A page connected anew and has lost what it was shown."""
        here = page_view(self.nurse) if self.nurse is not None else None
        for view in (*self._allowed.values(), *self._noticed, self._help, here, self._cited):
            if view is not None:
                self._send(view)

    def _note(self, event: e.Event) -> Mapping[str, object] | None:
        view = page_view(event)
        match event:
            case e.EscalationRequested() | e.EscalationAcknowledged():
                self._help = view
            case e.RoomChanged():
                self.nurse = None if event.state in ("left", "lost") else event
            case e.CheckInEnded():
                self.nurse = None
            case e.PatientTurn():
                self._cited = None
            case e.QuestionAnswered():
                self._cited = view
            case e.ConsentChanged(what=what) if view is not None:
                self._allowed[what] = view
            case e.CueNoticed() | e.CueDisputed() if view is not None:
                self._noticed = [*self._noticed, view][-_MOST_NOTICED:]
            case _:
                pass
        return view
