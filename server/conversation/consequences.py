"""What an answer calls for: the guardrails that fire on a yes, a choice, a number beyond a limit, or a medicine named."""

from collections.abc import Iterator

from server.conversation.agenda import Ask, groups_taken, medicine_groups, parameter, value_of
from server.conversation.danger import take_hits
from server.conversation.doses import differs
from server.conversation.heard import hear
from server.conversation.reply import Reply
from server.conversation.triage import fire
from server.persona.pack import Limit, Question
from server.vocabulary.findings import TriggerHit


def fire_on(reply: Reply, ask: Ask, given: str, quote: str) -> bool:
    """Fire what the answer calls for; True when something was said about it."""
    rails = reply.pack.guardrails
    rule = f"answer {ask.question.id}"
    hits = [fire(rails[name], quote, rule) for name in dict.fromkeys(_named(reply, ask.question, given))]
    hits += _against_list(reply, ask, given, quote)
    return bool(hits) and take_hits(reply, hits)


def _named(reply: Reply, question: Question, given: str) -> Iterator[str]:
    """Every guardrail that fires on this answer."""
    yield from question.fires_on(given)
    if question.high_alert_fires and _is_high_alert(reply, given):
        yield question.high_alert_fires
    yield from (limit.fires for limit in question.limits if _beyond(reply, limit, value_of(given)))
    if question.together_fires:
        groups, taken = groups_taken(reply.pack, given.split(",")), medicine_groups(reply.pack, reply.visit)
        yield from (one.fires for one in question.together_fires if one.named in groups and one.taken in taken)


def _beyond(reply: Reply, limit: Limit, value: float | None) -> bool:
    """Whether a number lies where the limit fires; the patient's own parameters come before the pack's."""
    if value is None:
        return False
    enough = limit.at_least is None or value >= parameter(reply.pack, reply.visit, limit.at_least)
    return enough and (limit.below is None or value < parameter(reply.pack, reply.visit, limit.below))


def _is_high_alert(reply: Reply, given: str) -> bool:
    """ "All of them" includes the ones that matter most."""
    names = {medicine.name for medicine in reply.visit.medicines if medicine.high_alert}
    return bool(names) and (given == "all" or bool(names & set(given.split(","))))


def _against_list(reply: Reply, ask: Ask, given: str, quote: str) -> list[TriggerHit]:
    """A medicine that is taken more or less often than the list says."""
    listed = dict(reply.visit.directions).get(ask.medicine, "")
    name = ask.question.directions_fires
    if not name or not differs(hear(listed), hear(given)):
        return []
    return [fire(reply.pack.guardrails[name], quote, f"answer {ask.question.id}")]
