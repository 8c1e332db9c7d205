"""What was done to an audit chain, found from its rows, its seals and what others noted of it. Pure.

A row says what is wrong with itself; a seal, that the rows up to it are not those we wrote; what was noted elsewhere, that
all of it together was put back to an earlier day.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from server.record.chain import START, AuditRow, Head, link
from server.record.seal import Seal

_NEAR: Final = 50
"""How many places away it is looked whether a row was moved; farther it is called changed."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    seq: int
    """The row, or the first one; where only a file is wrong, 0."""
    what: str


@dataclass(frozen=True)
class Noted:
    """A point of the chain that somebody wrote down outside the database."""

    head: Head
    where: str


class Examination:
    """Rows, one pass; then everything that speaks of them."""

    def __init__(self, made: Callable[[Seal], bool]) -> None:
        """`made`: whether a seal is ours and unchanged."""
        self._made = made

    def findings(self, rows: Iterable[AuditRow], seals: Sequence[Seal], noted: Sequence[Noted]) -> list[Finding]:
        """The first of each row, by row. `rows` are all rows, by rising `seq`, `seals` likewise."""
        hashes: dict[int, str] = dict.fromkeys([*(one.seq for one in seals), *(one.head.seq for one in noted)], "")
        last = 0
        found: list[Finding] = []
        for row, before in _with_before(rows):
            # What follows from a row that is wrong itself says nothing new.
            after_wrong = bool(found) and found[-1].seq == before.seq
            found += _of_row(row, before, after_wrong)
            last = row.seq
            if row.seq in hashes:
                hashes[row.seq] = row.hash
        found += self._of_seals(seals, hashes, last, [one.seq for one in found])
        found += [one for note in noted for one in _of_note(note, hashes, last)]
        first = {one.seq: one for one in reversed(found)}
        return [first[seq] for seq in sorted(first)]

    def _of_seals(
        self, seals: Sequence[Seal], hashes: dict[int, str], last: int, wrong: Sequence[int]
    ) -> Iterator[Finding]:
        newest = seals[-1].seq if seals else 0
        if last > newest:
            yield Finding(
                newest + 1,
                f"{_rows(newest + 1, last)} not under a seal of ours: written by somebody else, or the seal was removed",
            )
        if newest > last:
            yield Finding(
                last + 1, f"{_rows(last + 1, newest)} cut from the end: the seal of row {newest} is still there"
            )
        yield from self._of_each(seals, hashes, wrong)
        kept = [0, *(one.seq for one in seals if one.kept)]
        for before, after in pairwise(kept):
            one = next(seal for seal in seals if seal.seq == after)
            if one.follows != before:
                yield Finding(before + 1, f"a seal between rows {before} and {after} was removed")
        if seals and not seals[-1].kept and seals[-1].follows != kept[-1]:
            yield Finding(kept[-1] + 1, f"a seal after row {kept[-1]} was removed")

    def _of_each(self, seals: Sequence[Seal], hashes: dict[int, str], wrong: Sequence[int]) -> Iterator[Finding]:
        sound = 0
        for one in seals:
            if not self._made(one):
                yield Finding(one.seq, "its seal is not ours: changed, or from other records")
            elif hashes[one.seq] not in ("", one.hash) and not any(sound < seq <= one.seq for seq in wrong):
                yield Finding(sound + 1, f"{_rows(sound + 1, one.seq)} not what was sealed: written anew")
            sound = one.seq


def _with_before(rows: Iterable[AuditRow]) -> Iterator[tuple[AuditRow, Head]]:
    before = Head(0, START)
    for row in rows:
        yield row, before
        before = Head(row.seq, row.hash)


def _of_row(row: AuditRow, before: Head, after_wrong: bool) -> Iterator[Finding]:
    if row.seq > before.seq + 1:
        yield Finding(before.seq + 1, f"{_rows(before.seq + 1, row.seq - 1)} removed")
    if row.hash != link(row):
        yield Finding(row.seq, _how_wrong(row))
    elif row.prev != before.hash and row.seq == before.seq + 1 and not after_wrong:
        yield Finding(row.seq, f"does not follow row {before.seq}: one of the two was replaced, moved or inserted")


def _how_wrong(row: AuditRow) -> str:
    near = range(max(1, row.seq - _NEAR), row.seq + _NEAR + 1)
    place = next((seq for seq in near if link(replace(row, seq=seq)) == row.hash), None)
    return "changed after it was written" if place is None else f"is row {place}, moved here"


def _of_note(note: Noted, hashes: dict[int, str], last: int) -> Iterator[Finding]:
    seq = note.head.seq
    if seq > last:
        yield Finding(last + 1, f"{_rows(last + 1, seq)} gone, though {note.where} has the seal of row {seq}")
    elif hashes[seq] not in ("", note.head.hash):
        yield Finding(seq, f"not the row that {note.where} has noted: these are other records, or written anew")


def _rows(first: int, last: int) -> str:
    return f"row {first} is" if first == last else f"rows {first} to {last} are"
