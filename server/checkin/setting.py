"""What one check-in is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from server.checkin.journal import Whereabouts
from server.checkin.meaning import Classifier
from server.checkin.purse import Means
from server.checkin.senses import Perception
from server.conversation.state import Visit
from server.persona.pack import Pack
from server.record.database import Database
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from server.vocabulary.ids import CheckInId


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
    elapsed: float
    """Seconds since the check-in began, maybe in another process."""
    publish: Callable[[e.Event], None]
    """Tells the consoles that an event was recorded."""
