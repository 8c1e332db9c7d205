"""The ladder: how far each page has climbed, every message sent for it, its own journal, and who is on call."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(length=40)


def upgrade() -> None:
    for by, at in (("claimed_by", "claimed_at"), ("closed_by", "closed_at")):
        op.add_column("escalation", sa.Column(by, _ID))
        op.add_column("escalation", sa.Column(at, _MOMENT))
    op.add_column("due_work", sa.Column("step", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("due_work", sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("due_work", sa.Column("claim_by", _MOMENT))
    op.drop_column("due_work", "every_seconds")
    _delivery()
    _page_event()
    _on_call()
    op.create_table(
        "clock_mark",
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("offset_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("boot", name=op.f("pk_clock_mark")),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", _ID, nullable=False),
        sa.Column("escalation", _ID, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("person", _ID, nullable=False),
        sa.Column("contact_point", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", _MOMENT),
        sa.Column("last_error", sa.String(length=80)),
        sa.Column("outcome", sa.String(length=20)),
        sa.Column("done_at", _MOMENT),
        sa.ForeignKeyConstraint(["escalation"], ["escalation.id"], name=op.f("fk_delivery_escalation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    op.create_index("ix_delivery_done_at_due_at", "delivery", ["done_at", "due_at"])
    op.create_index(op.f("ix_delivery_escalation"), "delivery", ["escalation"])


def _page_event() -> None:
    op.create_table(
        "page_event",
        sa.Column("escalation", _ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["escalation"], ["escalation.id"], name=op.f("fk_page_event_escalation")),
        sa.PrimaryKeyConstraint("escalation", "seq", name=op.f("pk_page_event")),
    )


def _on_call() -> None:
    op.create_table(
        "rotation",
        sa.Column("id", _ID, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("handover", sa.String(length=5), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation")),
    )
    op.create_table(
        "shift",
        sa.Column("id", _ID, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("staff", _ID, nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("removed_at", _MOMENT),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_shift_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index(op.f("ix_shift_ends_at"), "shift", ["ends_at"])
