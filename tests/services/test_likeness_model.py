"""The real sentence embedder and classifier, and what a process says that can have neither."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from server.config import Settings
from server.knowledge import kit
from server.knowledge.embedder import WIDTH, Embedder, sentence_vector
from server.knowledge.examples import Example
from server.knowledge.head import Head
from server.knowledge.likeness import Classifier
from server.knowledge.training import fingerprint, trained
from server.model_store import ModelStore
from server.vocabulary.models import ModelFile, ModelMissing

KIND = "services"

KNOWN = {
    "My chest feels tight and it goes down my left arm.": (0.0481, -0.0682, -0.0708, -0.0344),
    "I slept well and the cat is fine.": (-0.0607, -0.0213, -0.1139, 0.0631),
    "I took two of the little white pills by mistake.": (0.0377, -0.0402, -0.0102, 0.0382),
}
"""Dimensions 8 to 11, computed apart in float64 with numpy and Hugging Face's tokenizer."""
CHATTER = (
    "the cat is asleep",
    "my daughter comes on Tuesdays",
    "we had soup for lunch",
    "the nurse was kind",
    "it rained",
)
FAINTS = ("I fainted", "I passed out", "everything went black and I fell", "I keeled over", "I blacked out in the hall")
EXAMPLES = (
    tuple(Example("none", words) for words in CHATTER) * 8 + tuple(Example("SYNCOPE", words) for words in FAINTS) * 8
)
STORY = (
    "we had soup with my daughter and the cat was there too and then I passed out on the floor and after that it rained"
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The real one; without its weights these tests cannot judge what it makes of words."""
    settings = Settings()
    try:
        return Embedder.load(ModelStore(settings.model_cache, settings.model_mirror, lambda line: None))
    except ModelMissing as error:
        pytest.skip(f"no sentence embedder: {error}")


@pytest.fixture
def classifier(embedder: Embedder, tmp_path: Path) -> Iterator[Classifier]:
    embedder.folder = tmp_path
    made = Classifier(embedder, trained(embedder, EXAMPLES, lambda line: None))
    yield made
    made.close()


def test_it_gives_the_known_vectors(embedder: Embedder) -> None:
    found, known = embedder.embed(list(KNOWN))[:, 8:12], np.array(list(KNOWN.values()))
    cosines = (found * known).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(known, axis=1)
    assert cosines.min() > 0.97


def test_what_means_the_same_is_near(embedder: Embedder) -> None:
    pain, ache, cat = embedder.embed(["My chest hurts.", "There is pressure in my chest.", "The cat is asleep."])
    assert pain @ ache > 0.6 > 0.2 > pain @ cat


def test_a_window_of_everything_is_nearly_the_whole(embedder: Embedder) -> None:
    reading = embedder.read(STORY)
    assert sentence_vector(reading.pool(0, len(STORY))) @ sentence_vector(reading.whole) > 0.95


@pytest.mark.parametrize("words", ["", "\x00", "日本語", "word " * 2000, "x" * 5000])
def test_any_text_has_a_vector(embedder: Embedder, words: str) -> None:
    assert np.isclose(np.linalg.norm(embedder.embed([words])), 1, atol=1e-5)


def test_nothing_of_a_long_text_is_left_out(embedder: Embedder) -> None:
    reading = embedder.read("word " * 2000)
    assert len(reading.vectors) == len(reading.ends) == 2000
    assert embedder.embed([]).shape == (0, WIDTH)


async def test_a_red_flag_is_found_where_it_stands(classifier: Classifier) -> None:
    found = [likeness for likeness in await classifier.judge(STORY) if likeness.probability > 0.5]
    assert {likeness.trigger for likeness in found} == {"SYNCOPE"}
    assert any("passed out" in STORY[one.start : one.end] for one in found)
    assert await classifier.judge("  ") == ()


def test_the_head_is_taught_once(embedder: Embedder, tmp_path: Path) -> None:
    embedder.folder = tmp_path
    told: list[str] = []
    first = trained(embedder, EXAMPLES, told.append)
    told.clear()
    again = trained(embedder, EXAMPLES, told.append)
    assert told == []
    assert np.array_equal(first.out[0], again.out[0])


def test_a_damaged_head_is_taught_again_and_older_ones_go(embedder: Embedder, tmp_path: Path) -> None:
    embedder.folder = tmp_path
    (tmp_path / "likeness-0123456789abcdef.npz").write_bytes(b"of other examples")
    path = tmp_path / f"likeness-{fingerprint(embedder, EXAMPLES)}.npz"
    path.write_bytes(b"damaged")
    trained(embedder, EXAMPLES, lambda line: None)
    assert [file.name for file in tmp_path.glob("*.npz")] == [path.name]
    assert Head.read(path).labels == ("SYNCOPE", "none")


def test_each_subject_has_a_head_of_its_own(embedder: Embedder, tmp_path: Path) -> None:
    embedder.folder = tmp_path
    trained(embedder, EXAMPLES, lambda line: None)
    trained(embedder, EXAMPLES, lambda line: None, "claims")
    assert sorted(file.name.partition("-")[0] for file in tmp_path.glob("*.npz")) == ["claims", "likeness"]


def test_the_strongest_meaning_counts_wherever_it_stands(classifier: Classifier) -> None:
    assert classifier.strongest(STORY) == classifier.likenesses(STORY)[0].probability > 0.5
    assert classifier.strongest("  ") == 0.0


def test_a_check_in_can_say_what_its_classifier_learned_from(embedder: Embedder, classifier: Classifier) -> None:
    named = Classifier(embedder, trained(embedder, EXAMPLES, lambda line: None), fingerprint(embedder, EXAMPLES))
    assert named.version == fingerprint(embedder, EXAMPLES) != fingerprint(embedder, EXAMPLES[1:])
    named.close()


async def test_without_the_model_phrases_decide_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    made, part = await kit.classifier(ModelStore(tmp_path, None, lambda line: None), EXAMPLES)
    assert made is None
    assert (part.name, part.state) == ("triage", "fallback")
    assert "NIGHTLIGHT_MODEL_MIRROR" in part.what
    assert "/" not in part.what


@dataclass(frozen=True)
class OneFolder:
    """Models that are there, but not as they should be."""

    folder: Path
    tell: Callable[[str], None]

    def fetch(self, files: tuple[ModelFile, ...]) -> Path:
        return self.folder


async def test_a_model_that_cannot_be_built_is_said_in_plain_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    made, part = await kit.classifier(OneFolder(tmp_path, lambda line: None), EXAMPLES)
    assert made is None
    assert "could not be built on this machine; the log says why" in part.what
    assert str(tmp_path) not in part.what
    assert "Error" not in part.what
    assert "sentence_embedder_not_built" in caplog.text
    assert "Error" in caplog.text


async def test_without_examples_phrases_decide_alone(tmp_path: Path) -> None:
    made, part = await kit.classifier(ModelStore(tmp_path, None, lambda line: None), ())
    assert made is None
    assert part.state == "fallback"
