"""One turn being put together: the lines so far, what was found and closed, and the state after it.

A `Reply` lives for one call of the policy and ends as a frozen `Decision`; it never says anything that is not a script.
"""

from dataclasses import replace
from typing import Literal

from server.conversation.agenda import Ask, Say, agenda, applies, open_question
from server.conversation.state import Decision, EndReason, Expects, Mood, State, Visit
from server.conversation.wording import render, sentence
from server.persona.pack import Pack
from server.vocabulary.events import ObjectiveClosed
from server.vocabulary.findings import NegativeFinding, Tier, TriggerHit
from server.vocabulary.speech import Line

Status = Literal["met", "refused", "unable", "not_reached"]


class Reply:
    """The reply to one turn."""

    def __init__(self, pack: Pack, visit: Visit, state: State) -> None:
        self.pack = pack
        self.visit = visit
        self.state = state
        self.lines: list[Line] = []
        self.hits: list[TriggerHit] = []
        self.negatives: list[NegativeFinding] = []
        self.closed: list[ObjectiveClosed] = []
        self.unanswered: str | None = None
        self.mood: Mood = "listening"
        self.end_reason: EndReason | None = None

    @property
    def open(self) -> Ask | None:
        return open_question(self.pack, self.visit, self.state)

    def change(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def say(self, *scripts: str | None, medicine: str = "") -> None:
        """Add scripts in order; None is skipped, and a sentence is never said twice in one reply."""
        for script in scripts:
            if script is not None:
                for line in render(self.pack, self.visit, script, self.state.turn, medicine):
                    if line not in self.lines:
                        self.lines.append(line)

    def say_unheard_first(self) -> None:
        """Instructions that were talked over come before anything new."""
        self.lines += [sentence(self.pack, self.visit, script, index) for script, index in self.state.again]
        self.change(again=(), repeated=(*self.state.repeated, *(script for script, _ in self.state.again)))

    def hit(self, hit: TriggerHit) -> bool:
        """Record a hit; False when the same guardrail fired before, at least as urgently."""
        self.hits.append(hit)
        if self.state.has_fired(hit):
            return False
        kept = tuple(old for old in self.state.fired if old.trigger != hit.trigger)
        self.change(fired=(*kept, hit))
        return True

    def fire(self, guardrail: str, quote: str, tier: Tier | None = None) -> bool:
        rail = self.pack.guardrails[guardrail]
        return self.hit(TriggerHit(rail.id, rail.version, tier or rail.tier, quote))

    def deny(self, guardrail: str, quote: str) -> None:
        if all(known.trigger != guardrail for known in self.negatives):
            self.negatives.append(NegativeFinding(guardrail, self.pack.guardrails[guardrail].version, quote))

    # -- questions

    def close(self, ask: Ask, status: Status, answer: str) -> None:
        """The question is over; what was understood is kept for the recap and for later conditions."""
        turns = tuple(range(self.state.since + 1, self.state.turn + 1)) if status != "not_reached" else ()
        self.closed.append(ObjectiveClosed(ask.key, status, answer, turns))
        kept = tuple(pair for pair in self.state.answers if pair[0] != ask.key)
        self.change(answers=(*kept, (ask.key, answer if status == "met" else status)))

    def leave(self) -> None:
        """The open question is behind us."""
        if self.state.queue:
            self.change(queue=self.state.queue[1:])
        elif self.state.mode == "routine":
            self.change(step=self.state.step + 1)

    def go_on(self) -> None:
        """Leave the open question and ask the next one, or end."""
        self.leave()
        self.open_next()

    def open_next(self) -> None:
        """Say what stands before the next question, then ask it; at the end of the agenda, end."""
        steps = agenda(self.pack, self.visit)
        while not self.state.queue and self.state.mode == "routine":
            if self.state.step >= len(steps):
                self.end("completed")
                return
            step = steps[self.state.step]
            if isinstance(step, Ask) and applies(self.state, step.question):
                break
            if isinstance(step, Say):
                self._say_step(step)
            self.change(step=self.state.step + 1)
        self.ask_open()

    def _say_step(self, step: Say) -> None:
        self.say(*step.objective.says)
        for question, scripts in step.objective.recap.items():
            self.say(scripts.get(self.state.answer(question)))
        if step.closes:
            self.closed.append(ObjectiveClosed(step.objective.id, "met", "said", ()))

    def ask_open(self) -> None:
        """Ask the open question for the first time, or take it up again after something else."""
        ask = self.open
        if ask is None:
            return
        if self.state.asked(ask.key):
            self.repeat()
            return
        if lesson := ask.question.teach_back:
            self.say(lesson.teach[0])
        self._count(ask)
        self.change(detours=0, since=self.state.turn)
        self.say(ask.question.ask, medicine=ask.medicine)

    def ask_again(self, ask: Ask) -> None:
        """The same question in other words; uses up an ask."""
        self._count(ask)
        self.change(detours=0)
        self.say(ask.question.again, medicine=ask.medicine)

    def repeat(self) -> None:
        """The words of the open question once more; uses up nothing."""
        if ask := self.open:
            first = self.state.asked(ask.key) <= 1
            self.say(ask.question.ask if first else ask.question.again, medicine=ask.medicine)

    def _count(self, ask: Ask) -> None:
        kept = tuple(pair for pair in self.state.asks if pair[0] != ask.key)
        self.change(asks=(*kept, (ask.key, self.state.asked(ask.key) + 1)))

    # -- the end

    def end(self, reason: EndReason) -> None:
        """Close what is still open as not reached; a status once given stays."""
        for step in agenda(self.pack, self.visit)[self.state.step :]:
            if isinstance(step, Ask) and step.question.each is None and step.question.when is None:
                self.close(step, "not_reached", "")
        self.change(mode="ended", queue=(), again=())
        self.end_reason = reason
        self.mood = "warm" if self.mood == "listening" else self.mood

    def decision(self) -> Decision:
        return Decision(
            state=self.state,
            lines=tuple(self.lines),
            hits=tuple(self.hits),
            negatives=tuple(self.negatives),
            closed=tuple(self.closed),
            unanswered=self.unanswered,
            mood=self.mood,
            ended=self.state.mode == "ended",
            end_reason=self.end_reason,
            expects=self._expects(),
        )

    def _expects(self) -> Expects:
        ask = self.open
        if ask is None or ask.question.expects == "choice":
            return "free"
        return ask.question.expects
