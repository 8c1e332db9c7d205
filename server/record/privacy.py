"""Which named facts may appear in a log line or an audit row, and the one function that logs.

A field is SAFE or PHI by its name, decided here once; a name on neither list is treated as PHI. Nothing on the PHI list
may ever reach a log, a metric label, a trace, an exception text or a URL.
"""

import json
import logging
import re
from collections import Counter
from typing import Final

SAFE_FIELDS: Final = frozenset({
    "about", "ack_ms", "acknowledged_at", "acknowledged_by", "action", "actor", "allowed", "answered", "approver",
    "assigned_to", "at", "attempt", "attempts", "author", "boot", "bound_at", "bytes", "calibration", "camera",
    "change", "channel", "checkin", "claim_by", "claimed_at", "claimed_by", "classifier", "close_code", "closed_as",
    "closed_at", "closed_by", "code", "confidence", "confirmed_at", "confirmed_by", "connected", "connection", "contact_point",
    "continues", "cost_micros", "count", "created_at", "detail", "disabled_at", "done_at", "due_at", "duration_ms",
    "end", "end_of_turn_ms", "end_reason", "ended_as", "ended_at", "ends_at", "error", "escalation", "estimated",
    "event", "every_seconds", "expires_at", "fence", "file", "first_day", "follows",
    "forgotten_at", "found", "frames", "golden",
    "handover", "hash", "heard_words", "host", "id", "intent", "interrupted", "invitation", "issuer", "jitter_ms", "key",
    "kept", "kid", "kind", "known_to", "last_error", "last_seen", "last_step", "late_seconds", "lease_until", "level", "line",
    "locked_at", "loss_percent", "master_kid", "members", "memory", "method", "migration", "mode", "model", "moment", "number",
    "objectives_open", "of_words", "offset_seconds", "opened_at", "outcome", "overridden_by", "pack_hash", "paged_at",
    "part", "patient", "person", "persona", "played_seconds", "playout_ms", "policy_ms", "port", "prev",
    "proven_at", "provider", "publisher", "reason", "recognizer_ms", "recorded_at", "refused", "release", "removed_at",
    "requested_at", "resumed", "retired_at", "retry_seconds", "revision", "role", "round", "route", "row_version", "samples",
    "score", "seconds", "sentence", "seq", "sessions", "sha256", "signature", "signed_in_at", "source", "staff", "staff_name",
    "stage", "start", "started_at", "starts_at", "state", "status", "step", "subject", "synthesized_seconds", "tier", "tokens",
    "tokens_in", "tokens_out", "topic", "tries_left", "turn", "turns", "typed", "utc_date", "utterance", "valid_from",
    "valid_to", "version", "voice_ms", "wait_ms", "waiting", "what", "wrong_answers", "zone",
})  # fmt: skip
"""Operational facts. `patient`, `checkin`, `escalation` and the like are opaque identifiers, never names."""

PHI_FIELDS: Final = frozenset({
    "absence", "address", "advice", "amended", "answer", "asked_911", "aspect", "auth", "baseline_suspect", "bias",
    "birth", "birth_day", "birth_month", "birth_year", "callback", "caption", "chart", "claim", "conditions",
    "contact", "contribution", "cue", "cues", "day", "deviation", "device", "diagnosis", "discharged_on", "disposition",
    "document", "email", "endpoint", "episode", "evidence", "first_name", "follow_up", "heard", "high_alert", "how",
    "likenesses", "log_odds", "markdown", "matter", "medicines", "month", "name", "new", "next_visit", "noise", "note",
    "objective", "observable", "overridden_because", "p256dh", "parameters", "passage", "password_hash", "pending", "payload",
    "phone", "place", "planned", "predicate", "purpose", "quote", "remembered", "risks", "rule", "script", "secret", "section",
    "sentences", "services", "text", "title", "token", "token_hash", "told", "transcript", "trigger", "trigger_key",
    "unit", "usual", "value", "verdict", "where", "words", "worth", "wrapped", "year",
})  # fmt: skip
"""What a patient said, is or has. Trigger, objective and script ids count: beside a patient's id they name a symptom.
Secrets and e-mail addresses count: they have no more business in a log than a diagnosis."""

refused_fields: Counter[str] = Counter()
"""How often each field name was kept out of the log; anything in here is a defect to fix."""

_TOKEN = re.compile(r"[A-Za-z0-9_.:/@+-]{0,120}")


class PrivacyBreach(Exception):
    """Code tried to put a field into the open that is not on the SAFE list."""


_strict = False


def set_strict(on: bool) -> None:
    """Strict: an unsafe field raises `PrivacyBreach`. Not strict (production): it is dropped and counted.

    Tests are strict. Production is not, because a check-in must not die of a careless log line.
    """
    global _strict
    _strict = on


def is_token(value: object) -> bool:
    """True for numbers, booleans and strings that cannot be a sentence: at most 120 characters, no blanks."""
    return isinstance(value, bool | int | float) or (isinstance(value, str) and _TOKEN.fullmatch(value) is not None)


def log(logger: logging.Logger, level: int, event_name: str, **fields: str | float | None) -> None:
    """One line, `event_name key=value …`. The only logging call of the project."""
    unsafe = fields.keys() - SAFE_FIELDS
    if unsafe and _strict:
        raise PrivacyBreach(f"not on the SAFE list of record/privacy.py: {', '.join(sorted(unsafe))}")
    refused_fields.update(unsafe)
    if logger.isEnabledFor(level):
        kept = [f"{key}={_shown(value)}" for key, value in fields.items() if key not in unsafe and value is not None]
        kept += [f"refused={len(unsafe)}"] if unsafe else []
        logger.log(level, "%s", " ".join([event_name, *kept]))


def _shown(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    # Quoted and shortened, so that no value can forge a second line.
    return str(value) if is_token(value) else json.dumps(str(value)[:120])
