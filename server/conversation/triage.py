"""Listens to everything a patient says for red flags, whatever question is open. Deterministic: phrases and numbers of
the pack, no model. It may never take an escalation back: only people do that."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from server.conversation.heard import Heard, hear
from server.conversation.scope import Place, Sense, find, sense_of, without_idioms
from server.persona.pack import Guardrail, NumberRule, Pack
from server.vocabulary.findings import NegativeFinding, Tier, TriggerHit

OTHER_PERSON = "OTHER_PERSON_RED"
"""Guardrail for an emergency of someone who may not be the patient."""


@dataclass(frozen=True)
class Context:
    """What triage knows besides the words."""

    groups: frozenset[str] = field(default_factory=frozenset)
    """Medicine groups of the patient's list, for example `blood_thinner`."""
    topics: frozenset[str] = frozenset()
    """Guardrails that the open teach-back question is about: their words are expected in the answer."""


@dataclass(frozen=True)
class Triage:
    """Everything found in one utterance, the most urgent first."""

    hits: tuple[TriggerHit, ...]
    negatives: tuple[NegativeFinding, ...]
    other: str = ""
    """Guardrail that would have fired had it been about the patient."""
    supposed: str = ""
    """Guardrail of an emergency the patient asked about, without saying that it is happening."""


@dataclass(frozen=True)
class Match:
    """A guardrail's words, as they were meant."""

    rail: Guardrail
    sense: Sense
    quote: str


def triage(
    pack: Pack, text: str, context: Context | None = None
) -> tuple[tuple[TriggerHit, ...], tuple[NegativeFinding, ...]]:
    """Hits and denials in `text`; also fit for a partial transcript, of which a denial may still be unspoken."""
    found = examine(pack, hear(text), context or Context())
    return found.hits, found.negatives


def examine(pack: Pack, heard: Heard, context: Context) -> Triage:
    """As `triage`, and which emergencies were about someone else or only supposed."""
    text = without_idioms(pack, heard.text)
    groups = context.groups | named_groups(pack, heard.text)
    present = {name for name, probe in pack.listening.lexicon.probes.items() if probe.search(text)}
    hits: list[TriggerHit] = []
    negatives: list[NegativeFinding] = []
    doubts: dict[Sense, Match] = {}
    for rail in pack.guardrails.values():
        if rail.needs_group and rail.needs_group not in groups:
            continue
        matches = {match.sense: match for match in _matches(pack, rail, heard, text, present, context)}
        if match := matches.get(Sense.MEANT) or matches.get(Sense.RECENT_PAST):
            hits.append(_hit(match))
        elif denied := matches.get(Sense.DENIED):
            negatives.append(NegativeFinding(rail.id, rail.version, denied.quote))
        elif rail.tier is Tier.EMERGENCY and rail.ask_if_supposed:
            doubts = matches | doubts
    if other := doubts.get(Sense.OTHER_PERSON):
        hits.append(fire(pack.guardrails[OTHER_PERSON], other.quote))
    return Triage(
        tuple(sorted(hits, key=lambda found: found.tier.rank)),
        tuple(negatives),
        _rail(doubts, Sense.OTHER_PERSON),
        _rail(doubts, Sense.SUPPOSED),
    )


def fire(rail: Guardrail, quote: str) -> TriggerHit:
    """The guardrail at its own tier."""
    return TriggerHit(rail.id, rail.version, rail.tier, quote)


def _rail(doubts: dict[Sense, Match], sense: Sense) -> str:
    return doubts[sense].rail.id if sense in doubts else ""


def _hit(match: Match) -> TriggerHit:
    if match.sense is Sense.MEANT or match.rail.tier is not Tier.EMERGENCY:
        return fire(match.rail, match.quote)
    # Days ago and not now: soon is enough, and an ambulance for last Tuesday teaches people not to tell us.
    return TriggerHit(match.rail.id, match.rail.version, Tier.URGENT, match.quote)


def named_groups(pack: Pack, text: str) -> frozenset[str]:
    """Medicine groups of which a medicine is named in these comparable words."""
    return frozenset(
        group for group, names in pack.medicine_groups.items() if any(f" {name} " in text for name in names)
    )


def _matches(
    pack: Pack, rail: Guardrail, heard: Heard, text: str, present: set[str], context: Context
) -> Iterator[Match]:
    for start, end in _spans(pack, rail, text, present):
        sense = sense_of(pack, Place.of(heard, text, start, end), rail.id in context.topics)
        if rail.anyone and sense is Sense.OTHER_PERSON:
            sense = Sense.MEANT
        yield Match(rail, sense, heard.quote(start, end))


def _spans(pack: Pack, rail: Guardrail, text: str, present: set[str]) -> Iterator[tuple[int, int]]:
    for source in rail.phrases:
        phrase = pack.listening.phrases[source]
        if present.issuperset(phrase.needs):
            for match in phrase.pattern.finditer(text):
                yield match.start(), match.end()
    for rule in rail.numbers:
        for match in find(pack, (rule.phrase,), text):
            if _fires(rule, match[0]):
                yield match.start(), match.end()


def _fires(rule: NumberRule, words: str) -> bool:
    value = next((float(word) for word in words.split() if word.replace(".", "", 1).isdigit()), None)
    if value is None:
        return False
    low, high = rule.between or (value + 1, value)
    return (
        (rule.below is not None and value < rule.below)
        or (rule.above is not None and value > rule.above)
        or low <= value <= high
    )
