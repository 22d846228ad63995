import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


async def test_the_object(report):
    def function():
        password = "hunter2"
        raise ValueError(f"no, {password}")

    found = await report(function, path="/orders")
    assert list(found) == ["title", "errors", "request", "versions"]
    assert found["title"] == "ValueError: no, ********"
    (error,) = found["errors"]
    assert (error["relation"], error["type"], error["module"]) == ("raised", "ValueError", "builtins")
    frame = error["frames"][0]
    assert frame["variables"] == {"password": "********"}
    line = next(line for line in frame["source"] if line["is_current"])
    assert (line["number"], line["text"].strip()) == (frame["line"], 'raise ValueError(f"no, {password}")')
    assert found["request"]["url"] == "http://testserver/orders"


async def test_text_stays_text(debugged, fails):
    answer = await debugged(fails(ValueError("Zoë caf\udce9")), "application/json")
    assert answer.headers["content-type"] == "application/json"
    assert "Zoë caf\\udce9" in answer.text
