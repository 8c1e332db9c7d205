"""Which addresses of a page the server may send a packet to."""

import pytest

from server.signaling.candidate import Candidate, CandidatePolicy, read_candidate

KIND = "unit"

PUBLIC = CandidatePolicy()
LAN = CandidatePolicy(lan=True)
MDNS_NAME = "3f2a9c1e-5b7d-4e21-9a10-0c1d2e3f4a5b.local"


def read(address: str, policy: CandidatePolicy = PUBLIC) -> Candidate | None:
    return read_candidate(f"candidate:1 1 udp 2122194687 {address} 50000 typ host generation 0", "0", 0, policy)


def test_a_candidate_of_chrome_is_read() -> None:
    text = "candidate:842163049 1 UDP 1677729535 8.8.4.4 46154 typ srflx raddr 10.0.0.17 rport 46154 generation 0"
    assert read_candidate(text, "0", 0, PUBLIC) == Candidate("842163049", 1677729535, "8.8.4.4", 46154, "srflx", "0", 0)


def test_what_travels_on_leaves_out_the_home_network() -> None:
    text = "candidate:1 1 udp 7 8.8.4.4 46154 typ srflx raddr 10.0.0.17 rport 46154 ufrag abcd"
    candidate = read_candidate(text, "audio", None, PUBLIC)
    assert candidate is not None
    assert candidate.text == "1 1 udp 7 8.8.4.4 46154 typ srflx"


@pytest.mark.parametrize("address", ["8.8.4.4", "2606:4700::1111", "64:ff9b::808:404"])
def test_public_addresses_pass(address: str) -> None:
    assert read(address) is not None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "100.64.0.1",
        "192.0.2.2",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:0a00:0001::1",
        "64:ff9b::a00:1",
    ],
)
def test_inner_addresses_pass_on_a_local_network_only(address: str) -> None:
    assert read(address) is None
    assert read(address, LAN) is not None


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200", "0.0.0.0", "::", "224.0.0.1"],  # noqa: S104
)
def test_some_addresses_pass_nowhere(address: str) -> None:
    assert read(address) is None
    assert read(address, LAN) is None


def test_a_hidden_name_passes_where_the_server_can_resolve_it() -> None:
    assert read(MDNS_NAME) is None
    assert read(MDNS_NAME, LAN) is None
    assert read(MDNS_NAME, CandidatePolicy(lan=True, mdns=True)) is not None


@pytest.mark.parametrize("name", ["localhost", "printer.local", "metadata.google.internal", "0x7f000001", "127.1"])
def test_no_other_name_is_ever_looked_up(name: str) -> None:
    assert read(name, CandidatePolicy(lan=True, mdns=True)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "candidate:",
        "candidate:1 1 udp 1 8.8.4.4",
        "candidate:1 1 tcp 1 8.8.4.4 9 typ host tcptype active",
        "candidate:1 2 udp 1 8.8.4.4 50000 typ host",
        "candidate:1 1 udp 0 8.8.4.4 50000 typ host",
        "candidate:1 1 udp 4294967296 8.8.4.4 50000 typ host",
        "candidate:1 1 udp 1 8.8.4.4 0 typ host",
        "candidate:1 1 udp 1 8.8.4.4 70000 typ host",
        "candidate:1 1 udp 1 8.8.4.4 50000 typ unheard",
        "candidate:1 1 udp 1 8.8.4.4 50000 typ host\r\na=setup:active",
        "candidate:1 1 udp 1 8.8.4.4 50000 typ host " + "x" * 600,
        "candidate:1 1 udp 1 8.8.4.4%eth0 50000 typ host",
        "candidate:\u0661 1 udp 1 8.8.4.4 50000 typ host",
    ],
)
def test_what_is_no_usable_candidate_is_none(text: str) -> None:
    assert read_candidate(text, "0", 0, LAN) is None


@pytest.mark.parametrize(("mid", "line"), [(None, None), ("", 0), ("a b", 0), ("x" * 65, 0), ("0", -1), ("0", 256)])
def test_it_must_name_its_media_section(mid: str | None, line: int | None) -> None:
    assert read_candidate("candidate:1 1 udp 1 8.8.4.4 50000 typ host", mid, line, LAN) is None
