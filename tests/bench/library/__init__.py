"""Documents and questions to measure retrieval with. Weights are fitted to all sets but `strangers`, of which the misses were
read once, on 2026-12-01."""

from datetime import date
from functools import cache
from pathlib import Path

from server.config import Settings
from server.installation import PERSONAS
from server.knowledge.answer import Asked
from server.knowledge.document import parse
from server.knowledge.embedder import Embedder
from server.knowledge.index import Index
from server.knowledge.lay_words import LayWords, read_lay_words
from server.knowledge.passage import Passage
from server.knowledge.trial import Question, read_questions
from server.model_store import ModelStore

LIBRARY = Path(__file__).parent
SEED = tuple(PERSONAS / pack / "knowledge" for pack in ("post-discharge", "medication-check-in"))
ASKED = Asked(date(2026, 12, 1))


@cache
def embedder() -> Embedder:
    settings = Settings()
    return Embedder.load(ModelStore(settings.model_cache, settings.model_mirror, print))


def lay_words() -> LayWords:
    return read_lay_words(PERSONAS / "shared")


def passages_in(folder: Path) -> list[Passage]:
    """Of every Markdown file in a folder, without a library."""
    return [one for path in sorted(folder.glob("*.md")) for one in parse(path.name, path.read_text("utf-8")).passages()]


def folder_index(*folders: Path, lay: LayWords | None = None) -> Index:
    """Of the Markdown files in them."""
    passages = [passage for folder in folders for passage in passages_in(folder)]
    return Index.build(passages, embedder(), lay if lay is not None else lay_words())


def questions(name: str) -> list[Question]:
    return read_questions(LIBRARY / f"{name}.jsonl")
