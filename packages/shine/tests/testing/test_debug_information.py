"""What a rendered page tells of itself."""

import pytest

START = {"type": "http.response.start", "status": 200, "headers": []}
END = {"type": "http.response.body", "body": b"."}


@pytest.mark.parametrize("info", [{"template": "a.html"}, {"context": {"b": 1}}], ids=["template", "context"])
def test_a_rendered_page_tells_of_itself(ask, sends, info):
    response = ask(sends({"type": "http.response.debug", "info": info}, START, {"type": "http.response.body"}))
    assert {name: getattr(response, name) for name in info} == info
    assert hasattr(response, "template") is ("template" in info)


def test_no_debug_information(ask, sends):
    response = ask(sends({"type": "http.response.debug", "info": {"other": 1}}, START, END))
    assert not hasattr(response, "template")
    assert not hasattr(response, "context")
