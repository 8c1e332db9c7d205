"""One unit of work on the records: what it reads, writes and audits becomes true together or not at all."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from server.record import seals
from server.record.audit import AuditAction, append
from server.record.chain import Head
from server.record.seal import Seal, Sealer
from server.record.vault import Vault
from server.record.witness import Witness
from server.vocabulary.clock import Anchor
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Principal


class Transaction:
    """The open connection with the vault and the audit chain; lives on the database's worker thread only."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        now: datetime,
        sealer: Sealer,
        listeners: Mapping[str, list[Callable[..., None]]],
        anchor: Anchor | None = None,
    ) -> None:
        self.connection = connection
        self.vault = vault
        self.sealer = sealer
        """Knows which seals of the audit chain are ours."""
        self.now = now
        """The clock's time when this transaction began."""
        self.anchor = anchor
        """Where that clock stands against a steady one; None if it is the database's own, which every client shares."""
        self.callbacks: list[Callable[[], None]] = []
        self._listeners = listeners
        self.sealed: Seal | None = None
        """The audit chain's seal once this is committed; None where nothing was audited, or nothing may be sealed."""
        self.unwitnessed: list[Seal] = []
        self.forgotten: dict[PatientId, datetime] = {}
        """Patients whom this forgets; noted outside the database once it is committed."""
        self._began: Head | None = None

    def audit(
        self,
        principal: Principal,
        action: AuditAction,
        *,
        patient: PatientId | None = None,
        subject: str = "",
        detail: Mapping[str, str | int | bool] | None = None,
    ) -> None:
        """Writes the audit row. `detail` takes SAFE fields with values free of blanks; anything else raises."""
        before = append(self.connection, self.now, principal, action, patient, subject, detail or {})
        self._began = self._began or before

    def seal(self, witness: Witness | None) -> None:
        """Before the commit: seals the audit chain, if anything was audited, and finds what `witness` has not got yet."""
        if self._began is None:
            return
        self.sealed = seals.seal(self.connection, self.sealer, self._began, self.now)
        if self.sealed is not None and self.sealed.kept and witness is not None:
            self.unwitnessed = seals.kept_since(self.connection, witness.last())

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Runs `callback` on the event loop once this work is durable; never if it is rolled back."""
        self.callbacks.append(callback)

    def announce(self, topic: str, *ids: str) -> None:
        """After commit, calls everyone who listens to `topic` at `Database.listen`, with identifiers only."""
        for listener in self._listeners.get(topic, []):
            self.after_commit(lambda listener=listener: listener(*ids))  # type: ignore[misc]
