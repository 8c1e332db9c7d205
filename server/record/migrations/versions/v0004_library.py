"""The library: documents with their revisions and approvals, releases, golden questions, and what patients asked."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(length=40)
_STEM = sa.String(length=120)
_ACTOR = sa.String(length=80)


def upgrade() -> None:
    op.add_column("checkin", sa.Column("release", _ID, nullable=False, server_default=""))
    _documents()
    _releases()
    _goldens()
    _questions()


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", _STEM, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("retired_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_table(
        "revision",
        sa.Column("document", _STEM, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("author", _ACTOR, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_revision_document")),
        sa.PrimaryKeyConstraint("document", "number", name=op.f("pk_revision")),
    )
    op.create_index(op.f("ix_revision_state"), "revision", ["state"])
    op.create_table(
        "approval",
        sa.Column("document", _STEM, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("approver", _ACTOR, nullable=False),
        sa.Column("staff_name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        _of_revision("approval"),
        sa.PrimaryKeyConstraint("document", "number", "approver", name=op.f("pk_approval")),
    )


def _of_revision(table: str) -> sa.ForeignKeyConstraint:
    to = ["revision.document", "revision.number"]
    return sa.ForeignKeyConstraint(["document", "number"], to, name=op.f(f"fk_{table}_document"))


def _releases() -> None:
    op.create_table(
        "release",
        sa.Column("id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("publisher", _ACTOR, nullable=False),
        sa.Column("overridden_by", _ID),
        sa.Column("overridden_because", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["overridden_by"], ["staff.id"], name=op.f("fk_release_overridden_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("number", name=op.f("uq_release_number")),
    )
    op.create_table(
        "release_revision",
        sa.Column("release", _ID, nullable=False),
        sa.Column("document", _STEM, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name=op.f("fk_release_revision_release")),
        _of_revision("release_revision"),
        sa.PrimaryKeyConstraint("release", "document", name=op.f("pk_release_revision")),
    )
    op.create_table(
        "current_release",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release", _ID, nullable=False),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name=op.f("fk_current_release_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_current_release")),
    )


def _goldens() -> None:
    op.create_table(
        "golden",
        sa.Column("id", _ID, nullable=False),
        sa.Column("document", _STEM, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("author", _ACTOR, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("removed_at", _MOMENT),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_golden_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden")),
    )
    op.create_index(op.f("ix_golden_document"), "golden", ["document"])


def _questions() -> None:
    op.create_table(
        "topic",
        sa.Column("id", _ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("assigned_to", _ID),
        sa.Column("document", _STEM),
        sa.Column("golden", _ID),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
        sa.ForeignKeyConstraint(["assigned_to"], ["staff.id"], name=op.f("fk_topic_assigned_to")),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_topic_document")),
        sa.ForeignKeyConstraint(["golden"], ["golden.id"], name=op.f("fk_topic_golden")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    op.create_index(op.f("ix_topic_state"), "topic", ["state"])
    op.create_table(
        "question",
        sa.Column("id", _ID, nullable=False),
        sa.Column("checkin", _ID, nullable=False),
        sa.Column("patient", _ID, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("topic", _ID),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["checkin"], ["checkin.id"], name=op.f("fk_question_checkin")),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_question_patient")),
        sa.ForeignKeyConstraint(["topic"], ["topic.id"], name=op.f("fk_question_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    for column in ("answered", "checkin", "topic"):
        op.create_index(op.f(f"ix_question_{column}"), "question", [column])
