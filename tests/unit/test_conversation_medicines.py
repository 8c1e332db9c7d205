"""Medicine names: by brand, by how they are misheard, and never one for another."""

from pathlib import Path

import pytest

from server.conversation.heard import hear
from server.conversation.medicines import Named, Names, groups_of, named_in, names_of
from server.persona.loading import load_pack

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
LIST = ["apixaban", "furosemide", "metoprolol 25 mg", "Lisinopril"]


@pytest.fixture(scope="module")
def names() -> Names:
    return names_of(PACK.medicines, LIST, PACK.everyday_names)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("my Eliquis", "apixaban"),
        ("the eloquis", "apixaban"),
        ("a pixaban", "apixaban"),
        ("the blood thinner", "apixaban"),
        ("my water pill", "furosemide"),
        ("Lasix", "furosemide"),
        ("metro pro lol", "metoprolol 25 mg"),
        ("listen a pill", "Lisinopril"),
    ],
)
def test_any_name_of_a_listed_medicine(names: Names, words: str, name: str) -> None:
    found = named_in(names, hear(words))
    assert [(one.name, one.sure) for one in found] == [(name, True)]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("the elequest", "apixaban"),
        ("ferosemide", "furosemide"),
        ("metroprolol", "metoprolol 25 mg"),
        ("lisinoprol", "Lisinopril"),
    ],
)
def test_what_only_sounds_like_it_is_not_sure(names: Names, words: str, name: str) -> None:
    found = named_in(names, hear(words))
    assert [(one.name, one.sure) for one in found] == [(name, False)]


@pytest.mark.parametrize("words", ["hydroxyzine", "Celebrex", "Losec", "prednisolone", "Zocor"])
def test_another_medicine_is_never_taken_for_a_listed_one(words: str) -> None:
    names = names_of(PACK.medicines, ["hydralazine", "Celexa", "Lasix", "prednisone"], PACK.everyday_names)
    assert not {one.name for one in named_in(names, hear(words))} & {"hydralazine", "Celexa", "Lasix", "prednisone"}


@pytest.mark.parametrize("words", ["I don't know", "the little white one", "every morning with breakfast", ""])
def test_ordinary_words_are_no_medicine(names: Names, words: str) -> None:
    assert named_in(names, hear(words)) == ()


@pytest.mark.parametrize("words", ["because", "around", "anyway", "2 blocks", "again can you", "about your fall"])
def test_a_word_that_shares_only_some_sounds_is_no_medicine(words: str) -> None:
    listed = ["Bumex", "Effient", "Aleve", "amoxicillin", "albuterol"]
    assert named_in(names_of(PACK.medicines, listed, PACK.everyday_names), hear(words)) == ()


@pytest.mark.parametrize(
    ("words", "name"),
    [("zarelto", "Xarelto"), ("aliquis", "Eliquis"), ("me topper law", "Lopressor"), ("elequest", "Eliquis")],
)
def test_a_name_is_known_by_its_sound_alone(words: str, name: str) -> None:
    """Without the list of how it is misheard."""
    generic, spelled = PACK.medicines[name.lower()].generic, PACK.medicines[name.lower()]
    own = {one.lower(): generic for one in (spelled.generic, *spelled.brands)}
    assert named_in(Names(own, {}), hear(words)) == (Named(generic, words, sure=False),)


def test_two_of_a_group_have_no_everyday_name() -> None:
    names = names_of(PACK.medicines, ["warfarin", "Lovenox"], PACK.everyday_names)
    assert named_in(names, hear("my blood thinner")) == ()


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Eliquis", "blood_thinner"),
        ("insulin glargine 10 units", "insulin_or_sulfonylurea"),
        ("Oxycodone 5 mg", "opioid"),
    ],
)
def test_groups(name: str, group: str) -> None:
    assert group in groups_of(PACK.medicines, name)


def test_no_name_belongs_to_two_medicines() -> None:
    assert {name for name, medicine in PACK.medicines.items() if name not in medicine.names} == set()
