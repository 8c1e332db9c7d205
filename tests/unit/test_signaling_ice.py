"""The connectivity servers a page may use."""

from datetime import UTC, datetime

from server.signaling.ice import IceSettings, ice_servers, turn_credential

KIND = "unit"

NOW = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)


def test_one_machine_needs_no_servers() -> None:
    assert ice_servers(IceSettings(), "ci_1", NOW) == []


def test_a_turn_server_without_its_secret_is_not_offered() -> None:
    settings = IceSettings(stun=("stun:stun.example.org",), turn=("turn:turn.example.org",))
    assert ice_servers(settings, "ci_1", NOW) == [{"urls": ["stun:stun.example.org"]}]


def test_turn_credentials_end_after_fifteen_minutes() -> None:
    settings = IceSettings(turn=("turns:turn.example.org:443",), turn_secret="north")
    [server] = ice_servers(settings, "ci_1", NOW)
    assert server["username"] == f"{int(NOW.timestamp()) + 900}:ci_1"
    assert "north" not in str(server)


def test_the_credential_is_the_one_coturn_computes() -> None:
    """From `printf %s 1700000000:ci_1 | openssl dgst -sha1 -hmac north -binary | base64`."""
    expires = datetime.fromtimestamp(1_700_000_000, UTC)
    assert turn_credential("north", "ci_1", expires) == ("1700000000:ci_1", "p+wqZOx/83j4sqJZAOQAtagVNdw=")
