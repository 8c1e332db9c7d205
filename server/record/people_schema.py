"""The tables of how staff prove who they are besides their password."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from server.record.schema import ID, Moment, metadata

# A second factor. `secret` and `pending` are ciphertext of the person's own key; `last_step` keeps a code from counting twice.
staff_factor = Table(
    "staff_factor",
    metadata,
    Column("staff", ID, ForeignKey("staff.id"), primary_key=True),
    Column("row_version", Integer, nullable=False),
    Column("secret", LargeBinary),
    Column("pending", LargeBinary),
    Column("last_step", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
)

# Who somebody is at the site's own sign-in (OpenID Connect: the subject is unique for its issuer only).
staff_identity = Table(
    "staff_identity",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("staff", ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
)
