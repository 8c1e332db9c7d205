"""Answers a question of the patient's with an approved passage, word for word; never beside a danger. Pure."""

from server.conversation.answers import QUESTION_WORDS, is_question
from server.conversation.heard import PUNCTUATION, Heard, hear
from server.conversation.reply import Reply
from server.conversation.state import Answered, State
from server.persona.named import Said
from server.vocabulary.findings import Tier
from server.vocabulary.speech import Line

_LEADS = frozenset("and but so okay ok well um uh hey no yes yeah oh now then also please listen".split())
"""Words that people put before a question."""
_SHORTEST = 3
"""Words of a question: "what now" asks for something else than the library."""
_INSIDE = (
    "can i",
    "should i",
    "may i",
    "could i",
    "do i",
    "am i",
    "is it",
    "i wonder",
    "wondering",
    "want to know",
    "wanted to ask",
)
"""Words that make a question of a longer sentence: "my son says can I take a bath"."""


def worth_looking_up(state: State, text: str) -> bool:
    """Whether the library is to be asked about these words; what comes of it is still the policy's to decide."""
    return state.mode == "routine" and asks(hear(text))


def asks(heard: Heard) -> bool:
    """Whether anything in these words may be a question; wider than `is_question`, because the library must agree too."""
    return is_question(heard) or any(_is_asked(clause) for clause in _clauses(heard))


def tells(reply: Reply, heard: Heard) -> bool:
    """Say what the library answers; False where it does not, or where the words are about something worse."""
    told = reply.told
    if told is None or not asks(heard) or any(hit.tier is not Tier.FYI for hit in reply.hits):
        return False
    reply.lines += [Line("", sentence) for sentence in told.sentences]
    reply.answered = Answered(heard.raw.strip(), told)
    return True


def tell_or_admit(reply: Reply, heard: Heard) -> None:
    """What the library says, or that nobody wrote an answer: a nurse hears of that."""
    if not tells(reply, heard):
        reply.unanswered = heard.raw.strip()
        reply.say(Said.NOTHING_UNANSWERED)


def _clauses(heard: Heard) -> list[list[str]]:
    clauses: list[list[str]] = [[]]
    for token in heard.tokens:
        if token.text in PUNCTUATION:
            clauses.append([])
        elif clauses[-1] or token.text not in _LEADS:
            clauses[-1].append(token.text)
    return clauses


def _is_asked(words: list[str]) -> bool:
    text = f" {' '.join(words)} "
    begins = words[:1] and words[0] in QUESTION_WORDS
    return len(words) >= _SHORTEST and bool(begins or any(f" {inside} " in text for inside in _INSIDE))
