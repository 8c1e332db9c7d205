"""What a patient's words come to as an answer to one question, by the kind of answer it expects. Nothing is made up: what
was not surely heard is marked, and is read back before it counts."""

from dataclasses import dataclass

from server.conversation.agenda import Ask
from server.conversation.amounts import amount_of, pressure_of, written
from server.conversation.answers import Reading, choice_of, content_words, free_answer, is_question, yes_or_no
from server.conversation.days import moment_of
from server.conversation.heard import Heard
from server.conversation.medicines import Names, named_in, names_of
from server.conversation.scope import Place, find, is_limited, meant
from server.conversation.screening import asks_about_danger, danger_reading
from server.conversation.state import Visit
from server.persona.named import Said
from server.persona.pack import Pack, Question

OTHER = "other"
"""Answer of a question with reasons when none of the known ones was given: the patient's own words are the evidence."""
AMOUNTS = ("number", "scale", "pressure", "day")
"""Answer types of which "no, two" is the two."""
ANSWERED_BY_QUESTIONS = ("worry",)
"""Questions that a question answers: "Will I be able to drive?" is what worries someone."""


@dataclass(frozen=True)
class Understood:
    """An answer."""

    answer: str
    """As it is recorded: `yes`, `184 lb`, `forgot,cost`, `next Tuesday at 2:00`, or the patient's own words."""
    read_back: tuple[str, str, str] = ("", "", "")
    """Script, slot and what fills it, when the answer must be read back first."""

    @property
    def sure(self) -> bool:
        return not self.read_back[0]


def understand(pack: Pack, visit: Visit, ask: Ask, heard: Heard, denied: bool = False) -> Understood | None:
    """None where the words hold no answer. `denied`: the very thing asked about was denied in these words."""
    question = ask.question
    if question.expects == "yes_no":
        reading = reading_of(pack, ask, heard, denied)
        return Understood(reading.value) if reading in (Reading.YES, Reading.NO) else None
    if own := own_words(pack, question, heard):
        return Understood(own)
    if question.expects not in AMOUNTS and means_no(pack, question, heard):
        return Understood(question.no_means)
    found = _typed(pack, visit, question, heard)
    return found or (Understood(question.no_means) if means_no(pack, question, heard) else None)


def means_no(pack: Pack, question: Question, heard: Heard) -> bool:
    """Whether this is a plain no where that stands for an answer: neither "no, but I felt dizzy" nor "not every day" is."""
    if not question.no_means or is_limited(pack, heard):
        return False
    own = tuple(said.phrase for said in question.also)
    if find(pack, own, heard.text) and not meant(pack, own, heard):
        return False
    return yes_or_no(pack, question, heard) is Reading.NO


def _typed(pack: Pack, visit: Visit, question: Question, heard: Heard) -> Understood | None:
    match question.expects:
        case "number" | "scale":
            return _number(pack, question, heard)
        case "pressure":
            return _pressure(pack, question, heard)
        case "choice":
            return _plain(choice_of(pack, question, heard))
        case "several":
            return _plain(",".join(chosen(pack, question, heard)) or _other(pack, heard))
        case "day":
            moment = moment_of(heard, visit.today)
            return _plain(str(moment) if moment else "")
        case "medicine" | "medicines":
            return _medicines(pack, visit, question, heard)
        case "free":
            asks_us = is_question(heard) and question.id not in ANSWERED_BY_QUESTIONS
            return _plain("" if asks_us else free_answer(pack, heard))
        case "yes_no" | "teach_back":
            return None


def reading_of(pack: Pack, ask: Ask, heard: Heard, denied: bool) -> Reading:
    """A story that denies the very thing asked about is a no, wherever in the story it does so."""
    if asks_about_danger(pack, ask):
        return danger_reading(pack, ask.question, heard, denied)
    reading = yes_or_no(pack, ask.question, heard)
    return Reading.NO if reading is Reading.UNCLEAR and denied else reading


def own_words(pack: Pack, question: Question, heard: Heard) -> str:
    """The answer of the question's own phrases; empty when none was said, when two differ, or with an exception."""
    if is_limited(pack, heard):
        return ""
    found: dict[str, list[Place]] = {}
    for said in question.also:
        if said.answer is not None:
            taken = [place for places in found.values() for place in places]
            places = [one for one in meant(pack, (said.phrase,), heard) if not any(_overlap(one, it) for it in taken)]
            found.setdefault(said.answer, []).extend(places)
    answers = [answer for answer, places in found.items() if places]
    return answers[0] if len(answers) == 1 else ""


def _overlap(one: Place, other: Place) -> bool:
    """Phrases stand in order: "missed them every day" is not also "every day"."""
    return one.start < other.end and other.start < one.end


def chosen(pack: Pack, question: Question, heard: Heard) -> list[str]:
    """Every choice that was said and not denied, in the order of the pack."""
    return [choice.id for choice in question.choices if meant(pack, choice.phrases, heard)]


def known_names(pack: Pack, visit: Visit) -> Names:
    """Every medicine name that may be said, with those of the patient's list first."""
    return names_of(pack.medicines, [medicine.name for medicine in visit.medicines], pack.everyday_names)


def _plain(answer: str) -> Understood | None:
    return Understood(answer) if answer else None


def _other(pack: Pack, heard: Heard) -> str:
    return OTHER if len(content_words(pack, heard)) > 1 and free_answer(pack, heard) not in ("", "nothing") else ""


def _number(pack: Pack, question: Question, heard: Heard) -> Understood | None:
    measure = pack.measures[question.measure or ""]
    amount = amount_of(measure, heard)
    if amount is None:
        return None
    answer = f"{written(amount.value)} {measure.unit}".strip()
    return Understood(answer, ("", "", "") if amount.sure else (Said.HEARD_NUMBER, "{number}", amount.spoken))


def _pressure(pack: Pack, question: Question, heard: Heard) -> Understood | None:
    measure = pack.measures[question.measure or ""]
    found = pressure_of(measure, heard)
    if found is None:
        return None
    upper, lower = found
    answer = f"{written(upper.value)}/{written(lower)} {measure.unit}"
    return Understood(answer, ("", "", "") if upper.sure else (Said.HEARD_NUMBER, "{number}", upper.spoken))


def _medicines(pack: Pack, visit: Visit, question: Question, heard: Heard) -> Understood | None:
    """Names for sure first; one that only sounds like a medicine is read back by its own name."""
    found = named_in(known_names(pack, visit), heard)
    sure = [one for one in found if one.sure]
    if sure:
        return Understood(sure[0].name if question.expects == "medicine" else ",".join(one.name for one in sure))
    if found:
        return Understood(found[0].name, (Said.HEARD_MEDICINE, "{named}", found[0].name))
    return _plain(free_answer(pack, heard)) if question.expects == "medicines" else None
