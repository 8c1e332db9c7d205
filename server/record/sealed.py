"""A column whose cells are one typed value each, as JSON, encrypted with the patient's key."""

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from server.record.vault import Cell, Unreadable, Vault
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import PatientId

T = TypeVar("T")


class Unwritable(ServiceError):
    """The value is not of the column's type; nothing was written."""

    code = "record_unwritable"
    status = 500


class SealedColumn(Generic[T]):
    """Writes and reads one encrypted column; what could not be read back is never written."""

    def __init__(self, kind: Any, table: str, column: str) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)
        self._table = table
        self._column = column

    def seal(self, vault: Vault, patient: PatientId, row: str, value: T, version: int = 1) -> bytes:
        """Raises Unwritable, Unreadable."""
        return vault.seal(patient, Cell(self._table, self._column, row, version), self._dump(value))

    def open(self, vault: Vault, patient: PatientId, row: str, sealed: bytes, version: int = 1) -> T:
        """Raises Unreadable."""
        plain = vault.open(patient, Cell(self._table, self._column, row, version), sealed)
        try:
            return self._adapter.validate_json(plain)
        except ValidationError:
            # From None: pydantic quotes its input, which here is a patient's data.
            raise Unreadable(f"{self._table}.{self._column}: written by a version this one cannot read") from None

    def _dump(self, value: T) -> bytes:
        try:
            plain = self._adapter.dump_json(value, warnings="error")
            faithful = self._adapter.validate_json(plain) == value
        except (ValidationError, PydanticSerializationError):
            faithful = False
        if not faithful:
            raise Unwritable(f"{self._table}.{self._column}: the value is not of this column's type")
        return plain
