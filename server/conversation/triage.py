"""Listens to everything a patient says for red flags, whatever question is open: the phrases and numbers of the pack,
and paraphrases of them that a sentence classifier recognized. It may never take an escalation back: only people do that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from server.conversation.heard import Heard, hear
from server.conversation.markers import Markers, Place, without_idioms
from server.conversation.measures import readings
from server.conversation.resemblance import Stretch, stretches
from server.conversation.scope import Sense, is_doubtful, sense_of
from server.conversation.urgency import Chips, raised
from server.persona.lexicon import words_of
from server.persona.pack import Guardrail, Pack
from server.vocabulary.findings import Likeness, NegativeFinding, Tier, TriggerHit

OTHER_PERSON = "OTHER_PERSON_RED"
"""Guardrail for an emergency of someone who may not be the patient."""
CLASSIFIER = "classifier"
"""`TriggerHit.rule` of a paraphrase."""
HINT = "hint"
"""`TriggerHit.rule` of a hint begins with it."""
NUMBER = "number"
"""And of a number."""
HAPPENING = (Sense.MEANT, Sense.RECENT_PAST)


@dataclass(frozen=True)
class Context:
    """What triage knows besides the words."""

    groups: frozenset[str] = field(default_factory=frozenset)
    """Medicine groups of the patient's list, for example `blood_thinner`."""
    topics: frozenset[str] = frozenset()
    """Guardrails that the open teach-back question is about: their words are expected in the answer."""
    chips: Chips = frozenset()
    """Risk chips of the patient, for example `anticoagulant`."""
    fired: tuple[TriggerHit, ...] = ()
    """What fired earlier in this check-in."""


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
    """A guardrail's words, as they were meant; offsets into the comparable text."""

    rail: Guardrail
    sense: Sense
    start: int
    end: int
    rule: str
    probability: float | None = None

    @property
    def is_pressing(self) -> bool:
        """Whether its guardrail pages someone at once."""
        return self.rail.tier.rank <= Tier.URGENT.rank

    @property
    def is_certain(self) -> bool:
        """Whether it counts against the classifier: an emergency's phrase and any number do.

        Hints do not, nor do phrases of the other tiers: on the training corpus that halved the false pages and lost one
        urgent finding in a hundred, all of which were words that a nurse would have called back about today.
        """
        if self.rule.startswith(HINT):
            return False
        return self.rail.tier is Tier.EMERGENCY or self.rule.startswith(NUMBER)


def triage(
    pack: Pack, text: str, context: Context | None = None, likenesses: Sequence[Likeness] | None = None
) -> tuple[tuple[TriggerHit, ...], tuple[NegativeFinding, ...]]:
    """Hits and denials in `text`; also fit for a partial transcript, of which a denial may still be unspoken."""
    found = examine(pack, hear(text), context or Context(), likenesses)
    return found.hits, found.negatives


def examine(pack: Pack, heard: Heard, context: Context, likenesses: Sequence[Likeness] | None = None) -> Triage:
    """As `triage`, and which emergencies were about someone else or only supposed.

    `likenesses` is what the classifier says of the same utterance. None: it was not asked, and every hint counts.
    """
    markers = Markers(pack, without_idioms(pack, heard.text))
    found = list(stretches(pack, heard, likenesses or ()))
    lexical = list(_lexical(pack, heard, markers, context))
    if likenesses is not None:
        lexical = [match for match in lexical if match.is_certain or _is_likely(markers, heard, match, found)]
    matches = [*lexical, *_paraphrases(heard, markers, context, lexical, found)]
    best = _one_for_each(matches)
    hits = [_hit(heard, match) for match in best.values() if match.sense in HAPPENING]
    doubts = {
        match.sense: match
        for match in reversed(best.values())
        if match.sense not in HAPPENING and match.rail.tier is Tier.EMERGENCY and match.rail.ask_if_supposed
    }
    if other := doubts.get(Sense.OTHER_PERSON):
        hits.append(_hit(heard, replace(other, rail=pack.guardrails[OTHER_PERSON])))
    return Triage(
        raised(pack, hits, context.chips, context.fired),
        tuple(_denial(heard, match) for match in best.values() if match.sense is Sense.DENIED),
        _rail(doubts, Sense.OTHER_PERSON),
        _rail(doubts, Sense.SUPPOSED),
    )


def fire(rail: Guardrail, quote: str) -> TriggerHit:
    """The guardrail at its own tier, not for its words."""
    return TriggerHit(rail.id, rail.version, rail.tier, quote)


def named_groups(pack: Pack, text: str) -> frozenset[str]:
    """Medicine groups of which a medicine is named in these comparable words."""
    return frozenset(
        group for group, names in pack.medicine_groups.items() if any(f" {name} " in text for name in names)
    )


def _one_for_each(matches: Sequence[Match]) -> dict[str, Match]:
    """The match that counts for each guardrail: one that is meant before one of days ago before one that was denied."""
    order = (Sense.MEANT, Sense.RECENT_PAST, Sense.DENIED)
    ranked = sorted(matches, key=lambda match: order.index(match.sense) if match.sense in order else len(order))
    best: dict[str, Match] = {}
    for match in ranked:
        best.setdefault(match.rail.id, match)
    return best


def _rail(doubts: dict[Sense, Match], sense: Sense) -> str:
    return doubts[sense].rail.id if sense in doubts else ""


def _hit(heard: Heard, match: Match) -> TriggerHit:
    # Days ago and not now: soon is enough, and an ambulance for last Tuesday teaches people not to tell us.
    days_ago = match.sense is Sense.RECENT_PAST and match.rail.tier is Tier.EMERGENCY
    tier = Tier.URGENT if days_ago else match.rail.tier
    start, end = heard.characters(match.start, match.end)
    quote = heard.quote(match.start, match.end)
    return TriggerHit(match.rail.id, match.rail.version, tier, quote, match.rule, start, end, match.probability)


def _denial(heard: Heard, match: Match) -> NegativeFinding:
    return NegativeFinding(match.rail.id, match.rail.version, heard.quote(match.start, match.end))


def _lexical(pack: Pack, heard: Heard, markers: Markers, context: Context) -> Iterator[Match]:
    groups = context.groups | named_groups(pack, heard.text)
    words = words_of(markers.text)
    for rail in pack.guardrails.values():
        if rail.needs_group is None or rail.needs_group in groups:
            for rule, start, end in _spans(pack, rail, markers.text, words):
                yield Match(rail, _sense(rail, heard, markers, start, end, context), start, end, rule)


def _spans(pack: Pack, rail: Guardrail, text: str, words: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    for kind, sources in (("phrase", rail.phrases), (HINT, rail.hints)):
        for at, source in enumerate(sources, 1):
            phrase = pack.listening.phrases[source]
            if phrase.possible(words):
                for match in phrase.pattern.finditer(text):
                    yield f"{kind} {at}", match.start(), match.end()
    for at, rule in enumerate(rail.numbers, 1):
        for start, end in readings(pack, rule, text, words):
            yield f"{NUMBER} {at}", start, end


def _sense(rail: Guardrail, heard: Heard, markers: Markers, start: int, end: int, context: Context) -> Sense:
    sense = sense_of(markers.pack, Place.of(heard, markers.text, start, end), rail.id in context.topics, markers)
    return Sense.MEANT if rail.anyone and sense is Sense.OTHER_PERSON else sense


def _paraphrases(
    heard: Heard, markers: Markers, context: Context, lexical: Sequence[Match], found: Sequence[Stretch]
) -> Iterator[Match]:
    """For each stretch the most urgent tier that reaches its threshold."""
    pack = markers.pack
    for stretch in found:
        less = _leeway(heard, markers, stretch, lexical)
        for tier in Tier:
            if stretch.sum(pack, tier) >= less(pack.paraphrase.alone[tier].value):
                like = stretch.best(pack, tier)
                rail = pack.guardrails[like.trigger]
                sense = _sense(rail, heard, markers, stretch.start, stretch.end, context)
                if sense in (*HAPPENING, Sense.OTHER_PERSON):
                    yield Match(rail, sense, stretch.start, stretch.end, CLASSIFIER, round(like.probability, 3))
                break


def _leeway(heard: Heard, markers: Markers, stretch: Stretch, lexical: Sequence[Match]) -> Callable[[float], float]:
    """What becomes of a threshold here: lower beside a finding, higher in doubt or where phrases found something denied."""
    limits = markers.pack.paraphrase
    inside = [
        match for match in lexical if match.is_pressing and match.start < stretch.end and match.end > stretch.start
    ]
    place = Place.of(heard, markers.text, stretch.start, stretch.end)
    if any(match.sense in HAPPENING for match in inside):
        return lambda threshold: min(threshold, limits.with_finding.value)
    if inside or is_doubtful(markers, place):
        return lambda threshold: threshold + limits.doubt.value
    return lambda threshold: threshold


def _is_likely(markers: Markers, heard: Heard, match: Match, found: Sequence[Stretch]) -> bool:
    """Whether the classifier agrees with a hint at least a little."""
    limits, tier = markers.pack.paraphrase, match.rail.tier
    least = limits.with_hint.value
    if is_doubtful(markers, Place.of(heard, markers.text, match.start, match.end)):
        least += limits.doubt_of_hint.value
    around = [stretch for stretch in found if stretch.start < match.end and stretch.end > match.start]
    return any(stretch.sum(markers.pack, tier) >= least for stretch in around)
