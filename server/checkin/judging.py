"""What every sentence passes on its way to the voice: the gate's verdict, put on record with the sentence's number."""

from collections.abc import Callable, Mapping

from server.checkin.guide import Guide
from server.checkin.mouth import Mouth
from server.checkin.thread import Thread
from server.conversation.gate import Claims, Gate
from server.speech.ledger import Ledger
from server.vocabulary import events as e
from server.vocabulary.speech import Receipt


class Judging:
    """One check-in's gate, with what was let pass so far."""

    def __init__(
        self,
        thread: Thread,
        mouth: Mouth,
        ledger: Ledger,
        post: Callable[[e.Event], object],
        guide: Guide | None,
        claims: Claims | None = None,
    ) -> None:
        self._thread = thread
        self._mouth = mouth
        self._ledger = ledger
        self._post = post
        self._guide = guide
        self._visit = thread.visit
        self._claims = claims
        self.gate = Gate(thread.pack, thread.visit, claims)
        self.passed: Mapping[str, Receipt] = {}
        """Sentences in a model's own words that the gate let pass."""

    def judge(self, sentence: str) -> Receipt:
        """See `Mind.judge`."""
        if self._visit is not self._thread.visit:  # a nurse has come, whose name may be said
            self._visit = self._thread.visit
            self.gate = Gate(self._thread.pack, self._visit, self._claims)
        reply = self._mouth.whose(sentence)
        told = self._guide.still_told(self._thread.passages) if self._guide is not None else ()
        receipt = self.gate.judge(sentence, reply.saying.scripts.get(sentence, "") if reply else "", told)
        if not receipt.allowed:
            receipt = self.passed.get(sentence, receipt)
        if reply is not None:
            reply.judged(sentence, allowed=receipt.allowed)
        self.gated(sentence, receipt)
        return receipt

    def gated(self, sentence: str, receipt: Receipt) -> None:
        """Put a verdict on record."""
        self._thread.sentences += 1
        number = self._thread.sentences
        rests_on = (receipt.script, receipt.reason, receipt.passage, receipt.revision, receipt.approver)
        self._post(e.SentenceGated(number, sentence, receipt.allowed, *rests_on))
        if receipt.allowed:
            self._ledger.gated(number, sentence)
