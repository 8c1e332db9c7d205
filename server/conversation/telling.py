"""Answers a question of the patient's with an approved passage, word for word; never beside a danger. Pure."""

from server.conversation.answers import is_question
from server.conversation.heard import Heard, hear
from server.conversation.reply import Reply
from server.conversation.state import Answered, State
from server.vocabulary.findings import Tier
from server.vocabulary.speech import Line


def worth_looking_up(state: State, text: str) -> bool:
    """Whether the library is to be asked about these words; what comes of it is still the policy's to decide."""
    return state.mode == "routine" and is_question(hear(text))


def tells(reply: Reply, heard: Heard) -> bool:
    """Say what the library answers; False where it does not, or where the words are about something worse."""
    told = reply.told
    if told is None or not is_question(heard) or any(hit.tier is not Tier.FYI for hit in reply.hits):
        return False
    reply.lines += [Line("", sentence) for sentence in told.sentences]
    reply.answered = Answered(heard.raw.strip(), told)
    return True
