"""Work that outlives a request: how it is started, how it fails, and how it ends with the application."""

import functools
import logging
import threading
from contextvars import ContextVar

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import BackgroundTaskGroup, PlainTextResponse, request_response, thread_limiter

var = ContextVar("var", default="unset")

LOGGER = "asgi_http.background"


@pytest.fixture(autouse=True)
def log(caplog):
    caplog.set_level(logging.DEBUG, LOGGER)
    return caplog


def lines(log):
    return [(record.levelname, record.getMessage()) for record in log.records if record.name == LOGGER]


# Starting


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_request_starts_work_and_does_not_wait_for_it(drive, is_async):
    order, go_on = [], anyio.Event()

    async def work(*args, **kwargs):
        await go_on.wait()
        order.append((args, kwargs))

    async def endpoint(request):
        tasks.start(work, 1, b=2)
        return PlainTextResponse(str(tasks.names))

    def endpoint_in_thread(request):
        tasks.start(work, 1, b=2)
        return PlainTextResponse(str(tasks.names))

    async with BackgroundTaskGroup() as tasks:
        answer = await drive.request(request_response(endpoint if is_async else endpoint_in_thread))
        assert (len(tasks), order) == (1, [])
        go_on.set()
    assert answer.text.endswith("<locals>.work']")
    assert (len(tasks), tasks.names, order) == (0, [], [((1,), {"b": 2})])


async def test_a_function_that_is_not_async_runs_in_a_thread_of_its_kind():
    seen = []

    def work():
        borrowed = anyio.from_thread.run_sync(lambda: thread_limiter("background").borrowed_tokens)
        seen.append((threading.get_ident() != ident, borrowed))

    ident = threading.get_ident()
    async with BackgroundTaskGroup() as tasks:
        tasks.start(work)
    assert seen == [(True, 1)]


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_task_has_the_context_variables_of_who_starts_it(is_async):
    seen = []

    async def work():
        seen.append(var.get())

    def work_in_thread():
        seen.append(var.get())

    async def start(number):
        var.set(number)
        tasks.start(work if is_async else work_in_thread)

    def start_in_thread():
        var.set("thread")
        tasks.start(work if is_async else work_in_thread)

    async with BackgroundTaskGroup() as tasks, anyio.create_task_group() as requests:
        for number in (1, 2):
            requests.start_soon(start, number)
        requests.start_soon(anyio.to_thread.run_sync, start_in_thread)
    assert set(seen) == {1, 2, "thread"}


async def test_names():
    class Work:
        async def __call__(self):
            pass

        def __repr__(self):
            return "<work>"

    async def work():
        pass

    work.__qualname__ = "work"
    async with BackgroundTaskGroup() as tasks:
        tasks.start(work)
        tasks.start(functools.partial(functools.partial(work)))
        tasks.start(work, name="mine")
        tasks.start(Work())
        assert tasks.names == ["work", "work", "mine", "<work>"]
        assert len(tasks) == 4
    assert tasks.names == []


async def test_a_task_may_start_another():
    done = anyio.Event()

    async def first():
        tasks.start(second)

    async def second():
        done.set()

    async with BackgroundTaskGroup() as tasks:
        tasks.start(first)
        await done.wait()


async def test_a_group_is_true_even_when_nothing_runs():
    assert BackgroundTaskGroup()


# Limits


async def test_no_more_than_max_tasks_at_once():
    async def work():
        await go_on.wait()
        done.append("work")

    go_on, done = anyio.Event(), []
    async with BackgroundTaskGroup(max_tasks=2) as tasks:
        for _ in range(2):
            tasks.start(work)
        with pytest.raises(RuntimeError, match=r"^Cannot start 'third': 2 tasks are running, which is the limit\.$"):
            tasks.start(print, name="third")
        go_on.set()
        await anyio.wait_all_tasks_blocked()
        tasks.start(work)
    assert done == ["work"] * 3


NOT_OPEN = "^Cannot start 'work': the group is not open. It has to be entered in the application's lifespan, and takes"


async def test_it_starts_nothing_outside_its_block():
    tasks = BackgroundTaskGroup()
    with pytest.raises(RuntimeError, match=NOT_OPEN):
        tasks.start(print, name="work")
    async with tasks:
        pass
    with pytest.raises(RuntimeError, match=NOT_OPEN):
        tasks.start(print, name="work")
    with pytest.raises(RuntimeError, match=NOT_OPEN):
        await anyio.to_thread.run_sync(functools.partial(tasks.start, print, name="work"))


async def test_it_starts_nothing_while_it_drains(log):
    async def late():
        await go_on.wait()
        tasks.start(print, name="work")

    errors = []
    go_on = anyio.Event()
    async with BackgroundTaskGroup(on_error=lambda name, error: errors.append((name, str(error)))) as tasks:
        tasks.start(late, name="late")
        await anyio.sleep(0.001)
        go_on.set()
    assert errors[0][0] == "late"
    assert "takes no more tasks once that has ended" in errors[0][1]


async def test_it_is_entered_once_at_a_time():
    done = []
    tasks = BackgroundTaskGroup()
    for number in range(2):
        async with tasks:
            with pytest.raises(RuntimeError, match="The group is open: enter it once"):
                async with tasks:
                    pass
            tasks.start(done.append, number)
    assert done == [0, 1]


async def test_it_cannot_be_left_before_it_is_entered():
    with pytest.raises(AssertionError, match="left before it is entered"):
        await BackgroundTaskGroup().__aexit__(None, None, None)


# Failures


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_failure_is_logged_once_and_stops_nothing(log, is_async):
    error, done = ValueError("x"), []

    def fail():
        raise error

    async def fail_async():
        raise error

    async def work():
        await anyio.sleep(0.01)
        done.append("work")
        if len(done) == 1:
            tasks.start(work)
            await anyio.sleep(0.01)

    async with BackgroundTaskGroup() as tasks:
        tasks.start(fail_async if is_async else fail, name="mail")
        tasks.start(work)
        await anyio.sleep(0.02)
    assert done == ["work", "work"]
    assert lines(log) == [("ERROR", "Background task 'mail' failed")]
    assert log.records[0].exc_info[1] is error


async def test_a_failure_is_given_to_on_error_instead(log):
    error, seen = ValueError("x"), []

    async def fail():
        raise error

    async with BackgroundTaskGroup(on_error=lambda *args: seen.append(args)) as tasks:
        tasks.start(fail, name="mail")
    assert seen == [("mail", error)]
    assert lines(log) == []


async def test_on_error_may_fail(log):
    done = []

    async def fail():
        raise ValueError("x")

    async def work():
        await anyio.sleep(0.005)
        done.append("work")

    def on_error(name, error):
        raise KeyError("y")

    async with BackgroundTaskGroup(on_error=on_error) as tasks:
        tasks.start(work)
        tasks.start(fail, name="mail")
    assert done == ["work"]
    assert lines(log) == [("ERROR", "The on_error of background task 'mail' failed")]
    assert isinstance(log.records[0].exc_info[1], KeyError)
    assert isinstance(log.records[0].exc_info[1].__context__, ValueError)


# The end


async def test_at_the_end_it_waits_for_what_runs(log):
    done = []

    async def work(seconds):
        await anyio.sleep(seconds)
        done.append(seconds)

    async with BackgroundTaskGroup() as tasks:
        for seconds in (0.01, 0.001, 0.02):
            tasks.start(work, seconds)
        assert done == []
    assert done == [0.001, 0.01, 0.02]
    assert lines(log) == []


@pytest.mark.parametrize("seconds", [0, 0.01])
async def test_what_takes_too_long_is_cancelled_and_named(log, seconds):
    order = []

    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            order.append("cancelled")

    async with BackgroundTaskGroup(drain_timeout=seconds) as tasks:
        tasks.start(work, name="slow")
        tasks.start(work, name="slower")
        await anyio.sleep(0.001)
    assert order == ["cancelled", "cancelled"]
    assert lines(log) == [("WARNING", "Background tasks cancelled at shutdown: slow, slower")]
    assert len(tasks) == 0


async def test_a_thread_cannot_be_cancelled_and_is_waited_for(log):
    go_on = threading.Event()
    done = []

    def work():
        assert go_on.wait(10)
        done.append("work")

    class Release(logging.Handler):
        def emit(self, record):
            assert done == []
            go_on.set()

    handler = Release()
    logging.getLogger(LOGGER).addHandler(handler)
    try:
        async with BackgroundTaskGroup(drain_timeout=0.01) as tasks:
            tasks.start(work, name="slow")
    finally:
        logging.getLogger(LOGGER).removeHandler(handler)
    assert done == ["work"]
    assert lines(log) == [("WARNING", "Background tasks cancelled at shutdown: slow")]


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)], ids=repr)
async def test_an_error_of_the_block_is_raised_as_it_is_after_the_work(error):
    done = []

    async def work():
        await anyio.sleep(0.001)
        done.append("work")

    async def block():
        async with tasks:
            tasks.start(work)
            raise error

    tasks = BackgroundTaskGroup()
    with pytest.raises(type(error)) as caught:
        await block()
    assert caught.value is error
    assert done == ["work"]
    with pytest.raises(RuntimeError, match=NOT_OPEN):
        tasks.start(print, name="work")


async def test_when_the_block_is_cancelled_its_tasks_are(log):
    order = []

    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            order.append("cancelled")

    with anyio.CancelScope() as scope:
        async with BackgroundTaskGroup() as tasks:
            tasks.start(work, name="work")
            await anyio.sleep(0.001)
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert (order, len(tasks)) == (["cancelled"], 0)
    assert lines(log) == [("WARNING", "Background tasks cancelled at shutdown: work")]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_when_the_block_waited_for_something_cancelled_its_tasks_are_cancelled_and_it_is_told(log):
    cancelled = anyio.get_cancelled_exc_class()

    async def block():
        async with BackgroundTaskGroup() as tasks:
            tasks.start(anyio.sleep_forever, name="work")
            await anyio.sleep(0.001)
            raise cancelled

    with pytest.raises(cancelled):
        await block()
    assert lines(log) == [("WARNING", "Background tasks cancelled at shutdown: work")]


async def test_a_task_that_would_end_the_process_ends_the_group_and_is_raised_as_it_is():
    async def work():
        raise SystemExit(3)

    async def block():
        async with BackgroundTaskGroup() as tasks:
            tasks.start(work)
            await anyio.sleep_forever()

    with pytest.raises(SystemExit):
        await block()


async def test_when_the_end_is_cancelled_its_tasks_are(log):
    order = []

    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            order.append("cancelled")

    with anyio.move_on_after(0.01) as scope:
        async with BackgroundTaskGroup() as tasks:
            tasks.start(work, name="work")
            await anyio.sleep(0.001)
    assert scope.cancelled_caught
    assert (order, len(tasks)) == (["cancelled"], 0)
    assert lines(log) == [("WARNING", "Background tasks cancelled at shutdown: work")]


async def test_the_log_names_a_hundred_tasks_at_most(log):
    async with BackgroundTaskGroup(drain_timeout=0) as tasks:
        for number in range(102):
            tasks.start(anyio.sleep_forever, name=str(number))
    (line,) = lines(log)
    assert line[1].endswith(" 98, 99 and 2 more")


async def test_many_tasks():
    done = []

    async def work(number):
        await checkpoint()
        done.append(number)

    async with BackgroundTaskGroup() as tasks:
        for number in range(1000):
            tasks.start(work, number)
    assert sorted(done) == list(range(1000))


async def test_a_task_that_cancels_itself_is_nobody_else_s_concern(log):
    async def work():
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anyio.sleep_forever()

    async with BackgroundTaskGroup() as tasks:
        tasks.start(work)
    assert lines(log) == []


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_waiting_for_something_that_was_cancelled_is_a_failure_like_any_other(log):
    done = []

    async def work():
        await anyio.sleep(0.001)
        raise anyio.get_cancelled_exc_class()  # as awaiting a cancelled future does

    async def other():
        await anyio.sleep(0.01)
        done.append("other")

    async with BackgroundTaskGroup() as tasks:
        tasks.start(work, name="work")
        tasks.start(other)
        await anyio.sleep(0.005)
    assert done == ["other"]
    assert lines(log) == [("ERROR", "Background task 'work' failed")]
    assert str(log.records[0].exc_info[1]) == "What the task waited for was cancelled."
