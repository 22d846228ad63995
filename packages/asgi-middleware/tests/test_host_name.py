import pytest

from asgi_middleware._host_name import is_host_name


@pytest.mark.parametrize(
    "host", ["a", "www.example.org", "WWW.Example.org", "a_b.example", "xn--bcher-kva.example", "a.b."]
)
def test_names(host):
    assert is_host_name(host)


@pytest.mark.parametrize(
    "host", ["", ".", ".a", "a..b", "a..", "%00.a", "a b", "[::1]", "a\n", "b\xfccher", "a,b", "a:1"]
)
def test_what_is_no_name(host):
    assert not is_host_name(host)


def test_time_is_linear(assert_linear):
    for part in ("a", "a.", ".", "-"):
        assert_linear(is_host_name, lambda n, part=part: part * n + "!", 50_000)
