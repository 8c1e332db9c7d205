"""Nouns every stage of a visit shares: identifiers, events, principals, errors, time. No behavior lives here."""
