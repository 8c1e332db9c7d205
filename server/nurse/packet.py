"""The SBAR packet: what a nurse must know before the first word, in at most 120 words, each line with what supports it.

Pure: records in, lines out. It repeats what was said and found; it judges nothing, and its one suggestion is a draft.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from server.nurse.last_time import LastTime, answers_of
from server.nurse.neighbors import Page, PersonaChoice
from server.nurse.wording import Titles, plain
from server.record.journal import Entry
from server.record.patients import PatientCard
from server.vocabulary.events import NegativeFound, PatientTurn, SpeechHeard, TriggerFired
from server.vocabulary.findings import Tier

MOST_WORDS: Final = 120
"""Everything a packet shows, headings included; research: clinical.md §5."""
CALLING_911: Final = "calling_911"
"""The question that every pack asks of somebody who was told to call."""

Part = Literal["Situation", "Background", "Assessment", "Recommendation"]
PARTS: Final[tuple[Part, ...]] = ("Situation", "Background", "Assessment", "Recommendation")
_TIERS: Final = {Tier.EMERGENCY: "Emergency", Tier.URGENT: "Urgent", Tier.SAME_DAY: "Today", Tier.FYI: "To know"}


@dataclass(frozen=True)
class PacketLine:
    """One thing to know."""

    part: Part
    label: str
    text: str
    support: tuple[int, ...] = ()
    """`seq` of the journal's entries whose words say so; none for what the chart says."""
    least: int = 0
    """Words of the text that stay however much there is to say; 0: the line may go."""

    @property
    def words(self) -> int:
        return len(self.label.split()) + len(self.text.split())


@dataclass(frozen=True)
class Packet:
    """Everything on one screen."""

    lines: tuple[PacketLine, ...]

    def of(self, part: Part) -> tuple[PacketLine, ...]:
        return tuple(line for line in self.lines if line.part == part)

    @property
    def words(self) -> int:
        return len(PARTS) + sum(line.words for line in self.lines)


def packet(
    pages: Sequence[Page],
    entries: Sequence[Entry],
    patient: PatientCard,
    who: str,
    persona: PersonaChoice,
    last: LastTime | None,
    title: Titles,
) -> Packet | None:
    """`who` is one line on the patient. None while no page is open: there is nothing to tell a nurse about."""
    wanted = sorted((page for page in pages if page.state != "closed"), key=lambda page: (page.tier.rank, page.due_at))
    if not wanted:
        return None
    turns = {entry.event.turn: entry.seq for entry in entries if isinstance(entry.event, PatientTurn)}
    lines = (
        *_situation(wanted, entries, turns, patient, title),
        *_background(patient, who, last, title),
        *_assessment(wanted, entries, turns, last, title),
        *_recommendation(wanted[0], entries, persona),
    )
    return Packet(_fitted(lines))


def clipped(text: str, most: int) -> str:
    """At most so many words; what was left out is seen to be left out."""
    words = text.split()
    return text if len(words) <= most else " ".join(words[:most]).rstrip(",;") + "…"


def _situation(
    pages: Sequence[Page], entries: Sequence[Entry], turns: dict[int, int], patient: PatientCard, title: Titles
) -> Iterable[PacketLine]:
    first, *others = pages
    fired = [entry.event for entry in entries if isinstance(entry.event, TriggerFired)]
    support = [
        turns[event.turn]
        for event in fired
        if event.trigger in {page.trigger for page in pages} and event.turn in turns
    ]
    also = dict.fromkeys(title(page.trigger) for page in others)
    quote = f"{title(first.trigger)}: “{clipped(first.quote, 14)}”" if first.quote else title(first.trigger)
    text = "; also ".join((quote, ", ".join(also))) if also else quote
    yield PacketLine("Situation", _TIERS[first.tier], text, tuple(dict.fromkeys(support)), least=18)
    if first.tier is Tier.EMERGENCY:
        yield _asked_911(entries, turns)
    where = first.where or next((page.where for page in others if page.where), "")
    place = (
        f"{where}, as said"
        if where and where != patient.address
        else f"{patient.address or 'place not known'}, from the chart"
    )
    yield PacketLine("Situation", "Where", place, least=8)
    yield PacketLine("Situation", "Call back", patient.callback or patient.phone or "no number on file", least=4)


def _asked_911(entries: Sequence[Entry], turns: dict[int, int]) -> PacketLine:
    found = answers_of(entries).get(CALLING_911)
    if found is None:
        return PacketLine("Situation", "911", "no answer yet, ask", least=4)
    said = {"yes": "says: is calling", "no": "says: is not calling"}.get(found.answer, "asked, no clear answer")
    return PacketLine("Situation", "911", said, _seqs(found.turns, turns), least=4)


def _background(patient: PatientCard, who: str, last: LastTime | None, title: Titles) -> Iterable[PacketLine]:
    yield PacketLine("Background", "Patient", who.replace(" · ", ", ") or "nothing on file", least=9)
    alert = [medicine.name for medicine in patient.medicines if medicine.high_alert]
    others = len(patient.medicines) - len(alert)
    named = ", ".join(alert) or "none high-alert"
    text = f"{named}, and {others} more" if others else named
    yield PacketLine("Background", "Medicines", text if patient.medicines else "not on file", least=8)
    yield PacketLine("Background", "Allergies", "not on file, ask", least=4)
    if last is None:
        yield PacketLine("Background", "Last time", "first check-in", least=2)
        return
    paged = ", ".join(map(title, last.paged)) or "no nurse called"
    how = "complete" if last.ended else "broken off"
    yield PacketLine("Background", "Last time", f"{last.began:%b} {last.began.day}, {how}, {paged}", least=6)


def _assessment(
    pages: Sequence[Page], entries: Sequence[Entry], turns: dict[int, int], last: LastTime | None, title: Titles
) -> Iterable[PacketLine]:
    rules = dict.fromkeys(f"{page.trigger}@{page.version}" for page in pages)
    yield PacketLine("Assessment", "Rules", ", ".join(rules), least=4)
    denied = [entry.event for entry in entries if isinstance(entry.event, NegativeFound)]
    if denied:
        names = dict.fromkeys(title(event.trigger) for event in denied)
        support = _seqs((event.turn for event in denied), turns)
        yield PacketLine("Assessment", "Said no to", ", ".join(names), support, least=8)
    else:
        yield PacketLine("Assessment", "Said no to", "nothing asked yet", least=3)
    found = answers_of(entries)
    open_ = [plain(name) for name, event in found.items() if event.status in ("unable", "refused")]
    if open_:
        support = _seqs(
            (turn for event in found.values() if event.status in ("unable", "refused") for turn in event.turns), turns
        )
        yield PacketLine("Assessment", "No answer on", ", ".join(open_), support)
    yield from _changes(entries, turns, last)


def _changes(entries: Sequence[Entry], turns: dict[int, int], last: LastTime | None) -> Iterable[PacketLine]:
    before = last.answers if last else {}
    changed = [
        event
        for name, event in answers_of(entries).items()
        if event.status == "met" and name in before and before[name] != event.answer
    ]
    if changed:
        words = "; ".join(f"{plain(event.objective)}: {before[event.objective]} → {event.answer}" for event in changed)
        yield PacketLine(
            "Assessment", "Changed", words, _seqs((turn for event in changed for turn in event.turns), turns)
        )


def _recommendation(page: Page, entries: Sequence[Entry], persona: PersonaChoice) -> Iterable[PacketLine]:
    suggested = persona.suggests.get(page.tier, "nothing written for this tier")
    yield PacketLine("Recommendation", "Draft, not advice", suggested, least=16)
    began = next((entry.seq for entry in entries if isinstance(entry.event, TriggerFired)), 0)
    heard = [(entry.seq, entry.event.heard) for entry in entries if isinstance(entry.event, SpeechHeard)]
    after = next(((seq, words) for seq, words in heard if seq > began and words), None)
    if after is not None:
        yield PacketLine("Recommendation", f"{persona.name} said", f"“{clipped(after[1], 16)}”", after[:1], least=8)


def _fitted(lines: Sequence[PacketLine]) -> tuple[PacketLine, ...]:
    """The longest spare text gives up its last words first, until everything fits."""
    fitted = list(lines)
    while (over := Packet(tuple(fitted)).words - MOST_WORDS) > 0:
        spare = [len(line.text.split()) - line.least for line in fitted]
        at = max(range(len(fitted)), key=lambda index: (fitted[index].least == 0, spare[index]))
        line, words = fitted[at], len(fitted[at].text.split())
        if line.least == 0 and (over >= words - 1 or spare[at] <= 1):
            del fitted[at]
        elif spare[at] > 0:
            fitted[at] = _shorter(line, words - 1)
        else:
            break
    return tuple(fitted)


def _shorter(line: PacketLine, most: int) -> PacketLine:
    closing = "”" if line.text.endswith(("”", "…”")) else ""
    text = clipped(line.text.rstrip("”").rstrip("…"), most)
    return replace(line, text=text + closing)


def _seqs(of_turns: Iterable[int], turns: dict[int, int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(turns[turn] for turn in of_turns if turn in turns))
