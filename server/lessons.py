"""What the classifiers of this installation learn from: example sentences beside the packs, and the packs' own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from server.conversation.triage import triage
from server.knowledge.examples import NONE, Example, read_examples
from server.persona.pack import Pack

CLAIMS = "claims"
"""Label of a sentence that claims, advises, reassures, promises or foretells."""


def examples(personas: Path, packs: Mapping[str, Pack]) -> tuple[Example, ...]:
    """What means which red flag: every `*/utterances/*.tsv` of the folder and every sentence its guardrails are held to;
    raises `TableInvalid`."""
    triggers = frozenset(rail for pack in packs.values() for rail in pack.guardrails)
    written = read_examples(personas.glob("*/utterances/*.tsv"), triggers)
    held_to = [example for pack in packs.values() for example in _held_to(pack)]
    return tuple(dict.fromkeys((*written, *held_to))) if written else ()


def free_talk(personas: Path) -> tuple[Example, ...]:
    """What claims something and what claims nothing of all that a persona might say: every `*/free_talk/*.tsv`; raises
    `TableInvalid`."""
    return read_examples(personas.glob("*/free_talk/*.tsv"), frozenset({CLAIMS}))


def _held_to(pack: Pack) -> Iterator[Example]:
    """A sentence of two guardrails is one of the more urgent; one that must not fire here may mean another, or nothing."""
    rails = sorted(pack.guardrails.values(), key=lambda rail: -rail.tier.rank)
    fires = {words: rail.id for rail in rails for words in rail.must_fire}
    yield from (Example(label, words) for words, label in fires.items())
    quiet = {words for rail in rails for words in rail.must_not_fire} - fires.keys()
    yield from (Example(NONE, words) for words in sorted(quiet) if not triage(pack, words)[0])
