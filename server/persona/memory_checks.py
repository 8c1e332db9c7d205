"""What memory.yaml must hold true: whatever it keeps, asks or tells leads somewhere in the pack."""

from collections.abc import Iterator

from server.persona.complaint import Complaint
from server.persona.pack import Pack


def check_memory(pack: Pack) -> Iterator[Complaint]:
    """Yield every name of memory.yaml that leads nowhere, and every memory that is asked about without words for it."""
    last_time = pack.memory.questions
    for rule in pack.memory.remember:
        if rule.asks and rule.asks not in last_time:
            yield Complaint(rule.asks, f"`{rule.id}` asks `{rule.asks}`, which `last_time` does not have", rule.id)
        if rule.recall and rule.recall not in pack.lines:
            yield Complaint(
                rule.recall, f"`{rule.id}` is told by `{rule.recall}`, which no file in scripts/ has", rule.id
            )
        for name in (*rule.guardrails, *rule.conflicts):
            if name not in pack.guardrails:
                yield Complaint(name, f"`{rule.id}` names the guardrail `{name}`, which guardrails.yaml does not have")
        if not (rule.questions or rule.guardrails or rule.said):
            yield Complaint(rule.id, f"`{rule.id}` is kept from nothing: give `questions`, `guardrails` or `said`")
        if rule.asks and not rule.otherwise and not rule.aspects:
            yield Complaint(rule.id, f"`{rule.id}` is asked about and has no words: give `otherwise` or `aspects`")
        if rule.settles and not rule.asks:
            yield Complaint(rule.id, f"`{rule.id}` settles questions and asks none")
    asked = {rule.asks for rule in pack.memory.remember}
    for name in last_time:
        if name not in asked:
            yield Complaint(name, f"no rule of `remember` asks `{name}`")
