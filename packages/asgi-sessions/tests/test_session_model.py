"""Sessions over several requests are what a dict is that one keeps by hand."""

from __future__ import annotations

import copy
import json
import operator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_sessions import SessionMiddleware
from asgi_sessions.encrypted import EncryptedSessionMiddleware
from asgi_types import Response

SECRET = "a secret of the test"

keys = st.sampled_from("abc")
values = (
    st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2) | st.dictionaries(keys, st.integers(0, 3), max_size=2)
)
steps = st.one_of(
    st.tuples(st.just("set"), keys, values),
    st.tuples(st.just("delete"), keys),
    st.tuples(st.just("grow"), keys, st.integers(0, 3)),
    st.tuples(st.just("update"), st.dictionaries(keys, values, max_size=2)),
    st.tuples(st.just("popitem")),
    st.tuples(st.just("clear")),
    st.tuples(st.just("look")),
    st.tuples(st.just("replace"), st.dictionaries(keys, values, max_size=2)),
)


def grow(session, key, number):
    """Change what is inside of a value, if something is."""
    value = session.get(key)
    if isinstance(value, list):
        value.append(number)
    elif isinstance(value, dict):
        value["a"] = number


DOINGS = {
    "set": operator.setitem,
    "delete": lambda session, key: session.pop(key, None),
    "grow": grow,
    "update": operator.ior,
    "popitem": lambda session: session and session.popitem(),
    "clear": lambda session: session.clear(),
    "look": lambda session: list(session.items()),
}


def do(holder, step):
    """Do this with ``holder["session"]``."""
    name, *arguments = copy.deepcopy(step)
    if name == "replace":
        holder["session"] = arguments[0]
    else:
        DOINGS[name](holder["session"], *arguments)


@pytest.mark.parametrize("make", [SessionMiddleware, EncryptedSessionMiddleware])
@pytest.mark.parametrize("options", [{}, {"rolling": True, "max_lifetime": 1000}])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings.default.max_examples // 2)
@given(requests=st.lists(st.lists(steps, max_size=4), max_size=5))
async def test_it_is_what_a_dict_is(drive, make, options, requests):
    doing = []
    found = []

    async def app(scope, receive, send):
        for step in doing:
            do(scope, step)
        await Response()(scope, receive, send)

    async def show(scope, receive, send):
        found.append(json.loads(json.dumps(scope["session"])))
        await Response()(scope, receive, send)

    model = {"session": {}}
    jar = {}
    for doing in requests:
        for step in doing:
            do(model, step)
        answer = await drive.request(make(app, SECRET, **options), headers=jar)
        for cookie in answer.headers.getlist("set-cookie"):
            pair, _, attributes = cookie.partition(";")
            jar = {} if "expires=" in attributes else {"cookie": pair}
        await drive.request(make(show, SECRET, **options), headers=jar)
        assert found[-1] == model["session"]
        assert bool(jar) == bool(model["session"])
