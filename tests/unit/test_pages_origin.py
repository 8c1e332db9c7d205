"""Which requests are believed to come from our own pages."""

import pytest

from server.pages.origin import is_ours

KIND = "unit"

HOST = "nightlight.example:8443"
OURS = f"https://{HOST}"


@pytest.mark.parametrize(
    ("origin", "fetch_site"),
    [(OURS, "same-origin"), (OURS, "none"), (OURS, None), (OURS.upper(), None), ("null", "same-origin")],
)
def test_our_own_page_is_believed(origin: str, fetch_site: str | None) -> None:
    assert is_ours(HOST, origin, fetch_site)


@pytest.mark.parametrize(
    ("origin", "fetch_site"),
    [
        (OURS, "cross-site"),
        (OURS, "same-site"),
        ("https://evil.example", "same-origin"),
        ("https://nightlight.example", None),
        (f"https://{HOST}.evil.example", None),
        ("null", None),
        ("null", "none"),
        ("null", "cross-site"),
        (None, "same-origin"),
        (None, None),
        ("", None),
    ],
)
def test_everybody_else_is_not(origin: str | None, fetch_site: str | None) -> None:
    assert not is_ours(HOST, origin, fetch_site)
