"""What is said: approved lines, gated sentences, and the timing of synthesized words."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Line:
    """One sentence the policy wants spoken, and where it was approved."""

    script: str
    """Script id in the persona pack, for example `emergency.call_911`."""
    text: str
    """The sentence with its slots filled in (PHI if a slot is)."""


@dataclass(frozen=True)
class Passage:
    """One approved piece of the clinic's guide that an answer may rest on."""

    id: str
    revision: int
    text: str
    approver: str = ""
    """Names of the people who approved it."""


@dataclass(frozen=True)
class Told:
    """What the library says to a patient's question: sentences of one approved passage, and where it is written."""

    passage: str
    """Key of the passage: document and headings."""
    revision: int
    approver: str
    """Names of the people who approved that revision; empty in a library without staff."""
    title: str
    """Of the document, as the patient's page shows it."""
    section: str
    source: str
    """Where the clinic took it from; empty where it says so nowhere."""
    release: str
    """Id of the release it was found in."""
    sentences: tuple[str, ...]
    """What is spoken, word for word of the passage."""

    def as_passage(self) -> Passage:
        """What the gate holds these sentences to: one a line."""
        return Passage(self.passage, self.revision, "\n".join(self.sentences), self.approver)


@dataclass(frozen=True)
class Receipt:
    """The output gate's permission to speak one sentence, and what it rests on."""

    allowed: bool
    script: str
    """Script id that approves it; empty when no script does."""
    reason: str
    """Why it was allowed or refused, for example `script`, `grounded` or `not_in_pack`; see `conversation.gate.EXPLAIN`."""
    passage: str = ""
    """Passage id that the words agree with; empty when they rest on none."""
    revision: int = 0
    """Revision of that passage; 0 without one."""
    approver: str = ""
    """Names of the people who approved it."""

    @property
    def kind(self) -> Literal["script", "passage", "free", "refused"]:
        if not self.allowed:
            return "refused"
        if self.script:
            return "script"
        return "passage" if self.passage else "free"


@dataclass(frozen=True)
class WordTiming:
    """One synthesized word, in seconds from the start of its sentence's audio."""

    text: str
    start: float
    end: float
    opens: bool = False
    """Whether it is the first word of a sentence."""


@dataclass(frozen=True)
class VisemeTiming:
    """One mouth shape of the Oculus set, in seconds from the start of its sentence's audio."""

    viseme: str
    start: float
    weight: float
    """0 to 1; stressed vowels open wider."""
