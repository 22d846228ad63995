import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


@pytest.fixture
def shown(report, fails):
    async def make(path="/", headers=(), **scope):
        return (await report(fails(ValueError()), path=path, headers=headers, **scope))["request"]

    return make


async def test_what_was_asked_for(shown):
    headers = [("host", "shop.example"), ("x-one", "1"), ("x-one", "2")]
    found = await shown("/orders/7?page=2&page=3", headers, method="PUT", path_params={"id": 7}, state={"pool": [1]})
    assert found == {
        "method": "PUT",
        "url": "http://shop.example/orders/7?page=2&page=3",
        "http_version": "1.1",
        "client": "testclient:50000",
        "headers": [["accept", "application/json"], ["host", "shop.example"], ["x-one", "1"], ["x-one", "2"]],
        "path_params": [["id", "7"]],
        "query_params": [["page", "2"], ["page", "3"]],
        "cookies": [],
        "state": [["pool", "[1]"]],
    }


async def test_secrets_are_masked(shown):
    headers = [("authorization", "abc"), ("cookie", "theme=dark; id=x"), ("x-csrf-token", "abc")]
    found = await shown(
        "/?pin=1&to%6ben=a+b&token=&flag&page=2", headers, path_params={"secret": "abc"}, state={"token": "abc"}
    )
    assert found["headers"][1:] == [["authorization", "********"], ["cookie", "********"], ["x-csrf-token", "********"]]
    assert found["cookies"] == [["theme", "********"], ["id", "********"]]
    assert found["query_params"][:2] == [["pin", "********"], ["token", "********"]]
    assert found["url"] == "http://testserver/?pin=********&to%6ben=********&token=&flag&page=2"
    assert (found["path_params"], found["state"]) == ([["secret", "********"]], [["token", "********"]])


async def test_a_value_in_the_path_is_masked_where_it_is_known(shown):
    found = await shown("/reset/0123456789", path_params={"reset_token": "0123456789"})
    assert found["url"] == "http://testserver/reset/********"


async def test_a_scope_with_the_least(shown):
    found = await shown(client=None, http_version="", state=None)
    assert (found["client"], found["http_version"], found["state"]) == ("", "", [])


async def test_all_is_bounded(shown):
    headers = [(f"x-{number}", "v" * 5000) for number in range(300)] + [
        ("cookie", "; ".join(f"c{n}=v" for n in range(300)))
    ]
    params = {str(number): number for number in range(300)}
    found = await shown("/?" + "&".join(f"a{n}=v" for n in range(300)), headers, path_params=params, state=params)
    assert len(found["url"]) < 2100
    for part in ("headers", "query_params", "cookies", "path_params", "state"):
        assert len(found[part]) == 100
    assert found["headers"][1][1] == "v" * 1000 + "… (5000 characters)"
