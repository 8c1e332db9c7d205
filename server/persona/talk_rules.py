"""How a language model may talk for a persona, where one is configured. Data of the persona pack (`talk.yaml`)."""

from pydantic import Field

from server.persona.shape import Frozen, Name, Number, Signature


class TalkNumbers(Frozen):
    """The limits of free talk."""

    story_words: Number
    """Shortest turn, in words, that is answered in the model's own words; a few words get a few words, at once."""
    sentences_max: Number
    remembered_turns: Number
    """How much of the conversation the model is shown, in things said by either side."""


class TalkRules(Frozen):
    """talk.yaml"""

    id: Name
    version: int = Field(ge=1)
    source: str
    status: Signature
    numbers: TalkNumbers
    style: tuple[str, ...]
    """How to sound; put to the model as it stands."""
    never: tuple[str, ...]
    """What never to do; put to the model as it stands. The output gate holds it to all of this."""
    own_words: tuple[Name, ...]
    """Scripts whose place free talk may take. No question, instruction or refusal can be one of them."""
