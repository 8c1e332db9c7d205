"""The tables of the library. What clinicians wrote stands in the clear; a patient's question only as ciphertext."""

from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, String, Table, Text

from server.record.schema import ID, Moment, metadata

STEM = String(120)
"""A document's id: the stem of the file it came from, which is also what the audit chain names it by."""
_ACTOR = String(80)

document = Table(
    "document",
    metadata,
    Column("id", STEM, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("retired_at", Moment),
)

# The text of a revision is never updated, only its state, and its note when it is sent back.
revision = Table(
    "revision",
    metadata,
    Column("document", STEM, ForeignKey("document.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("markdown", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("author", _ACTOR, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
)

approval = Table(
    "approval",
    metadata,
    Column("document", STEM, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("approver", _ACTOR, primary_key=True),
    Column("staff_name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    ForeignKeyConstraint(["document", "number"], ["revision.document", "revision.number"]),
)

release = Table(
    "release",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("publisher", _ACTOR, nullable=False),
    Column("overridden_by", ID, ForeignKey("staff.id")),
    Column("overridden_because", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

release_revision = Table(
    "release_revision",
    metadata,
    Column("release", ID, ForeignKey("release.id"), primary_key=True),
    Column("document", STEM, primary_key=True),
    Column("number", Integer, nullable=False),
    ForeignKeyConstraint(["document", "number"], ["revision.document", "revision.number"]),
)

# One row: which release new check-ins are told from. Changing it is the swap.
current_release = Table(
    "current_release",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("release", ID, ForeignKey("release.id"), nullable=False),
)

# Kept when removed, so that a release's check can be read again later.
golden = Table(
    "golden",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document", STEM, ForeignKey("document.id"), nullable=False, index=True),
    Column("payload", Text, nullable=False),
    Column("author", _ACTOR, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("removed_at", Moment),
)

# Questions nobody could answer that ask for the same thing. Its name is a curator's, never a patient's words.
topic = Table(
    "topic",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("assigned_to", ID, ForeignKey("staff.id")),
    Column("document", STEM, ForeignKey("document.id")),
    Column("golden", ID, ForeignKey("golden.id")),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
)

question = Table(
    "question",
    metadata,
    Column("id", ID, primary_key=True),
    Column("checkin", ID, ForeignKey("checkin.id"), nullable=False, index=True),
    Column("patient", ID, ForeignKey("patient.id"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("answered", Boolean, nullable=False, index=True),
    Column("topic", ID, ForeignKey("topic.id"), index=True),
    Column("created_at", Moment, nullable=False),
)
