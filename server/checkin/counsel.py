"""A language model's part in one check-in: it reads a turn beside the rules and may say a sentence or two of its own.

Works against the clock and a budget. What it does not do in time, or at all, leaves the check-in as the rules decide it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeVar

from server.checkin.journal import Settlement
from server.checkin.judging import Judging
from server.checkin.purse import Means, Purse
from server.checkin.request import Request
from server.checkin.setting import Setting
from server.checkin.talking import Talking
from server.checkin.thread import Look, Thread
from server.conversation import prompt as prompts
from server.conversation.advice import checked, worth_asking
from server.conversation.gate import Gate
from server.conversation.prompt import Said
from server.conversation.state import Decision
from server.conversation.talk import Talk, plan
from server.record.privacy import log
from server.vocabulary import events as e
from server.vocabulary.findings import Advice
from server.vocabulary.prompts import Call
from server.vocabulary.speech import Receipt

T = TypeVar("T")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opinion:
    """What came of one turn."""

    advice: Advice | None = None
    talking: Talking | None = None
    alone: Decision | None = None
    """What the rules alone decide."""

    def words_for(self, decision: Decision) -> Talking | None:
        """The free talk, if the turn was decided as it was when the talk was asked for; else it is dropped."""
        if self.talking is None or decision == self.alone:
            return self.talking
        self.talking.drop("dropped")
        return None


class Counsel:
    """Asks on behalf of one check-in and keeps what was heard in it."""

    def __init__(self, means: Means, purse: Purse, gate: Gate, refused: Callable[[str, Receipt], None]) -> None:
        self._models = means.models
        self._purse = purse
        self._gate = gate
        self._refused = refused
        self._heard: list[Said] = []
        self._talks: set[Talking] = set()
        self.passed: dict[str, Receipt] = {}
        """Sentences in a model's own words that the gate let pass in this check-in."""

    def recall(self, past: Iterable[e.Event]) -> None:
        """Take up where the journal left off."""
        for event in past:
            self.note(event)
            if isinstance(event, e.ModelUsed):
                self._purse.recall(event)
            if isinstance(event, e.SentenceGated) and event.allowed and not event.script:
                self.passed[event.text] = Receipt(True, "", event.reason, event.passage, event.revision)

    def note(self, event: e.Event) -> None:
        """Follow the conversation as it was heard: the patient's turns, and the persona's words that were played."""
        match event:
            case e.PatientTurn(text=text):
                self._heard.append(Said("patient", text))
            case e.SpeechHeard(heard=heard) if heard:
                self._heard.append(Said("persona", heard))
            case _:
                return

    async def consult(self, thread: Thread, look: Look, until: float) -> Opinion:
        """Ask about a turn that has just ended; takes no longer than loop time `until`."""
        stood = thread.state
        talking = _or_none(lambda: self._begin_talk(thread, look, until))
        try:
            advice = await self._read(thread, look, until)
        except BaseException:
            if talking is not None:
                talking.drop("dropped")
            raise
        if advice is not None and thread.state != stood:
            # Something was decided meanwhile: the answer may belong to a question that is no longer open.
            advice = replace(advice, reading="", quote="")
        return Opinion(advice, talking, look.decision)

    async def close(self) -> None:
        """End what is under way."""
        await asyncio.gather(*(talking.close() for talking in tuple(self._talks)))
        await self._purse.close()

    async def _read(self, thread: Thread, look: Look, until: float) -> Advice | None:
        request = _or_none(lambda: self._question(thread, look))
        if request is None:
            return None
        try:
            async with asyncio.timeout_at(until):
                arguments = await _called(request)
            advice = checked(thread.pack, thread.visit, look.before, look.text, arguments) if arguments else None
            request.outcome = "used" if advice else request.outcome
        except TimeoutError:
            request.outcome, advice = "late", None
        except asyncio.CancelledError:
            request.outcome = "dropped"
            raise
        except Exception as error:  # noqa: BLE001  whatever is wrong with a model, the rules decide the turn
            log(_logger, logging.WARNING, "model_failed", error=type(error).__name__)
            request.outcome, advice = "failed", None
        finally:
            request.done()
        return advice

    def _question(self, thread: Thread, look: Look) -> Request | None:
        pack, visit = thread.pack, thread.visit
        if not worth_asking(pack, visit, look.before, look.decision, look.text):
            return None
        prompt = prompts.to_read(pack, visit, look.before, self._heard, look.text)
        return Request(self._purse, self._models, "read", prompt, thread.turns + 1)

    def _begin_talk(self, thread: Thread, look: Look, until: float) -> Talking | None:
        pack, visit = thread.pack, thread.visit
        place = plan(pack, visit, look.before, look.decision, look.text)
        if place is None:
            return None
        prompt = prompts.to_talk(pack, visit, place, self._heard, look.text)
        request = Request(self._purse, self._models, "talk", prompt, thread.turns + 1)
        most = int(pack.talk.numbers.sentences_max.value)
        talking = Talking(place, request, lambda sentence: self._passes(place, look.text, sentence), most, until)
        self._talks.add(talking)
        talking.task.add_done_callback(lambda _: self._talks.discard(talking))
        return talking

    async def _passes(self, place: Talk, patient_said: str, sentence: str) -> bool:
        # On a thread: the gate may ask a classifier, for longer than one packet of everybody's sound takes.
        receipt = await asyncio.to_thread(self._gate.judge_free, sentence, place.passages, patient_said=patient_said)
        if receipt.allowed and "?" in sentence:
            receipt = Receipt(False, "", "asks_beside_the_script")
        if receipt.allowed:
            self.passed[sentence] = receipt
        else:
            self._refused(sentence, receipt)
        return receipt.allowed


def _or_none(begin: Callable[[], T | None]) -> T | None:
    """What is begun, or nothing where that fails: a turn must not fail for a model's sake, the rules decide it anyway."""
    try:
        return begin()
    except Exception as error:  # noqa: BLE001  the root of a model's part in a turn
        log(_logger, logging.ERROR, "model_not_asked", error=type(error).__name__)
        return None


async def _called(request: Request) -> str:
    """Arguments of the function call; empty when the model called nothing."""
    async with aclosing(request.pieces()) as pieces:
        async for piece in pieces:
            if isinstance(piece, Call):
                return piece.arguments
    return ""


def counsel_on(
    setting: Setting,
    judging: Judging,
    past: Iterable[e.Event],
    settled: Callable[[e.ModelUsed, Settlement | None], object],
) -> Counsel | None:
    """For one check-in, where the journal left off; None without a model."""
    if setting.means is None:
        return None
    purse = Purse(setting.means, setting.database, settled)
    counsel = Counsel(setting.means, purse, judging.gate, judging.gated)
    counsel.recall(past)
    judging.passed = counsel.passed
    return counsel
