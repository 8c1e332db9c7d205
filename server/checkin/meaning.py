"""Asks the sentence classifier about a turn, for as long as a turn can wait."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Protocol

from server.record.privacy import log
from server.vocabulary.findings import Likeness

_logger = logging.getLogger(__name__)


class Classifier(Protocol):
    """`knowledge.likeness.Classifier`, or likenesses that a test has written down."""

    @property
    def version(self) -> str:
        """What it learned from, for the journal."""

    def judge(self, utterance: str) -> Awaitable[tuple[Likeness, ...]]: ...


async def likenesses(classifier: Classifier | None, text: str, until: float) -> tuple[Likeness, ...] | None:
    """What the classifier finds in `text` by loop time `until`; None where it was not asked, failed, or was late."""
    if classifier is None:
        return None
    try:
        async with asyncio.timeout_at(until):
            return await classifier.judge(text)
    except Exception as error:  # noqa: BLE001  the rules decide without it
        log(_logger, logging.WARNING, "classifier_failed", error=type(error).__name__)
        return None
