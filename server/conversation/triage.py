"""Listens to everything a patient says for red flags, whatever question is open: the phrases and numbers of the pack,
and paraphrases of them that a sentence classifier recognized. The classifier decides about hints, and may turn a phrase
that stands among words of doubt into a question (an emergency) or a task for today (an urgent one); it takes none away.
What was escalated is never taken back here: only people do that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from server.conversation.asides import is_aside, listens_to_asides, without_asides
from server.conversation.heard import Heard, hear
from server.conversation.markers import Markers, Place, find, without_idioms
from server.conversation.measures import Limits, Spoken, limits_of, readings
from server.conversation.raising import Beside, aggravated, lifted
from server.conversation.resemblance import Stretch, stretches
from server.conversation.scope import Sense, is_denied, is_doubtful, sense_of
from server.conversation.urgency import Chips, raised
from server.conversation.weighing import PAGING, evidence, is_enough
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
    listed: bool = False
    """The patient's list of medicines is on file, so that what is not on it is not taken."""
    parameters: tuple[tuple[str, float], ...] = ()
    """Numbers that this patient's order overrides."""
    plain: bool = False
    """The words are a plain answer to the open question: what they are only like counts for nothing."""


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

    tier: Tier | None = None
    """Where it is another than its guardrail's."""

    @property
    def is_pressing(self) -> bool:
        """Whether its guardrail pages someone at once."""
        return self.rail.tier in PAGING

    @property
    def is_meant(self) -> bool:
        """Whether it is happening to the patient, now or days ago."""
        return self.sense in HAPPENING

    @property
    def kind(self) -> str:
        """`phrase`, `hint`, `number` or `classifier`."""
        return self.rule.partition(" ")[0]


def triage(
    pack: Pack, text: str, context: Context | None = None, likenesses: Sequence[Likeness] | None = None
) -> tuple[tuple[TriggerHit, ...], tuple[NegativeFinding, ...]]:
    """Hits and denials in `text`; also fit for a partial transcript, of which a denial may still be unspoken."""
    found = examine(pack, hear(text), context or Context(), likenesses)
    return found.hits, found.negatives


def examine(pack: Pack, heard: Heard, context: Context, likenesses: Sequence[Likeness] | None = None) -> Triage:
    """As `triage`, and which emergencies were about someone else or only supposed.

    `likenesses` is what the classifier says of the same utterance. None: it was not asked, and every hint counts. Of an
    aside or a plain answer neither likenesses nor hints count.
    """
    whole = Markers(pack, without_idioms(pack, heard.text))
    markers = Markers(pack, without_asides(pack, heard, whole.text))
    lexical = list(_lexical(pack, heard, markers, whole, context))
    if (context.plain or is_aside(pack, heard)) and not any(listens_to_asides(match.rail) for match in lexical):
        likenesses = ()
    beside = _beside(heard, markers, context)
    here = lifted(pack, beside)
    matches, pages = _weighed(here, heard, markers, context, lexical, likenesses)
    best = _one_for_each(matches)
    hits = [_as_itself(pack, _hit(heard, match)) for match in best.values() if match.is_meant]
    if here is not pack:
        # Where it is not enough for what it would be beside the rest, it may still be enough for what it is by itself.
        alone = _one_for_each(_weighed(pack, heard, markers, context, lexical, likenesses)[0])
        missing = [match for name, match in alone.items() if name not in best and match.is_meant]
        doubted = [match for match in missing if here.guardrails[match.rail.id] is not match.rail]
        hits += [_hit(heard, match) for match in doubted]
        beside = replace(beside, doubted=frozenset(match.rail.id for match in doubted))
    doubts = {
        match.sense: match
        for match in reversed(best.values())
        if not match.is_meant and match.rail.tier is Tier.EMERGENCY and match.rail.ask_if_supposed
    }
    if (other := doubts.get(Sense.OTHER_PERSON)) and pages:
        hits.append(_hit(heard, replace(other, rail=pack.guardrails[OTHER_PERSON])))
    together = aggravated(pack, hits, beside)
    return Triage(
        raised(pack, together, context.chips, context.fired),
        tuple(_denial(heard, match) for match in best.values() if match.sense is Sense.DENIED),
        _rail(doubts, Sense.OTHER_PERSON),
        _rail(doubts, Sense.SUPPOSED),
    )


def _weighed(
    pack: Pack,
    heard: Heard,
    markers: Markers,
    context: Context,
    lexical: Sequence[Match],
    likenesses: Sequence[Likeness] | None,
) -> tuple[list[Match], frozenset[Tier]]:
    """What counts of all that was found, and the tiers for which it is enough, by this pack's tiers."""
    matches = [replace(match, rail=pack.guardrails[match.rail.id]) for match in lexical]
    if likenesses is None:
        return matches, frozenset(PAGING)
    expected = context.topics | _settled(pack, markers.text, context, matches)
    found = _left_out(expected, stretches(pack, heard, likenesses))
    pages = _pages(pack, heard, matches, found)
    agreed = _agreed(pack, markers, heard, matches, found, pages)
    return [*agreed, *_paraphrases(pack, heard, markers, context, matches, found, pages)], pages


def _as_itself(pack: Pack, hit: TriggerHit) -> TriggerHit:
    """No more urgent than its guardrail is by itself."""
    own = pack.guardrails[hit.trigger].tier
    return replace(hit, tier=own) if hit.tier.rank < own.rank else hit


def fire(rail: Guardrail, quote: str, rule: str = "") -> TriggerHit:
    """The guardrail at its own tier, not for its words; `rule`: what fired it, for example `answer chest_pain`."""
    return TriggerHit(rail.id, rail.version, rail.tier, quote, rule)


def named_groups(pack: Pack, text: str) -> frozenset[str]:
    """Medicine groups of which a medicine is named in these comparable words."""
    listed = (group for group, names in pack.medicine_groups.items() if any(f" {name} " in text for name in names))
    known = (one.groups for name, one in pack.medicines.items() if f" {name} " in text)
    return frozenset((*listed, *(group for groups in known for group in groups)))


def _beside(heard: Heard, markers: Markers, context: Context) -> Beside:
    """What may raise a finding of these words."""
    pack, words = markers.pack, words_of(markers.text)

    def places(phrases: Sequence[str]) -> Iterator[Place]:
        said = [one for one in phrases if pack.listening.phrases[one].possible(words)]
        return (Place.of(heard, markers.text, *match.span()) for match in find(pack, said, markers.text))

    def means(phrases: Sequence[str]) -> bool:
        return any(sense_of(pack, place, expected=False, markers=markers) in HAPPENING for place in places(phrases))

    def happened(phrases: Sequence[str]) -> bool:
        return any(
            not is_denied(pack, place, markers) and not markers.reaches("other_person", "other_person_ends", place)
            for place in places(phrases)
        )

    return Beside(
        context.groups | named_groups(pack, heard.text),
        context.listed,
        context.chips,
        context.fired,
        frozenset(hit.trigger for hit in context.fired),
        means=means,
        happened=happened,
        mentions=lambda phrases: bool(find(pack, phrases, heard.text)),
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
    is_past = match.sense is Sense.RECENT_PAST and not match.rail.lasting
    days_ago = is_past and match.rail.tier is Tier.EMERGENCY
    tier = Tier.URGENT if days_ago else match.tier or match.rail.tier
    start, end = heard.characters(match.start, match.end)
    quote = heard.quote(match.start, match.end)
    return TriggerHit(match.rail.id, match.rail.version, tier, quote, match.rule, start, end, match.probability)


def _denial(heard: Heard, match: Match) -> NegativeFinding:
    return NegativeFinding(match.rail.id, match.rail.version, heard.quote(match.start, match.end))


def _lexical(pack: Pack, heard: Heard, markers: Markers, whole: Markers, context: Context) -> Iterator[Match]:
    """`whole`: the markers of the same text with its asides."""
    groups = context.groups | named_groups(pack, heard.text)
    words, limits = words_of(whole.text), limits_of(pack, context.parameters)
    for rail in pack.guardrails.values():
        if rail.needs_group is None or rail.needs_group in groups:
            known = whole if listens_to_asides(rail) else markers
            for rule, start, end in _spans(pack, rail, limits, known.text, words):
                yield Match(rail, _sense(rail, heard, known, start, end, context), start, end, rule)


def _spans(
    pack: Pack, rail: Guardrail, limits: Limits, text: str, words: frozenset[str]
) -> Iterator[tuple[str, int, int]]:
    decided: list[Spoken] = []
    for at, rule in enumerate(rail.numbers, 1):
        for spoken in readings(pack, rule, limits, text, words):
            if rule.decides and not spoken.fires:
                decided.append(spoken)
            if spoken.fires:
                yield f"{NUMBER} {at}", spoken.start, spoken.end
    for kind, sources in (("phrase", rail.phrases), (HINT, rail.hints)):
        for at, source in enumerate(sources, 1):
            phrase = pack.listening.phrases[source]
            if phrase.possible(words):
                for match in phrase.pattern.finditer(text):
                    if not _touches(match.span(), decided):
                        yield f"{kind} {at}", match.start(), match.end()


def _touches(span: tuple[int, int], decided: Sequence[Spoken]) -> bool:
    return any(span[0] < one.end and span[1] > one.start for one in decided)


def _settled(pack: Pack, text: str, context: Context, matches: Sequence[Match]) -> frozenset[str]:
    """Guardrails that the numbers said have decided against, and for which nothing else speaks."""
    words, limits = words_of(text), limits_of(pack, context.parameters)
    found = {match.rail.id for match in matches}
    return frozenset(
        rail.id
        for rail in pack.guardrails.values()
        if rail.id not in found
        if any(True for rule in rail.numbers if rule.decides for _ in readings(pack, rule, limits, text, words))
    )


def _sense(rail: Guardrail, heard: Heard, markers: Markers, start: int, end: int, context: Context) -> Sense:
    sense = sense_of(markers.pack, Place.of(heard, markers.text, start, end), rail.id in context.topics, markers)
    return Sense.MEANT if rail.anyone and sense is Sense.OTHER_PERSON else sense


def _left_out(expected: frozenset[str], found: Iterator[Stretch]) -> list[Stretch]:
    """The open question asked about these guardrails, or a number settled them: what was said sounds like them, and is none."""
    return [
        replace(stretch, likenesses=tuple(one for one in stretch.likenesses if one.trigger not in expected))
        for stretch in sorted(found, key=lambda stretch: stretch.start - stretch.end)
    ]


def _pages(pack: Pack, heard: Heard, lexical: Sequence[Match], found: Sequence[Stretch]) -> frozenset[Tier]:
    """Tiers for which everything together is enough."""
    return frozenset(tier for tier in PAGING if _is_page(pack, heard, tier, lexical, found))


def _is_page(pack: Pack, heard: Heard, tier: Tier, lexical: Sequence[Match], found: Sequence[Stretch]) -> bool:
    mine = [match for match in lexical if match.rail.tier.rank <= tier.rank]
    meant = frozenset(match.kind for match in mine if match.is_meant)
    whole = Stretch(1, len(heard.text), ())
    # A likeness too small to be told is none: without the whole in front the best stretch would pass for it.
    ordered = found if found and found[0].end - found[0].start >= whole.end - whole.start - 2 else [whole, *found]
    return is_enough(pack, tier, evidence(pack, tier, ordered, meant, unreal=bool(mine)))


def _agreed(
    pack: Pack,
    markers: Markers,
    heard: Heard,
    lexical: Sequence[Match],
    found: Sequence[Stretch],
    pages: frozenset[Tier],
) -> Iterator[Match]:
    """What of the phrases, hints and numbers stays beside the classifier: every phrase that is meant, and hints it supports.

    A phrase that it does not support, in a sentence with words that could take it back, is a question or one tier lower.
    """
    for match in lexical:
        if not match.is_meant:
            if match.kind != HINT or pages:
                yield match
        elif match.kind == NUMBER or match.rail.is_request or match.rail.tier in pages:
            yield match
        elif match.is_pressing and match.kind != HINT:
            doubtful = is_doubtful(markers, Place.of(heard, markers.text, match.start, match.end))
            yield _doubted(match) if doubtful else match
        elif not match.is_pressing and _is_likely(pack, match, found):
            yield match


def _doubted(match: Match) -> Match:
    """An emergency is asked about, where its guardrail may be; an urgent finding is seen to the same day."""
    if match.rail.tier is not Tier.EMERGENCY:
        return replace(match, tier=Tier.SAME_DAY)
    return replace(match, sense=Sense.SUPPOSED) if match.rail.ask_if_supposed else match


def _is_likely(pack: Pack, match: Match, found: Sequence[Stretch]) -> bool:
    """Whether the classifier agrees at least a little."""
    least = pack.paraphrase.with_hint.value
    around = [stretch for stretch in found if stretch.start < match.end and stretch.end > match.start]
    return any(stretch.sum(pack, match.rail.tier) >= least for stretch in around)


def _paraphrases(
    pack: Pack,
    heard: Heard,
    markers: Markers,
    context: Context,
    lexical: Sequence[Match],
    found: Sequence[Stretch],
    pages: frozenset[Tier],
) -> Iterator[Match]:
    """What the classifier adds: the cause of a page that no phrase names, and of the other tiers what is likely by itself."""
    top = min(pages, key=lambda tier: tier.rank, default=None)
    named = {match.rail.tier for match in lexical if match.is_meant}
    if top and top not in named and (match := _cause(pack, top, found)):
        sense = _sense(match.rail, heard, markers, match.start, match.end, context)
        yield replace(match, sense=Sense.RECENT_PAST if sense is Sense.RECENT_PAST else Sense.MEANT)
    for stretch in () if top else found:
        for tier, least in pack.paraphrase.alone.items():
            match = _cause(pack, tier, [stretch])
            if match and match.rail.tier is tier and stretch.sum(pack, tier) >= least.value:
                if _sense(match.rail, heard, markers, match.start, match.end, context) in HAPPENING:
                    yield match
                break


def _cause(pack: Pack, tier: Tier, found: Sequence[Stretch]) -> Match | None:
    """The most probable guardrail of this tier; where only graver ones are likely, one of them at this tier."""
    likely = [(one, stretch) for stretch in found for one in stretch.likenesses]
    graver = [pair for pair in likely if pack.guardrails[pair[0].trigger].tier.rank <= tier.rank]
    own = [pair for pair in graver if pack.guardrails[pair[0].trigger].tier is tier]
    if not graver:
        return None
    like, stretch = max(own or graver, key=lambda pair: pair[0].probability)
    probability = round(like.probability, 3)
    return Match(pack.guardrails[like.trigger], Sense.MEANT, stretch.start, stretch.end, CLASSIFIER, probability, tier)
