"""The last check before a voice: only the exact words of an approved script, with this visit's slots, may be spoken."""

from server.conversation.state import Visit
from server.conversation.wording import approved_sentences
from server.persona.pack import Pack
from server.vocabulary.speech import Receipt


class Gate:
    """Everything that may be spoken in one visit."""

    def __init__(self, pack: Pack, visit: Visit) -> None:
        self._approved = approved_sentences(pack, visit)

    def judge(self, sentence: str, claimed: str = "") -> Receipt:
        """Refuses whatever is not word for word in the pack; the receipt names `claimed` where that script approves it."""
        scripts = self._approved.get(sentence, ())
        if not scripts:
            return Receipt(False, "", "not_in_pack")
        return Receipt(True, claimed if claimed in scripts else scripts[0], "script")
