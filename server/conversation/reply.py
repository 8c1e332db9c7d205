"""One turn being put together: the lines so far, what was found and closed, and the state after it.

A `Reply` lives for one call of the policy and ends as a frozen `Decision`; it never says anything that is not a script.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from server.conversation.agenda import Ask, Say, agenda, applies, facts_of, open_question, queued
from server.conversation.closing import closings
from server.conversation.remembered import settled
from server.conversation.state import Answered, Decision, EndReason, Expects, Mood, ReadBack, State, Visit
from server.conversation.wording import NOTHING, render, sentence
from server.persona.named import Asked, Fired, Said
from server.persona.pack import Pack, RequestKind
from server.vocabulary.events import ObjectiveClosed
from server.vocabulary.findings import Advice, NegativeFinding, Tier, TriggerHit
from server.vocabulary.memories import Amendment
from server.vocabulary.speech import Line, Told

Status = Literal["met", "refused", "unable", "not_reached"]
FINISH_LATER = Asked.FINISH_LATER.value
"""Question of the pack's `staying` that offers to finish another time."""
UNANSWERED = "(ended without an answer)"
"""Quote of a page about a question that nobody answered; there are no words to quote."""
EXPECTS: Mapping[str, Expects] = {
    "yes_no": "yes_no",
    "number": "number",
    "scale": "number",
    "pressure": "number",
    "teach_back": "teach_back",
}
"""Answer type to what the listener waits for; every other is free talk to it."""


class Reply:
    """The reply to one turn."""

    def __init__(self, pack: Pack, visit: Visit, state: State) -> None:
        self.pack = pack
        self.visit = visit
        self.state = state
        self.steps = agenda(pack, visit)
        self.lines: list[Line] = []
        self.hits: list[TriggerHit] = []
        self.new: list[TriggerHit] = []
        """Those of `hits` that fired for the first time, or more urgently than before."""
        self.negatives: list[NegativeFinding] = []
        self.closed: list[ObjectiveClosed] = []
        self.amended: list[Amendment] = []
        self.unanswered: str | None = None
        self.advice: Advice | None = None
        self.told: Told | None = None
        """What the library has to say to this turn, where it is asked something."""
        self.answered: Answered | None = None
        self.words = ""
        """What the patient said in this turn, verbatim."""
        self.mood: Mood = "listening"
        self.end_reason: EndReason | None = None

    @property
    def open(self) -> Ask | None:
        return open_question(self.pack, self.visit, self.state, self.steps)

    def change(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def say(self, *scripts: str | None, slots: Mapping[str, str] = NOTHING) -> None:
        """Add scripts in order; None is skipped, and a sentence is never said twice in one reply."""
        for script in scripts:
            if script is not None:
                for line in render(self.pack, self.visit, script, self.state.turn, slots):
                    if all(line.text != said.text for said in self.lines):
                        self.lines.append(line)

    def say_unheard_first(self) -> None:
        """Instructions that were talked over come before anything new."""
        self.lines += [sentence(self.pack, self.visit, script, index) for script, index in self.state.again]
        self.lines += [Line("", text) for text in self.state.again_words]
        self.change(again=(), repeated=(*self.state.repeated, *(script for script, _ in self.state.again)))
        self.change(again_words=(), repeated_words=(*self.state.repeated_words, *self.state.again_words))

    def hit(self, hit: TriggerHit) -> bool:
        """Record a hit; False when the same guardrail fired before, at least as urgently."""
        hit = self.located(hit)
        self.hits.append(hit)
        if self.state.has_fired(hit):
            return False
        kept = tuple(old for old in self.state.fired if old.trigger != hit.trigger)
        self.change(fired=(*kept, hit))
        self.new.append(hit)
        return True

    def located(self, hit: TriggerHit) -> TriggerHit:
        """Where in this turn the words stand that fired it, for a hit that was an answer or a request."""
        at = self.words.find(hit.quote) if hit.quote and not hit.end else -1
        return replace(hit, start=at, end=at + len(hit.quote)) if at >= 0 else hit

    def fire(self, guardrail: str, quote: str, rule: str = "", tier: Tier | None = None) -> bool:
        """`rule`: what fired it, for example `answer chest_pain`, `request human`, `silence`."""
        rail = self.pack.guardrails[guardrail]
        return self.hit(TriggerHit(rail.id, rail.version, tier or rail.tier, quote, rule))

    def tell(self, kind: RequestKind, quote: str, rule: str) -> bool:
        """Fire what the first request of this kind fires, whoever recognized it; see `tell_of`."""
        fires = next((one.fires for one in self.pack.requests if one.kind == kind and one.fires), None)
        return self.tell_of(fires, quote, rule)

    def tell_of(self, fires: str | None, quote: str, rule: str) -> bool:
        """Fire a request's guardrail, if it has one, once in a turn; False when it was fired before."""
        if fires is None:
            return False
        known = [hit for hit in self.hits if hit.trigger == fires]
        return known[0] in self.new if known else self.fire(fires, quote, rule)

    def deny(self, guardrail: str, quote: str) -> None:
        if all(known.trigger != guardrail for known in self.negatives):
            self.negatives.append(NegativeFinding(guardrail, self.pack.guardrails[guardrail].version, quote))

    # -- questions

    def close(self, ask: Ask, status: Status, answer: str, turns: tuple[int, ...] | None = None) -> None:
        """The question is over; what was understood is kept for the recap and for later conditions.

        `turns`: its evidence; without it, every turn since the question was first asked.
        """
        if turns is None:
            turns = tuple(range(self.state.since + 1, self.state.turn + 1)) if status != "not_reached" else ()
        self._record(ObjectiveClosed(ask.key, status, answer, turns))
        if ask.opening is not None and status == "met":
            self._settle_usual(ask.opening.rule, ask.medicine, answer, turns)
        if self.state.read_back and self.state.read_back.key == ask.key:
            self.change(read_back=None)

    def _settle_usual(self, rule: str, subject: str, answer: str, turns: tuple[int, ...]) -> None:
        """Nobody is asked twice: what was said of the last check-in answers the usual question about it."""
        keys = {step.key for step in self.steps if isinstance(step, Ask)}
        for key, given in settled(self.pack, rule, subject, answer):
            if key in keys and self.state.closing(key) is None:
                self._record(ObjectiveClosed(key, "met", given, turns))

    def amend(self, amendment: Amendment) -> None:
        """What the patient makes of a memory; of several about the same one, the last counts."""
        self.amended = [*(one for one in self.amended if one.memory != amendment.memory), amendment]
        kept = tuple(one for one in self.state.amended if one.memory != amendment.memory)
        self.change(amended=(*kept, amendment))

    def _record(self, closed: ObjectiveClosed) -> None:
        self.closed.append(closed)
        kept = tuple(one for one in self.state.closed if one.objective != closed.objective)
        self.change(closed=(*kept, closed))

    def leave(self) -> None:
        """The open question is behind us."""
        if self.state.queue:
            self.change(queue=self.state.queue[1:])

    def go_on(self) -> None:
        """Leave the open question and ask the next one, or end."""
        self.leave()
        self.open_next()

    def open_next(self) -> None:
        """Say what stands before the next question that has no answer yet, then ask it; at the end of the agenda, end."""
        if self.state.mode == "routine" and not self.state.queue and not self._find_gentle():
            self._find_next()
        self._mind_the_time()
        self.ask_open()

    def _find_next(self) -> None:
        for at, step in enumerate(self.steps):
            if isinstance(step, Say):
                self._begin(step)
            elif self.state.closing(step.key) is None and applies(self.pack, self.visit, self.state, step):
                self.change(step=at)
                return
        self.end("completed")

    def _find_gentle(self) -> bool:
        """What voice or face made worth asking comes in the place of the next question."""
        cue = self.state.noticed.soon
        if not cue or self.hits:
            return False
        self.queue_gently(cue)
        return bool(self.state.queue)

    def queue_gently(self, cue: str) -> None:
        """The gentle question of a cue is asked next; asked before in this check-in, it begins anew."""
        question = self.pack.cues[cue].asks
        self.checked(cue)
        if question is not None:
            self.mood = "concerned"
            asks = tuple(pair for pair in self.state.asks if pair[0] != question)
            self.change(queue=(question, *self.state.queue), asks=asks)

    def checked(self, cue: str) -> None:
        """The patient is asked gently because of this cue; the next such question must wait."""
        noticed = self.state.noticed
        at = dict(noticed.last).get(cue, 0.0)
        self.change(noticed=replace(noticed, hesitates="", soon="", checked=(*noticed.checked, at)))

    def _begin(self, step: Say) -> None:
        objective = step.objective
        if objective.id in self.state.begun:
            return
        self.change(begun=(*self.state.begun, objective.id))
        if self._is_answered(objective.id):
            return
        known = facts_of(self.pack, self.visit)
        self.say(*objective.says, *(script for fact, script in objective.says_if.items() if fact in known))
        for question, scripts in objective.recap.items():
            self.say(self._recapped(scripts, self.state.answer(question)))

    def _is_answered(self, objective: str) -> bool:
        """Whether every question of the objective was answered before it was reached."""
        asks = [step for step in self.steps if isinstance(step, Ask) and step.objective == objective]
        return bool(asks) and all(self.state.closing(ask.key) for ask in asks)

    @staticmethod
    def _recapped(scripts: Mapping[str, str], answer: str) -> str | None:
        """The line for this answer; `*` stands for any other that is one."""
        other = scripts.get("*") if answer and answer not in ("refused", "unable", "not_reached") else None
        return scripts.get(answer, other)

    def _mind_the_time(self) -> None:
        """Nobody is kept for ever: after a while finishing later is offered, and long after that we say goodbye."""
        numbers = self.pack.numbers
        if self.state.mode != "routine":
            return
        if self.state.turn >= numbers.turns_end.value:
            self.say(Said.CLOSE_LONG, Said.CLOSE_CALL_911, Said.CLOSE_NOT_A_PERSON, Said.CLOSE_GOODBYE)
            self.end("expired")
        elif self.state.turn >= numbers.turns_offer.value and not self.state.asked(FINISH_LATER):
            self.change(queue=(*self.state.queue, FINISH_LATER))

    def ask_open(self) -> None:
        """Ask the open question for the first time, or take it up again after something else."""
        ask = self.open
        if ask is None:
            return
        if self.state.asked(ask.key):
            self.repeat()
            return
        if lesson := ask.question.teach_back:
            self.say(lesson.teach[0], slots=ask.slots)
        self._count(ask)
        self.change(detours=0, since=self.state.turn)
        self.change(recalled=(ask.opening.memory,) if ask.opening is not None else ())
        self.say(ask.question.ask, slots=ask.slots)

    def ask_again(self, ask: Ask) -> None:
        """The same question in other words; uses up an ask."""
        self._count(ask)
        self.change(detours=0, read_back=None)
        self.say(ask.question.again, slots=ask.slots)

    def repeat(self) -> None:
        """The words of the open question once more, or of what was read back; uses up nothing."""
        ask = self.open
        if ask is None:
            return
        if (back := self.state.read_back) and back.key == ask.key:
            self.say(back.script, slots=dict(back.slots))
            return
        first = self.state.asked(ask.key) <= 1
        self.say(ask.question.ask if first else ask.question.again, slots=ask.slots)

    def read_back(self, back: ReadBack) -> None:
        """Ask whether this is what was said."""
        self.change(read_back=back)
        self.say(back.script, slots=dict(back.slots))

    def _count(self, ask: Ask) -> None:
        kept = tuple(pair for pair in self.state.asks if pair[0] != ask.key)
        self.change(asks=(*kept, (ask.key, self.state.asked(ask.key) + 1)))

    # -- the end

    def end(self, reason: EndReason, handed_over: bool = False) -> None:
        """Close what is still open as not reached; a status once given stays.

        A question about danger that was asked and not answered is told to a nurse, and so is a danger screen that was not
        finished: nobody may take silence for a no. `handed_over`: there is no patient here to worry about.
        """
        if not handed_over and self.state.mode != "ended":
            self._tell_of_unanswered(reason)
        for step in self.steps:
            if isinstance(step, Say) or self.state.closing(step.key):
                continue
            if applies(self.pack, self.visit, self.state, step):
                self.close(step, "not_reached", "")
        self.change(mode="ended", queue=(), again=(), read_back=None)
        self.end_reason = reason
        self.mood = "warm" if self.mood == "listening" else self.mood

    def _tell_of_unanswered(self, reason: EndReason) -> None:
        asked = [queued(self.pack, key) for key in self.state.queue]
        routine = [step for step in self.steps if isinstance(step, Ask)] if self.state.mode == "routine" else []
        fires = [
            ask.question.unknown_fires
            for ask in (*asked, *routine)
            if self.state.asked(ask.key) and self.state.closing(ask.key) is None
        ]
        unfinished = {ask.objective for ask in routine if self._is_left(ask)}
        fires += [one.unfinished_fires for one in self.pack.objectives if one.id in unfinished]
        if reason == "expired" and self.state.mode == "routine":
            fires.append(Fired.NOT_FINISHED)  # the goodbye says that the care team will know
        for name in dict.fromkeys(fires):
            if name and all(old.trigger != name for old in self.state.fired):
                self.fire(name, UNANSWERED, "unanswered")

    def _is_left(self, ask: Ask) -> bool:
        return self.state.closing(ask.key) is None and applies(self.pack, self.visit, self.state, ask)

    def decision(self) -> Decision:
        if self.unanswered is not None:
            self.fire(Fired.KB_NO_ANSWER, self.unanswered, "question")
        for closed in closings(self.pack, self.visit, self.state, self.steps):
            self._record(closed)
        return Decision(
            state=self.state,
            lines=tuple(self.lines),
            hits=tuple(self.hits),
            negatives=tuple(self.negatives),
            closed=tuple(self.closed),
            unanswered=self.unanswered,
            answered=self.answered,
            amended=tuple(self.amended),
            mood=self.mood,
            ended=self.state.mode == "ended",
            end_reason=self.end_reason,
            expects=self._expects(),
        )

    def _expects(self) -> Expects:
        ask = self.open
        if ask is None:
            return "free"
        if self.state.read_back is not None:
            return "yes_no"
        return EXPECTS.get(ask.question.expects, "free")
