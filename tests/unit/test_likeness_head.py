"""The small network learns what vectors alone tell, the same way each time; its examples are checked line by line."""

from pathlib import Path

import numpy as np
import pytest

from server.knowledge.examples import Example, read_examples
from server.knowledge.head import Floats, Head, HeadUnreadable, train
from server.vocabulary.table import TableInvalid

KIND = "unit"

CORNERS = (("none", 1, 1), ("CHEST_PAIN", 1, -1), ("none", -1, -1), ("SYNCOPE", -1, 1))
"""Labels that no straight line parts."""


def cloud(seed: int, each: int = 60) -> tuple[Floats, list[str]]:
    chance = np.random.default_rng(seed)
    labels = [corner[0] for corner in CORNERS for _ in range(each)]
    centers = np.repeat([corner[1:] for corner in CORNERS], each, axis=0)
    return (centers + 0.2 * chance.standard_normal(centers.shape)).astype(np.float32), labels


@pytest.fixture(scope="module")
def head() -> Head:
    return train(*cloud(1))


def test_it_tells_apart_what_no_straight_line_does(head: Head) -> None:
    vectors, labels = cloud(2)
    chosen = [head.labels[place] for place in head.probabilities(vectors).argmax(axis=1)]
    assert np.mean(np.array(chosen) == np.array(labels)) > 0.97


def test_probabilities_add_up_to_one(head: Head) -> None:
    found = head.probabilities(cloud(3)[0])
    assert found.shape == (240, 3)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_the_same_examples_give_the_same_head(head: Head) -> None:
    assert np.array_equal(train(*cloud(1)).probabilities(cloud(2)[0]), head.probabilities(cloud(2)[0]))


def test_a_head_is_kept(head: Head, tmp_path: Path) -> None:
    head.save(tmp_path / "head.npz")
    kept = Head.read(tmp_path / "head.npz")
    assert kept.labels == head.labels
    assert np.array_equal(kept.probabilities(cloud(2)[0]), head.probabilities(cloud(2)[0]))
    assert [path.name for path in tmp_path.iterdir()] == ["head.npz"]


@pytest.mark.parametrize("length", [0, 10, 2000])
def test_a_damaged_head_says_so(length: int, head: Head, tmp_path: Path) -> None:
    head.save(tmp_path / "head.npz")
    (tmp_path / "head.npz").write_bytes((tmp_path / "head.npz").read_bytes()[:length])
    with pytest.raises(HeadUnreadable):
        Head.read(tmp_path / "head.npz")


def test_a_head_of_another_version_says_so(tmp_path: Path) -> None:
    np.savez(tmp_path / "head.npz", labels=np.array(["none"]))
    with pytest.raises(HeadUnreadable):
        Head.read(tmp_path / "head.npz")


def test_examples_are_read_in_order_of_their_files(tmp_path: Path) -> None:
    (tmp_path / "b.tsv").write_text("label\tutterance\nnone\tI slept well.\n\n")
    (tmp_path / "a.tsv").write_text("label\tutterance\nSYNCOPE\t I keeled over.\n")
    found = read_examples(tmp_path.glob("*.tsv"), frozenset({"SYNCOPE"}))
    assert found == (Example("SYNCOPE", "I keeled over."), Example("none", "I slept well."))


@pytest.mark.parametrize("line", ["SYNCOP\tI keeled over.", "SYNCOPE I keeled over.", "SYNCOPE\t ", "SYNCOPE\ta\tb"])
def test_a_line_that_cannot_be_used_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(f"label\tutterance\nnone\tI slept well.\n{line}\n")
    with pytest.raises(TableInvalid, match=r"a\.tsv:3: "):
        read_examples(tmp_path.glob("*.tsv"), frozenset({"SYNCOPE"}))
