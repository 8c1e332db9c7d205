"""The site's file about paging: what it changes, and what it may not."""

from pathlib import Path

import pytest

from server.escalation.ladder import Channel
from server.paging import policies, read_site
from server.persona.loading import load_pack
from server.persona.source import PackError
from server.vocabulary.findings import Tier
from server.vocabulary.ids import StaffId

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
NUMBER = '{value: 60, unit: s, source: "our committee, 2027-01", status: signed}'
TIER = f"""acknowledge_within: {NUMBER}
    claim_within: {NUMBER}
    next_address_after: {NUMBER}
    repeat_after: {NUMBER}
    steps: [{{who: [nia@clinic.example], after: {NUMBER}, channels: [sms]}}]
"""
SITE = f"""
zone: America/Chicago
people:
  Nia@clinic.example:
    zone: America/New_York
    lines:
      - {{channel: push, url: "json://127.0.0.1:1/", agreement: "none needed"}}
      - {{channel: sms, url: "json://127.0.0.1:2/"}}
catch_all:
  - {{channel: voice, url: "json://127.0.0.1:3/secretcanary"}}
tiers:
  urgent:
    {TIER}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "escalation.yaml"
    path.touch(0o600)
    return path


def complaint(file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(PackError) as caught:
        read_site(file)
    return str(caught.value)


def test_people_are_reached_in_their_own_order(file: Path) -> None:
    file.write_text(SITE)
    site = read_site(file)
    nia = site.book.person("nia@clinic.example", StaffId("st_1"))
    assert [address.channel for address in nia.addresses] == [Channel.PUSH, Channel.SMS]
    assert [site.book.url(address.id) for address in nia.addresses] == ["json://127.0.0.1:1/", "json://127.0.0.1:2/"]
    assert (nia.zone.key, site.zone_of("somebody@else.example").key) == ("America/New_York", "America/Chicago")
    assert site.book.operations.addresses == site.book.catch_all.addresses, "nobody else is named"


def test_a_tier_is_the_sites_where_it_says_so(file: Path) -> None:
    file.write_text(SITE)
    merged = read_site(file).escalation(PACK.id, PACK.escalation)
    assert merged.tiers[Tier.URGENT].steps[0].who == ("nia@clinic.example",)
    assert merged.tiers[Tier.EMERGENCY] == PACK.escalation.tiers[Tier.EMERGENCY]


def test_without_a_file_everything_is_printed() -> None:
    site = read_site(None)
    assert not site.book.reaches_people
    assert [address.channel for address in site.book.catch_all.addresses] == [Channel.CONSOLE]


def test_every_tier_has_a_ladder_of_which_the_last_step_rings_somebody() -> None:
    ladders = policies({"post-discharge": PACK.escalation})
    for policy in ladders["post-discharge"].values():
        assert "catch_all" in policy.steps[-1].who
        assert policy.steps[0].wait.total_seconds() == 0
    assert ladders[""] == ladders["post-discharge"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("zone: Mars/Base\n", "escalation.yaml:1: zone: Value error, no such time zone"),
        ("\npeople: {a@b.example: {lines: [{channel: fax, url: 'json://x/'}]}}\n", "channel"),
        ("catch_all: [{channel: sms, url: 'gopher://secretcanary'}]\n", "Apprise cannot read this address"),
        ("nonsense: 1\n", "escalation.yaml:1: nonsense"),
        (
            f"tiers:\n  urgent:\n    quiet_hours: {{begin: '21:00', end: '07:00', source: x, status: signed}}\n    {TIER}",
            "only same_day and fyi may have quiet hours",
        ),
    ],
)
def test_a_wrong_file_is_told_where_and_never_shows_an_address(file: Path, text: str, what: str) -> None:
    told = complaint(file, text)
    assert what in told
    assert "canary" not in told


def test_a_file_that_everybody_may_read_is_refused(file: Path) -> None:
    file.write_text(SITE)
    file.chmod(0o644)
    with pytest.raises(PackError, match="chmod 600"):
        read_site(file)


def test_an_address_shows_itself_nowhere(file: Path) -> None:
    file.write_text(SITE)
    site = read_site(file)
    assert "canary" not in repr(site.content)
    assert "canary" not in repr(site.book.catch_all)


def test_texts_to_patients_need_an_agreement_and_a_place_for_the_number(file: Path) -> None:
    text = 'patient_texts: {url: "json://127.0.0.1:1/secretcanary?+to={phone}", agreement: "BAA, 2026-03-01"}\n'
    file.write_text(text)
    assert read_site(file).content.patient_texts is not None
    assert "agreement" in complaint(file, text.replace(', agreement: "BAA, 2026-03-01"', ""))
    refused = complaint(file, text.replace("{phone}", "+15550100"))
    assert "{phone}" in refused
    assert "secretcanary" not in refused


def test_a_site_keeps_the_packs_calls_back(file: Path) -> None:
    file.write_text(SITE)
    assert [one.value for one in read_site(file).escalation(PACK.id, PACK.escalation).call_back] == [0, 120, 300]
