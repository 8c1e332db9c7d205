"""Calls back to patients who were lost after a danger sign."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(length=40)


def upgrade() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", _ID, nullable=False),
        sa.Column("checkin", _ID, nullable=False),
        sa.Column("patient", _ID, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("staff", _ID),
        sa.Column("done_at", _MOMENT),
        sa.ForeignKeyConstraint(["checkin"], ["checkin.id"], name=op.f("fk_call_back_checkin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    op.create_index(op.f("ix_call_back_checkin"), "call_back", ["checkin"])
