"""Memory: facts with two times, what is to be asked next, what happened; and the day a patient was forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(length=40)


def upgrade() -> None:
    op.add_column("patient", sa.Column("forgotten_at", _MOMENT))
    _fact()
    _thread()
    _episode()


def _fact() -> None:
    op.create_table(
        "memory_fact",
        sa.Column("id", _ID, nullable=False),
        sa.Column("patient", _ID, nullable=False),
        sa.Column("checkin", _ID),
        sa.Column("line", sa.LargeBinary(length=16), nullable=False),
        sa.Column("claim", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("valid_from", _MOMENT, nullable=False),
        sa.Column("valid_to", _MOMENT),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("known_to", _MOMENT),
        sa.Column("ended_as", sa.String(length=12)),
        sa.Column("confirmed_by", _ID),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_memory_fact_patient")),
        sa.ForeignKeyConstraint(["checkin"], ["checkin.id"], name=op.f("fk_memory_fact_checkin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memory_fact")),
    )
    op.create_index("ix_memory_fact_patient_line", "memory_fact", ["patient", "line"])


def _thread() -> None:
    op.create_table(
        "memory_thread",
        sa.Column("id", _ID, nullable=False),
        sa.Column("patient", _ID, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("line", sa.LargeBinary(length=16), nullable=False),
        sa.Column("matter", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
        sa.Column("closed_as", sa.String(length=12)),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_memory_thread_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memory_thread")),
    )
    op.create_index("ix_memory_thread_patient_closed_at", "memory_thread", ["patient", "closed_at"])


def _episode() -> None:
    op.create_table(
        "memory_episode",
        sa.Column("checkin", _ID, nullable=False),
        sa.Column("patient", _ID, nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("episode", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["checkin"], ["checkin.id"], name=op.f("fk_memory_episode_checkin")),
        sa.ForeignKeyConstraint(["patient"], ["patient.id"], name=op.f("fk_memory_episode_patient")),
        sa.PrimaryKeyConstraint("checkin", name=op.f("pk_memory_episode")),
    )
    op.create_index(op.f("ix_memory_episode_patient"), "memory_episode", ["patient"])
