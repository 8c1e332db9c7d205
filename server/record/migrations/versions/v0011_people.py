"""A second factor of staff, the site's own sign-in, and when somebody last signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(length=40)


def upgrade() -> None:
    op.add_column("staff", sa.Column("signed_in_at", _MOMENT))
    op.add_column("staff_session", sa.Column("proven_at", _MOMENT))
    op.create_table(
        "staff_factor",
        sa.Column("staff", _ID, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("pending", sa.LargeBinary()),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("confirmed_at", _MOMENT),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_factor_staff")),
        sa.PrimaryKeyConstraint("staff", name=op.f("pk_staff_factor")),
    )
    op.create_table(
        "staff_identity",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("staff", _ID, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_identity_staff")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_staff_identity")),
    )
    op.create_index(op.f("ix_staff_identity_staff"), "staff_identity", ["staff"])
