import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware._networks import Networks, client_host, ip_address


@pytest.mark.parametrize(
    ("networks", "inside", "outside"),
    [
        ([], [], ["10.0.0.1", "::1", None, ""]),
        (["10.0.0.1"], ["10.0.0.1", "::ffff:10.0.0.1", "::FFFF:a00:1"], ["10.0.0.2", "::10.0.0.1", "010.0.0.1"]),
        (["10.0.0.0/8"], ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], ["9.255.255.255", "11.0.0.0", "::1"]),
        (["fd00::/8"], ["fd00::", "FDff::1", "fd00::1%eth0"], ["fe00::", "10.0.0.1", "[fd00::1]"]),
        (["::ffff:10.0.0.1"], ["10.0.0.1", "::ffff:10.0.0.1"], ["10.0.0.2"]),
        (["::ffff:10.0.0.0/104"], ["10.1.2.3", "::ffff:10.1.2.3"], ["11.0.0.0"]),
        (["::/0"], ["::1", "ffff::"], ["10.0.0.1", "::ffff:10.0.0.1"]),
        (["0.0.0.0/0"], ["10.0.0.1", "::ffff:10.0.0.1"], ["::1"]),
        (["unix"], [None], ["unix", "10.0.0.1", ""]),
        (["unix", "10.0.0.1"], [None, "10.0.0.1"], ["10.0.0.2"]),
        (["*"], [None, "10.0.0.1", "::1", "testclient", ""], []),
        ("10.0.0.1", ["10.0.0.1"], ["10.0.0.2"]),
        ("*", ["10.0.0.1"], []),
    ],
)
def test_what_is_in_a_set_of_networks(networks, inside, outside):
    made = Networks(networks)
    assert [host for host in (*inside, *outside) if host in made] == inside
    assert bool(made) is bool(inside)


@pytest.mark.parametrize(
    "host", ["", "localhost", "10.0.0", "10.0.0.1.1", "10.0.0.256", "10.0.0.1 ", "10.0.0.1:80", "1", "[::1]", "::1::"]
)
def test_what_is_no_address_is_in_no_network(host):
    assert host not in Networks(["0.0.0.0/0", "::/0"])
    assert ip_address(host) is None


@pytest.mark.parametrize(
    "network", ["", "localhost", "10.0.0.1/8", "10.0.0.0/33", "10.0.0", "fd00::1/8", "10.0.0.1,10.0.0.2", "unix ", "**"]
)
def test_what_is_no_network_is_refused_with_the_fix(network):
    with pytest.raises(ValueError, match=re.escape("Write it as '10.0.0.1', '10.0.0.0/8' or 'fd00::/8'")):
        Networks(["10.0.0.1", network])


def test_what_is_too_long_for_an_address_is_not_kept():
    made = Networks(["fe80::/10"])
    assert f"fe80::1%{'a' * 56}" in made
    assert f"fe80::1%{'a' * 57}" not in made
    assert made._is_known.cache_info().currsize == 1


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@given(ADDRESSES, ADDRESSES, st.integers(0, 128))
def test_networks_are_those_of_the_standard_library(host, base, prefix):
    network = ipaddress.ip_network((base, min(prefix, base.max_prefixlen)), strict=False)
    made = Networks([str(network)])
    is_mapped = getattr(network.network_address, "ipv4_mapped", None) is not None  # then it is an IPv4 one, as written
    assert (str(network.network_address) in made) is (not is_mapped or network.prefixlen >= 96)
    if getattr(host, "ipv4_mapped", None) is None and getattr(base, "ipv4_mapped", None) is None:
        assert (str(host) in made) is (host.version == network.version and host in network)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_may_be_written_as_ipv6(address):
    assert ip_address(f"::ffff:{address}") == address
    assert str(address) in Networks([f"::ffff:{address}"])
    assert f"::ffff:{address}" in Networks([str(address)])


@given(st.text())
def test_any_text_is_in_or_out(text):
    known = text in Networks(["0.0.0.0/0", "::/0"])
    assert known is (ip_address(text) is not None and len(text) <= 64)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({}, None),
        ({"client": None}, None),
        ({"client": ("10.0.0.1", 80)}, "10.0.0.1"),
        ({"client": ["::1", 80]}, "::1"),
        ({"client": ("", 0)}, None),
        ({"client": (None, None)}, None),
    ],
)
def test_client_host(scope, expected):
    assert client_host(scope) == expected


def test_time_is_linear(assert_linear):
    for part in ("1", ":", "1.", "::ffff:", "%"):
        assert_linear(ip_address, lambda n, part=part: part * n, 20_000)
