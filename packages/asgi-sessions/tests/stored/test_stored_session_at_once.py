"""Requests of one session at the same time: any interleaving of them does what the documented rule says."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import count

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_sessions import MemorySessionStore, StoredSessionMiddleware
from asgi_sessions._session_age import CREATED


class Rule:
    """The documented rule, without a store: sessions by number, and the number of the one that the browser has."""

    def __init__(self):
        self.numbers = count()
        self.alive = {}
        self.cookie = None

    def begin(self, entries):
        self.cookie = next(self.numbers)
        self.alive[self.cookie] = dict(entries)

    def save(self, number, before, after, flags):
        is_modified, is_regenerated, is_ended = flags
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        removed = before.keys() - after.keys()
        if not is_modified or (number is None and not after):
            return
        if not after or is_ended:
            if self.alive.pop(number, None) is not None or is_ended:
                self.cookie = None
            changed = after
        elif number in self.alive:
            entries = self.alive[number]
            changed = {**{name: value for name, value in entries.items() if name not in removed}, **changed}
            self.alive[number], self.cookie = changed, number
            if is_regenerated:
                self.begin(self.alive.pop(number))  # be it without entries, as others have removed the rest
            return
        elif number is not None:
            return  # be it a sign-in: what has ended does not come back, nor does a part of it
        if changed:
            self.begin(changed)


def perform(session, acts):
    """What one request does; the same for a `Session` and a dict. Whether it was changed, regenerated and ended."""
    is_modified = is_regenerated = is_ended = False
    for act, *args in acts:
        if act == "set":
            session[args[0]] = deepcopy(args[1])
            is_modified = True
        elif act == "append":
            if isinstance(session.get(args[0]), list):
                session[args[0]].append(args[1])
                is_modified = True
        elif act == "pop":
            is_modified = is_modified or args[0] in session
            session.pop(args[0], None)
        elif act == "read":
            dict(session)
        else:
            if act != "regenerate":
                session.clear()
            if hasattr(session, act):
                getattr(session, act)()
            is_modified = True
            is_regenerated = True
            is_ended = is_ended or act == "invalidate"
    return is_modified, is_regenerated, is_ended


names = st.sampled_from("abc")
acts = st.lists(
    st.tuples(st.just("set"), names, st.integers(1, 3))
    | st.tuples(st.just("set"), names, st.lists(st.integers(1, 2), max_size=1))
    | st.tuples(st.just("append"), names, st.integers(1, 3))
    | st.tuples(st.just("pop"), names)
    | st.tuples(st.sampled_from(["read", "clear", "regenerate", "invalidate"])),
    max_size=4,
)


@st.composite
def schedules(draw):
    """What each of some requests does, and the order in which they begin and end, at most three at a time."""
    requests = draw(st.lists(acts, min_size=2, max_size=5))
    begun, running, order = 0, [], []
    while begun < len(requests) or running:
        may_begin = begun < len(requests) and len(running) < 3
        if may_begin and (not running or draw(st.booleans())):
            running.append(begun)
            order.append(begun)
            begun += 1
        else:
            order.append(running.pop(draw(st.integers(0, len(running) - 1))))
    return requests, order


class Exchange:
    """One request, which waits between its beginning and its end until it is told to go on."""

    def __init__(self, acts, cookie):
        self.acts = acts
        self.headers = [] if cookie is None else [(b"cookie", f"session={cookie}".encode())]
        self.has_begun = anyio.Event()
        self.may_end = anyio.Event()
        self.has_ended = anyio.Event()
        self.answer = None
        self.flags = None


async def serve(scope, receive, send):
    exchange = scope["state"]["exchange"]
    exchange.has_begun.set()
    await exchange.may_end.wait()
    exchange.flags = perform(scope["session"], exchange.acts)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class Browser:
    """Sends requests at the same time, with the cookie that it has when each begins."""

    def __init__(self, drive, tasks):
        self.drive = drive
        self.tasks = tasks
        self.store = MemorySessionStore()
        self.app = StoredSessionMiddleware(serve, self.store)
        self.cookie = None

    async def begin(self, acts):
        exchange = Exchange(acts, self.cookie)
        self.tasks.start_soon(self.run, exchange)
        await exchange.has_begun.wait()
        return exchange

    async def run(self, exchange):
        exchange.answer = await self.drive.request(self.app, headers=exchange.headers, state={"exchange": exchange})
        exchange.has_ended.set()

    async def end(self, exchange):
        exchange.may_end.set()
        await exchange.has_ended.wait()
        for header in exchange.answer.headers.getlist("set-cookie"):
            value = header.partition("=")[2].partition(";")[0]
            self.cookie = None if value == "null" else value
        return exchange.flags

    async def found(self):
        exchange = await self.begin([("read",)])
        await self.end(exchange)
        return dict(exchange.answer.scope["session"])

    def kept(self):
        """All that is in the store, but for the middleware's own."""
        kept = [
            {name: json.loads(value) for name, value in values.items()} for values, _ in self.store._sessions.values()
        ]
        assert all(entries.pop(CREATED) for entries in kept)
        return kept


def sorted_sessions(found):
    return sorted(json.dumps(entries, sort_keys=True) for entries in found)


@settings(max_examples=2 * settings.default.max_examples, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedule=schedules(), first=st.dictionaries(names, st.integers(1, 3) | st.just([1])))
async def test_any_interleaving_follows_the_rule(drive, schedule, first):
    requests, order = schedule
    rule = Rule()
    async with anyio.create_task_group() as tasks:
        browser = Browser(drive, tasks)
        if first:
            await browser.end(await browser.begin([("set", *item) for item in first.items()]))
            rule.begin(first)
        running = {}
        for place in order:
            if place not in running:
                number = rule.cookie if rule.cookie in rule.alive else None
                before = json.dumps(rule.alive.get(number, {}))
                running[place] = await browser.begin(requests[place]), number, before
                continue
            exchange, number, before = running[place]
            await browser.end(exchange)
            after = json.loads(before)
            flags = perform(after, requests[place])
            rule.save(number, json.loads(before), after, flags)
            assert sorted_sessions(browser.kept()) == sorted_sessions(rule.alive.values())
            assert await browser.found() == rule.alive.get(rule.cookie, {})


@pytest.mark.parametrize("times", [2, 3])
async def test_requests_at_once_that_change_different_entries_keep_all(drive, times):
    async with anyio.create_task_group() as tasks:
        browser = Browser(drive, tasks)
        await browser.end(await browser.begin([("set", "a", 0)]))
        running = [await browser.begin([("set", f"tab {number}", number)]) for number in range(times)]
        for exchange in reversed(running):
            await browser.end(exchange)
        assert await browser.found() == {"a": 0, **{f"tab {number}": number for number in range(times)}}
