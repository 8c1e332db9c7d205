"""Every table of the records in one place, for the migrations and for whoever compares them with what there is."""

from server.record import library_schema, people_schema
from server.record.schema import metadata

__all__ = ["library_schema", "metadata", "people_schema"]
