"""A night of check-ins and on-call on a time of its own: real conversation, records, ladder and sinks, and played people."""
