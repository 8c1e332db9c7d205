"""What a cue of voice or face changes: time, one gentle question, and how urgent an answer is. Words decide; a cue alone
never pages anyone.

A cue is not charted: what goes on record as found is the answer to the question, in the patient's own words.
"""

from collections.abc import Sequence
from dataclasses import replace

from server.conversation.agenda import open_question
from server.conversation.heard import hear
from server.conversation.reply import Reply
from server.conversation.scope import find
from server.conversation.state import Decision, Noticed, State, Visit
from server.persona.cues import Cue
from server.persona.pack import Pack
from server.vocabulary.events import CueMoment, CueNoticed
from server.vocabulary.findings import CueEvidence, Tier, TriggerHit


def recognized(pack: Pack, state: State, seen: CueNoticed) -> CueNoticed | None:
    """What perception reports, under the name of the cue it is for this pack; None while there is nothing new in it."""
    cue = next((cue for cue in pack.cues.values() if _fits(cue, seen)), None)
    if cue is None or cue.id in state.noticed.disputed:
        return None
    last = dict(state.noticed.last).get(cue.id)
    if last is not None and seen.at - last < cue.again_after.value:
        return None
    return replace(seen, cue=cue.id)


def _fits(cue: Cue, seen: CueNoticed) -> bool:
    if (cue.observable or cue.id) != seen.observable or seen.score < cue.at_least.value:
        return False
    if cue.does == "probe" and seen.moment != "turn":
        return False  # words that are still being said do not trail off yet
    return cue.shows is None or any(one.cue == cue.shows and _stands_out(cue, one) for one in seen.evidence)


def _stands_out(cue: Cue, one: CueEvidence) -> bool:
    least = cue.deviates.value if cue.deviates is not None else 0.0
    enough = cue.measures is not None and one.deviation > 0 and one.value >= cue.measures.value
    return enough or one.deviation >= least


def on_cue(
    pack: Pack,
    visit: Visit,
    state: State,
    cue: str,
    score: float,
    at: float = 0.0,
    moment: CueMoment = "quiet",
) -> Decision:
    """`score`: 0 to 1, against the patient's own baseline; `at`: seconds into the check-in. Raises KeyError for a cue that
    the pack does not know.

    The decision may have no lines: then the only change is patience, or what comes of the words that follow.
    """
    seen = pack.cues[cue]
    if score < seen.at_least.value:
        return Decision(state)
    state = _noted(state, cue, at)
    if seen.does == "note" or state.mode != "routine" or not state.asks:
        return Decision(state)
    if seen.raises and is_clinical(pack, visit, state):
        state = _with(state, raises=cue)
    holds = seen.holds.value if seen.holds is not None and moment == "speaking" else 0.0
    if seen.does == "wait":
        return Decision(_with(state, hesitates=cue), holds=holds)
    if state.queue or not _may_ask(pack, state, at):
        return Decision(state)
    if seen.does == "probe":
        return Decision(_with(state, trails=cue) if moment == "turn" else state)
    if moment == "quiet":
        return _ask(Reply(pack, visit, state), cue)
    return Decision(_with(state, soon=cue))


def holds_after(pack: Pack, state: State, filler: float) -> float:
    """Seconds for which somebody who stops on a filler of `filler` seconds is taken to hold the floor."""
    holding = (cue for cue in pack.cues.values() if cue.id not in state.noticed.disputed)
    return max(
        (cue.holds.value for cue in holding if cue.holds and cue.filler and filler >= cue.filler.value), default=0.0
    )


def on_dispute(state: State, cue: str) -> State:
    """The patient says that what was noticed is not right: it changes nothing any more, except for what was asked and said."""
    noticed = state.noticed
    kept = {name: "" for name in ("hesitates", "trails", "soon", "raises") if getattr(noticed, name) == cue}
    return _with(state, disputed=tuple(dict.fromkeys((*noticed.disputed, cue))), **kept)


def says_fine(pack: Pack, text: str) -> bool:
    """Whether words say that all is well, or understood: what voice and face may be set against."""
    return bool(find(pack, pack.answers.well + pack.answers.understood, hear(text).text))


def moment_of(pack: Pack, silence: float | None) -> CueMoment:
    """Whether nobody speaks, and has not for long enough that a question cuts nobody short."""
    return "quiet" if silence is not None and silence >= pack.numbers.cue_quiet.value else "speaking"


def is_clinical(pack: Pack, visit: Visit, state: State) -> bool:
    """Whether the open question is about health, medicines, or what was understood of them."""
    ask = open_question(pack, visit, state)
    return ask is not None and any(one.id == ask.objective and one.clinical for one in pack.objectives)


def ask_gently(reply: Reply) -> bool:
    """Ask what was put off until somebody listens, where anything was; False when there is nothing to ask."""
    noticed = reply.state.noticed
    cue = noticed.soon or noticed.hesitates
    if not cue or reply.state.queue or not _may_ask(reply.pack, reply.state, dict(noticed.last).get(cue, 0.0)):
        return False
    _ask(reply, cue)
    return True


def first_silence(pack: Pack, state: State) -> float | None:
    """Seconds of silence that a patient seen to hesitate is given; None for the usual ones."""
    wait = pack.cues[state.noticed.hesitates].wait if state.noticed.hesitates else None
    return wait.value if wait is not None and state.rung == 0 else None


def raised(reply: Reply, hits: Sequence[TriggerHit]) -> list[TriggerHit]:
    """Hits made one tier more urgent, up to urgent, where voice or face said more than the words on a clinical topic.

    What was asked for and what the service found by itself is as urgent as it is.
    """
    cue = reply.state.noticed.raises
    return [_one_up(hit, cue) if cue and _may_rise(reply, hit) else hit for hit in hits]


def _may_rise(reply: Reply, hit: TriggerHit) -> bool:
    rail = reply.pack.guardrails[hit.trigger]
    return hit.tier is rail.tier and hit.tier.rank > Tier.URGENT.rank and not rail.is_request


def _one_up(hit: TriggerHit, cue: str) -> TriggerHit:
    return replace(hit, tier=list(Tier)[hit.tier.rank - 1], rule=f"{hit.rule}, with {cue}")


def turn_over(reply: Reply) -> None:
    """The words were answered: what was noticed in them is behind us, unless a question about it is still open."""
    noticed = replace(reply.state.noticed, trails="")
    if not (reply.state.queue or noticed.held or noticed.soon):
        noticed = replace(noticed, raises="")
    reply.change(noticed=noticed)


def _may_ask(pack: Pack, state: State, at: float) -> bool:
    checked, numbers = state.noticed.checked, pack.numbers
    due = not checked or at - checked[-1] >= numbers.cue_every.value
    return due and len(checked) < int(numbers.cue_most.value)


def _ask(reply: Reply, cue: str) -> Decision:
    reply.queue_gently(cue)
    reply.ask_open()
    return reply.decision()


def _noted(state: State, cue: str, at: float) -> State:
    last = tuple(pair for pair in state.noticed.last if pair[0] != cue)
    return _with(state, last=(*last, (cue, at)))


def _with(state: State, **changes: object) -> State:
    noticed: Noticed = replace(state.noticed, **changes)  # type: ignore[arg-type]
    return replace(state, noticed=noticed)
