"""What language models have cost today (UTC), for all check-ins together; reserved before a request and settled after it.

Holds nothing of a patient. A process that dies with a reservation leaves it spent: the limit of a day is never passed.
"""

from datetime import datetime

from sqlalchemy import insert, select, update

from server.record.schema import model_day as table
from server.record.transaction import Transaction
from server.vocabulary.spending import Limit, Spend


def reserve(tx: Transaction, most: Spend, limit: Limit) -> str | None:
    """Set `most` aside if the day allows it; returns the day, for `settle`, or None."""
    day = _day(tx.now)
    spent = _spent(tx, day)
    if spent is None:
        tx.connection.execute(insert(table).values(utc_date=day, tokens=0, cost_micros=0))
        spent = Spend()
    if not limit.allows(spent + most):
        return None
    settle(tx, day, most)
    return day


def settle(tx: Transaction, day: str, change: Spend) -> None:
    """Add what a request took beyond its reservation; usually that is negative."""
    new = {"tokens": table.c.tokens + change.tokens, "cost_micros": table.c.cost_micros + change.micros}
    tx.connection.execute(update(table).where(table.c.utc_date == day).values(new))


def today(tx: Transaction) -> Spend:
    """Spent and reserved so far today."""
    return _spent(tx, _day(tx.now)) or Spend()


def _spent(tx: Transaction, day: str) -> Spend | None:
    row = tx.connection.execute(select(table).where(table.c.utc_date == day)).one_or_none()
    return None if row is None else Spend(row.tokens, row.cost_micros)


def _day(now: datetime) -> str:
    return now.date().isoformat()
