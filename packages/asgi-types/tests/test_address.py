"""A network address."""

from asgi_types import Address


def test_it_is_a_pair_with_names() -> None:
    address = Address("::1", port=8000)
    assert (address.host, address.port) == ("::1", 8000)
    assert address == ("::1", 8000)
    host, port = address
    assert (host, port) == ("::1", 8000)
    assert repr(address) == "Address(host='::1', port=8000)"
