"""The persona's face and captions on the patient's page: playout events become data-channel messages on the audio clock."""

from collections.abc import Callable, Mapping
from typing import Literal

from server.media.playout import PlayoutEvent, Utterance
from server.vocabulary.speech import VisemeTiming

Mood = Literal["listening", "concerned", "warm"]
Send = Callable[[Mapping[str, object]], None]

_MOST_VISEMES = 80
"""Mouth shapes a message; keeps each under the 4 KiB every peer takes."""


class Face:
    """Follows one call's playout and tells the page what to show."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._mood: Mood = "warm"
        self._shown = ""

    def feel(self, mood: Mood) -> None:
        """How the persona looks while it listens, from now on."""
        self._mood = mood

    def show(self, agent_state: str) -> None:
        """Show what livekit-agents says the persona is doing."""
        state = {"speaking": "speaking", "thinking": "thinking"}.get(agent_state, self._mood)
        if state == "speaking" and self._mood == "concerned":
            state = "urgent"
        if state != self._shown:
            self._shown = state
            self._send({"k": "s", "state": state, "t": None})

    def again(self) -> None:
        """A page connected anew: tell it where things stand."""
        shown, self._shown = self._shown or self._mood, ""
        self._send({"k": "s", "state": shown, "t": None})

    def on_playout(self, event: PlayoutEvent) -> None:
        """Follow one playout event."""
        utterance = event.utterance
        match event.what:
            case "visemes":
                self._mouth(utterance, event.visemes)
            case "word":
                self._caption(utterance, done=False)
            case "finished":
                self._caption(utterance, done=True)
            case "cut":
                at = None if utterance.starts_at is None else utterance.starts_at + utterance.read // 2
                self._send({"k": "cut", "u": utterance.number, "t": at})
                self._caption(utterance, done=True)
            case "started":
                return

    def _mouth(self, utterance: Utterance, visemes: tuple[VisemeTiming, ...]) -> None:
        for start in range(0, len(visemes), _MOST_VISEMES):
            shapes = [[round(v.start * 1000), v.viseme, v.weight] for v in visemes[start : start + _MOST_VISEMES]]
            self._send({"k": "v", "u": utterance.number, "t0": utterance.starts_at, "e": shapes})

    def _caption(self, utterance: Utterance, *, done: bool) -> None:
        at = None if utterance.starts_at is None else utterance.starts_at + utterance.read // 2
        self._send({"k": "cap", "u": utterance.number, "text": utterance.heard(), "t": at, "done": done})
