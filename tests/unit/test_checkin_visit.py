"""What the conversation may use of a chart, fixed on the day a check-in began."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.checkin.visit import visit_on
from server.demo import people
from server.persona.loading import load_pack

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
TODAY = date(2026, 11, 20)
MARIA, JOSEPH = people(TODAY)


def test_maria() -> None:
    visit = visit_on(MARIA, PACK, TODAY)
    assert (visit.conditions, visit.services, visit.days_since_discharge) == (("heart_failure",), ("home nurse",), 2)
    assert (visit.started, visit.risks, visit.next_visit) == (("apixaban",), ("blood_thinner",), date(2026, 11, 26))


def test_joseph_had_surgery_and_has_no_visit_yet() -> None:
    visit = visit_on(JOSEPH, PACK, TODAY)
    assert (visit.conditions, visit.next_visit, visit.risks) == (("postop_wound",), None, ())


@pytest.mark.parametrize(("day", "old"), [(date(2028, 11, 1), False), (date(2028, 11, 2), True)])
def test_eighty_from_the_birthday_on(day: date, *, old: bool) -> None:
    assert ("age_80" in visit_on(JOSEPH, PACK, day).risks) is old


def test_a_visit_that_is_over_is_not_known_any_more() -> None:
    assert visit_on(replace(MARIA, next_visit=date(2026, 11, 19)), PACK, TODAY).next_visit is None


def test_the_charts_own_risks_and_parameters() -> None:
    chart = replace(MARIA, risks=("chemo_or_transplant",), parameters=(("hf.gain_1d_lb", 2.0),))
    visit = visit_on(chart, PACK, TODAY)
    assert visit.risks == ("chemo_or_transplant", "blood_thinner")
    assert visit.parameters == (("hf.gain_1d_lb", 2.0),)
