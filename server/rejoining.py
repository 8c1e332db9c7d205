"""The way back for patients who were lost in danger: who texts them here, and what the text says."""

import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta

from server.config import Settings
from server.escalation import wording
from server.escalation.apprise_sink import AppriseTexts
from server.escalation.pager import ConsoleTexts
from server.escalation.rejoin import PART, Rejoin, Text, TextSink
from server.invitation import store as invitations
from server.paging import read_site
from server.persona.pack import Pack
from server.record import checkins, patients
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.ids import CheckInId


async def started_rejoin(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    database: Database,
    packs: Mapping[str, Pack],
    may_text: Callable[[], bool],
) -> Rejoin:
    """What texts patients who were lost in danger, stopped with `stack`; `may_text` is asked before each text."""
    entry = read_site(settings.escalation).content.patient_texts
    sink: TextSink = ConsoleTexts()
    if entry is not None:
        provider = AppriseTexts(entry.url, may_text)
        stack.callback(provider.close)
        sink = provider
    rejoin = Rejoin(database, sink, lambda tx, lost: way_back(tx, settings, packs, lost))
    await rejoin.start()
    stack.push_async_callback(rejoin.stop)
    return rejoin


def way_back(tx: Transaction, settings: Settings, packs: Mapping[str, Pack], lost: CheckInId) -> Text | None:
    """The text with which a patient who was lost comes back."""
    invitation = invitations.again(tx, PART, lost, timedelta(hours=settings.link_hours))
    if invitation is None:
        return None
    row = checkins.get(tx, PART, lost)
    clinic = (packs.get(row.persona) or next(iter(packs.values()))).clinic
    link = f"{settings.origin}/c#{invitation.token}"
    words = wording.rejoin(clinic.name[:1].upper() + clinic.name[1:], link, clinic.nurse_phone, clinic.emergency_number)
    return Text(patients.contact(tx, PART, row.patient).phone, words)
