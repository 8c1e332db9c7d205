"""What the nurse says, as captions on the patient's page while she has the floor: some patients read what others hear."""

import asyncio

from server.media.peer import PeerCall
from server.speech.bystander import Bystander
from server.speech.session import SpeechKit


class NurseWords:
    """One call's captions of its nurse; none where nothing can be recognized."""

    def __init__(self, call: PeerCall, kit: SpeechKit) -> None:
        self._call = call
        self._recognizer = kit.recognizer
        self._bystander: Bystander | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def begin(self, name: str) -> None:
        """She has the floor."""
        if self._recognizer is not None and self._bystander is None:
            self._bystander = Bystander(self._recognizer, lambda text, done: self._show(name, text, done))
            self._call.bridge.written = self._bystander.hear

    def end(self) -> None:
        """She has given it back, or is gone."""
        bystander, self._bystander = self._bystander, None
        self._call.bridge.written = None
        if bystander is not None:
            task = asyncio.create_task(bystander.close(), name="nurse-words-close")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Let go of everything."""
        self.end()
        await asyncio.gather(*self._closing)

    def _show(self, name: str, text: str, done: bool) -> None:
        self._call.send({"k": "nurse_cap", "name": name, "text": text, "done": done})
