"""Answers taken back: "no wait, 148". Which question the words after the marker answer, and how a danger is asked about anew.

The "no" of "no wait" is never an answer.
"""

from server.conversation.agenda import Ask
from server.conversation.answers import Reading, rest_of
from server.conversation.heard import Heard, hear
from server.conversation.reply import Reply
from server.conversation.scope import find
from server.conversation.screening import asks_about_danger, leaves_no_room, opens_with_yes
from server.conversation.understanding import reading_of, understand
from server.persona.pack import Pack, Question

TOLD = ("free", "medicines", "teach_back")
"""Answer types that take any words: no other words can show that one of these was meant."""


def after_marker(pack: Pack, heard: Heard) -> Heard | None:
    """The words after a leading "no wait" or the like; None where there is none, or nothing after it."""
    if leaves_no_room(pack, heard):
        return None
    at, end = 1, 0
    while stop := _match(pack, pack.answers.correction, heard.text, at) or _match(
        pack, (*pack.answers.thinking, *pack.answers.pause), heard.text, at
    ):
        if _match(pack, pack.answers.correction, heard.text, at):
            end = stop
        at = stop
    rest = [token for token, offset in zip(heard.tokens, heard.offsets, strict=True) if offset >= end]
    if not end or not rest:
        return None
    return hear(" " * rest[0].start + heard.raw[rest[0].start :])


def answered_anew(reply: Reply, rest: Heard) -> tuple[Ask, str] | None:
    """The question closed last and its new answer, where these words give one."""
    asks = {step.key: step for step in reply.steps if isinstance(step, Ask)}
    last = next((one for one in reversed(reply.state.closed) if one.objective in asks), None)
    if last is None or reply.state.read_back or is_bare_no(reply.pack, rest):
        return None
    ask = asks[last.objective]
    if ask.question.expects in TOLD or reply.state.corrections >= reply.pack.numbers.corrections_max.value:
        return None
    if ask.question.expects == "yes_no" and not _is_plain(reply.pack, ask.question, rest):
        return None
    found = understand(reply.pack, reply.visit, ask, rest)
    if not found or not found.sure or (last.status, last.answer) == ("met", found.answer):
        return None
    return ask, found.answer


def danger_named(reply: Reply, rest: Heard) -> Ask | None:
    """The closed question about danger whose topic these words name without denying it."""
    for ask in (step for step in reply.steps if isinstance(step, Ask) and reply.state.closing(step.key)):
        if asks_about_danger(reply.pack, ask) and find(reply.pack, ask.question.topic_words, rest.text):
            denied = any(negative.trigger == ask.question.yes_fires for negative in reply.negatives)
            if reading_of(reply.pack, ask, rest, denied) is not Reading.NO:
                return ask
    return None


def reopen(reply: Reply, ask: Ask) -> None:
    """Ask it once more, in other words; what was open is taken up after it."""
    most = int(reply.pack.numbers.ask_max.value)
    closed = tuple(one for one in reply.state.closed if one.objective != ask.key)
    asks = (*(pair for pair in reply.state.asks if pair[0] != ask.key), (ask.key, most - 1))
    reply.change(closed=closed, asks=asks, step=reply.steps.index(ask), since=reply.state.turn - 1)
    reply.ask_again(ask)


def _is_plain(pack: Pack, question: Question, rest: Heard) -> bool:
    """ "Actually, a little better" is no yes to the question before."""
    return opens_with_yes(pack, rest) or bool(find(pack, question.also_yes + question.also_no, rest.text))


def is_bare_no(pack: Pack, rest: Heard) -> bool:
    """ "No wait, no": nobody can tell what of."""
    nothing = pack.answers.denial + pack.answers.plain + pack.answers.filler
    return bool(find(pack, pack.answers.denial, rest.text)) and not rest_of(pack, rest.text, nothing)


def _match(pack: Pack, sources: tuple[str, ...], text: str, at: int) -> int:
    """End of the longest of these phrases at this place; 0 when there is none."""
    patterns = (pack.listening.phrases[source].pattern for source in sources)
    return max((match.end() for pattern in patterns if (match := pattern.match(text, at))), default=0)
