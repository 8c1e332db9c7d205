"""How long a patient's memory takes to read with a thousand facts in it: for a check-in's start, and all of it for staff.

The limit is 20 ms at p95 (the issue's "Done when"), cells decrypted and the reading audited and committed. As times move with
the machine, processor time is given too, which other work on the machine leaves alone. Prints figures and judges nothing.
With NIGHTLIGHT_BENCH_DATABASE_URL it measures those records instead of an SQLite file.
"""

import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

from server.checkin.remembering import rules_of
from server.installation import load_packs
from server.memory import memory, store
from server.memory.facts import Claim, Matter
from server.memory.merging import Changes, Put
from server.memory.timeline import read_timeline
from server.record import patients
from server.record.database import Database
from server.record.master_key import MasterKey
from server.record.patients import PatientFacts
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import PatientId, StaffId
from server.vocabulary.principals import Role, Service, Staff

FACTS = 1000
OPEN = 5
"""Threads that are open at once; a check-in opens with at most two of them."""
LIMIT = 20.0
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_CONDUCTOR = Service("conductor")
_NURSE = Staff(StaffId("st_bench"), "Bench", Role.NURSE)
_ROUNDS = 200


async def main(_turns: int) -> None:
    """Run the benchmark and print it."""
    print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors; limit {LIMIT:.0f} ms at p95")
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("NIGHTLIGHT_BENCH_DATABASE_URL") or f"sqlite:///{Path(folder) / 'records.db'}"
        database = await Database.open(url, MasterKey(bytes(range(32))), SystemClock())
        try:
            await _measure(database)
        finally:
            await database.close()
    print(f"load average after: {os.getloadavg()[0]:.2f}")


async def _measure(database: Database) -> None:
    pack = load_packs()["post-discharge"]
    rules = rules_of(pack)
    who = await database.run(_patient)
    await database.run(lambda tx: _fill(tx, who))
    print(f"{FACTS} facts of one patient, half of them still known, {OPEN} open threads; {_ROUNDS} times each")
    print(f"  {'':<44}{'p50 ms':>9}{'p95 ms':>9}{'of limit':>10}{'p95 processor ms':>18}{'of limit':>10}")
    await _show(
        "what a check-in is handed at its start",
        lambda: database.run(lambda tx: memory.recall(tx, _CONDUCTOR, who, rules)),
    )
    await _show("everything, for staff", lambda: database.run(lambda tx: read_timeline(tx, _NURSE, who)))


async def _show(name: str, work: Callable[[], Awaitable[object]]) -> None:
    taken, busy = [], []
    for _ in range(_ROUNDS):
        began, worked = time.perf_counter(), time.process_time()
        await work()
        taken.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    cuts, cost = quantiles(taken, n=20), quantiles(busy, n=20)[-1]
    figures = f"{cuts[9]:>9.2f}{cuts[-1]:>9.2f}{cuts[-1] / LIMIT:>10.0%}{cost:>18.2f}{cost / LIMIT:>10.0%}"
    print(f"  {name:<44}{figures}")


def _patient(tx: Transaction) -> PatientId:
    card = PatientFacts(
        name="Bench Patient",
        first_name="Bench",
        phone="",
        birth_month=1,
        birth_day=1,
        birth_year=None,
        discharged_on=None,
        diagnosis="",
        medicines=(),
        address="",
        callback="",
    )
    return patients.add(tx, Service("command"), card)


def _fill(tx: Transaction, who: PatientId) -> None:
    """As years of check-ins leave them: lines of facts that follow each other, and a few matters that are open."""
    puts = [_put(number) for number in range(FACTS)]
    ids = store.apply(tx, who, Changes(puts=puts), None)
    ended = Changes(ends=dict.fromkeys(ids[::2], "superseded"))
    named = ("swelling", "wound", "missed", "side_effect", "plans_to_call")[:OPEN]
    ended.opens = {("", rule): Matter("follow_up", rule) for rule in named}
    ended.puts = [Put(Claim(predicate=rule, value="yes", quote="x" * 80), "held", "patient", _SINCE) for rule in named]
    store.apply(tx, who, ended, None)


def _put(number: int) -> Put:
    claim = Claim(predicate=f"rule_{number % 40}", value="184", unit="lb", quote="one eighty four this morning", turn=9)
    return Put(claim, "held", "patient", _SINCE + timedelta(days=number))
