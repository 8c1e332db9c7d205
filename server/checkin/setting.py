"""What one check-in is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from server.checkin.guide import Guide
from server.checkin.journal import CONDUCTOR, Also, Whereabouts
from server.checkin.meaning import Classifier
from server.checkin.purse import Means
from server.checkin.senses import Perception
from server.conversation.gate import Claims
from server.conversation.state import Visit
from server.persona.pack import Pack
from server.record import rooms
from server.record.database import Database
from server.record.transaction import Transaction
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from server.vocabulary.ids import CheckInId, PatientId
from server.vocabulary.principals import Principal, Staff

RoomWork = Callable[[Transaction, Principal, CheckInId, PatientId, e.RoomChanged], None]


@dataclass(frozen=True)
class Setting:
    """What one check-in is made of; `app` and the registry fill it in."""

    id: CheckInId
    pack: Pack
    visit: Visit
    whereabouts: Whereabouts
    database: Database
    kit: SpeechKit
    classifier: Classifier | None
    """Says what a turn is like; None where its model could not be had."""
    means: Means | None
    """What it may use of language models; None without one."""
    perception: Perception | None
    """Watches voice and face for it; None without one."""
    voice_usual: e.VoiceTimingLearned | None
    """How this patient timed their speech in earlier check-ins that they allowed to be measured; None where there was none."""
    elapsed: float
    """Seconds since the check-in began, maybe in another process."""
    publish: Callable[[e.Event], None]
    """Tells the consoles that an event was recorded."""
    room_changed: RoomWork = rooms.note
    """Done in the transaction that records who of the staff is in the call."""
    guide: Guide | None = None
    """Answers from the library; None without one."""
    claims: Claims | None = None
    """Tells claims from talk for the output gate; None where its model could not be had."""

    def audited(self, change: e.RoomChanged, by: Staff | None) -> Also:
        """What goes on record with it; `by` is None where a nurse was lost."""
        there = self.whereabouts
        return lambda tx: self.room_changed(tx, by or CONDUCTOR, there.checkin, there.patient, change)

    def started(self, *, resumed: bool) -> e.CheckInStarted:
        """By which rules, and which training of the classifier, it is judged."""
        learned = self.classifier.version if self.classifier else ""
        release = self.guide.release if self.guide else ""
        pack, remembered = self.pack, self.visit.remembered
        return e.CheckInStarted(pack.id, pack.version, pack.content_hash, resumed, learned, release, remembered)
