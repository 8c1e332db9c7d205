"""The tables. Every column of type LargeBinary that is not a hash holds ciphertext of the patient's own key.

In the clear: opaque ids, times, states, tiers, staff. Never in the clear: a patient's name, words, phone, birth date,
chart, or a trigger id beside a patient's id.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time on every database; SQLite itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC) if value is None or value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(40)

patient = Table(
    "patient",
    metadata,
    Column("id", ID, primary_key=True),
    Column("row_version", Integer, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("contact", LargeBinary, nullable=False),
    Column("birth", LargeBinary, nullable=False),
    Column("chart", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("forgotten_at", Moment),
)

# No foreign key: keys are backed up apart from what they open, and deleting one is how a patient is forgotten.
patient_key = Table(
    "patient_key",
    metadata,
    Column("patient", ID, primary_key=True),
    Column("kid", Integer, primary_key=True, autoincrement=False),
    Column("master_kid", String(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", ID, primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(300), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("signed_in_at", Moment),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("staff", ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("proven_at", Moment),
)

checkin = Table(
    "checkin",
    metadata,
    Column("id", ID, primary_key=True),
    Column("patient", ID, ForeignKey("patient.id"), nullable=False, index=True),
    Column("persona", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("pack_hash", String(64), nullable=False),
    Column("release", ID, nullable=False, server_default=""),
    Column("status", String(10), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("end_reason", String(20)),
    Column("connected", Boolean, nullable=False),
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("checkin", ID, ForeignKey("checkin.id"), nullable=False, index=True),
    Column("patient", ID, ForeignKey("patient.id"), nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("wrong_answers", Integer, nullable=False),
    Column("locked_at", Moment),
    Column("bound_at", Moment),
)

# Before Start several devices may have claimed a link; at Start `bound_at` is set here for one of them and on the link.
invitation_device = Table(
    "invitation_device",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("invitation", ID, ForeignKey("invitation.id"), nullable=False, index=True),
    Column("claimed_at", Moment, nullable=False),
    Column("bound_at", Moment),
)

journal = Table(
    "journal",
    metadata,
    Column("checkin", ID, ForeignKey("checkin.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

escalation = Table(
    "escalation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("checkin", ID, ForeignKey("checkin.id"), nullable=False),
    Column("patient", ID, ForeignKey("patient.id"), nullable=False),
    Column("row_version", Integer, nullable=False),
    Column("tier", String(20), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("trigger", LargeBinary, nullable=False),
    Column("trigger_key", LargeBinary(16), nullable=False),
    Column("place", LargeBinary, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("paged_at", Moment),
    Column("acknowledged_by", ID, ForeignKey("staff.id")),
    Column("acknowledged_at", Moment),
    Column("claimed_by", ID),
    Column("claimed_at", Moment),
    Column("closed_by", ID),
    Column("closed_at", Moment),
    UniqueConstraint("checkin", "trigger_key"),
)

due_work = Table(
    "due_work",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", ID, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("level", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("claim_by", Moment),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Moment),
    Column("last_error", String(80)),
    Column("done_at", Moment),
    UniqueConstraint("kind", "subject"),
    Index("ix_due_work_done_at_due_at", "done_at", "due_at"),
)

# One message to one address, with what became of it.
delivery = Table(
    "delivery",
    metadata,
    Column("id", ID, primary_key=True),
    Column("escalation", ID, ForeignKey("escalation.id"), nullable=False, index=True),
    Column("level", Integer, nullable=False),
    Column("person", ID, nullable=False),
    Column("contact_point", String(80), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("about", String(20), nullable=False),
    Column("key", String(200), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Moment),
    Column("last_error", String(80)),
    Column("outcome", String(20)),
    Column("done_at", Moment),
    Index("ix_delivery_done_at_due_at", "done_at", "due_at"),
)

# One attempt to call a patient back who was lost after a danger sign.
call_back = Table(
    "call_back",
    metadata,
    Column("id", ID, primary_key=True),
    Column("checkin", ID, ForeignKey("checkin.id"), nullable=False, index=True),
    Column("patient", ID, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("staff", ID),
    Column("done_at", Moment),
)

# The journal of a page; it outlives the check-in's. Identifiers and SAFE facts only, so it stands in the clear.
page_event = Table(
    "page_event",
    metadata,
    Column("escalation", ID, ForeignKey("escalation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("level", Integer, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("detail", Text, nullable=False),
)

# Staff who take a role in turn, a week each.
rotation = Table(
    "rotation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("role", String(40), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("handover", String(5), nullable=False),
    Column("members", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

shift = Table(
    "shift",
    metadata,
    Column("id", ID, primary_key=True),
    Column("role", String(40), nullable=False),
    Column("staff", ID, ForeignKey("staff.id"), nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
    Column("source", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("removed_at", Moment),
)

# A nurse's browser that is rung while the console is closed; the push service's address of it, and its keys.
push_subscription = Table(
    "push_subscription",
    metadata,
    Column("id", ID, primary_key=True),
    Column("staff", ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("endpoint", Text, nullable=False),
    Column("p256dh", String(120), nullable=False),
    Column("auth", String(40), nullable=False),
    Column("created_at", Moment, nullable=False),
)

# How far the wall clock was ahead of the steady one when the deadlines above were last right; SQLite only.
clock_mark = Table(
    "clock_mark",
    metadata,
    Column("boot", String(64), primary_key=True),
    Column("offset_seconds", Float, nullable=False),
)

# What language models took on one day, for all check-ins together; holds nothing of a patient.
model_day = Table(
    "model_day",
    metadata,
    Column("utc_date", String(10), primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
)

# What is known of a patient. A version is never changed but in `known_to` and `ended_as`: what was known on a day is what was
# recorded by then and not yet ended. `line` is a fingerprint of what it is about.
memory_fact = Table(
    "memory_fact",
    metadata,
    Column("id", ID, primary_key=True),
    Column("patient", ID, ForeignKey("patient.id"), nullable=False),
    Column("checkin", ID, ForeignKey("checkin.id")),
    Column("line", LargeBinary(16), nullable=False),
    Column("claim", LargeBinary, nullable=False),
    Column("state", String(12), nullable=False),
    Column("source", String(12), nullable=False),
    Column("valid_from", Moment, nullable=False),
    Column("valid_to", Moment),
    Column("recorded_at", Moment, nullable=False),
    Column("known_to", Moment),
    Column("ended_as", String(12)),
    Column("confirmed_by", ID),
    Index("ix_memory_fact_patient_line", "patient", "line"),
)

# What the next check-in is to ask about.
memory_thread = Table(
    "memory_thread",
    metadata,
    Column("id", ID, primary_key=True),
    Column("patient", ID, ForeignKey("patient.id"), nullable=False),
    Column("row_version", Integer, nullable=False),
    Column("line", LargeBinary(16), nullable=False),
    Column("matter", LargeBinary, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_as", String(12)),
    Index("ix_memory_thread_patient_closed_at", "patient", "closed_at"),
)

# What happened in a check-in that is over; that there is one means that all of it was taken into memory.
memory_episode = Table(
    "memory_episode",
    metadata,
    Column("checkin", ID, ForeignKey("checkin.id"), primary_key=True),
    Column("patient", ID, ForeignKey("patient.id"), nullable=False, index=True),
    Column("recorded_at", Moment, nullable=False),
    Column("episode", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("patient", ID, index=True),
    Column("subject", String(120), nullable=False),
    Column("detail", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# A signature under the chain up to a row; the newest, and those that are kept.
audit_seal = Table(
    "audit_seal",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("follows", BigInteger, nullable=False),
    Column("kid", String(16), nullable=False),
    Column("signature", String(128), nullable=False),
)
