"""What the classifier is measured on it has never read: no turn of the evaluation sets is among its examples."""

import json
import re
from collections.abc import Iterator

from server.config import Settings
from server.installation import PERSONAS, load_packs
from server.lessons import CLAIMS, examples, free_talk
from server.workbench.gate import read_rows

KIND = "contract"

SHORT = 3
"""Words; shorter answers ("no", "no pain") are everybody's."""


def plain(words: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"['’`]", "", words.lower())))


def turns() -> Iterator[str]:
    for file in PERSONAS.glob("*/evaluation/*.jsonl"):
        for line in file.read_text("utf-8").splitlines():
            yield from json.loads(line)["turns"]


def test_no_turn_of_the_evaluation_is_among_the_examples() -> None:
    read = {plain(example.utterance) for example in examples(PERSONAS, load_packs(Settings()))}
    judged = {plain(turn) for turn in turns()}
    assert len(read) > 1000
    assert sorted(words for words in judged & read if len(words.split()) >= SHORT) == []


def test_no_sentence_of_the_gates_tables_is_among_its_examples() -> None:
    read = {plain(example.utterance): example.label for example in free_talk(PERSONAS)}
    judged = {plain(row.sentence) for file in PERSONAS.glob("*/evaluation/*.tsv") for row in read_rows(file)}
    labels = list(read.values())
    assert min(labels.count("none"), labels.count(CLAIMS)) >= 1200
    assert sorted(judged & read.keys()) == []
