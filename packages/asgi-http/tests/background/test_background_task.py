"""Work after a response: where it runs, and what happens when it fails."""

import functools
import threading
from contextvars import ContextVar

import anyio
import pytest

from asgi_http import BackgroundTask, BackgroundTasks, PlainTextResponse, thread_limiter

var = ContextVar("var", default="unset")


def recorder():
    calls = []

    async def record(*args, **kwargs):
        calls.append((args, kwargs, threading.get_ident()))

    def record_in_thread(*args, **kwargs):
        calls.append((args, kwargs, threading.get_ident()))

    return calls, record, record_in_thread


async def test_an_async_function_is_awaited():
    calls, record, _ = recorder()
    task = BackgroundTask(record, 1, b=2)
    assert (task.func, task.args, task.kwargs, task.is_async) == (record, (1,), {"b": 2}, True)
    await task()
    assert calls == [((1,), {"b": 2}, threading.get_ident())]


async def test_another_runs_in_a_thread_with_the_caller_s_context():
    calls, _, record = recorder()

    def work(*args, **kwargs):
        record(var.get(), *args, **kwargs)

    var.set("set")
    task = BackgroundTask(work, 1, b=2)
    assert (task.func, task.args, task.kwargs, task.is_async) == (work, (1,), {"b": 2}, False)
    await task()
    assert calls[0][:2] == (("set", 1), {"b": 2})
    assert calls[0][2] != threading.get_ident()


async def test_threads_of_background_work_are_its_own():
    for kind in ("files", "streams"):
        thread_limiter(kind).total_tokens = 1
        await thread_limiter(kind).acquire_on_behalf_of("another")
    borrowed = []
    await BackgroundTask(lambda: borrowed.append(thread_limiter_borrowed()))()
    assert borrowed == [1]


def thread_limiter_borrowed():
    return anyio.from_thread.run_sync(lambda: thread_limiter("background").borrowed_tokens)


async def test_partials_and_objects_may_be_async():
    calls, record, _ = recorder()

    class Work:
        async def __call__(self, *args):
            await record(*args)

    for func in (functools.partial(record, 1), functools.partial(Work(), 1)):
        assert BackgroundTask(func).is_async
        await BackgroundTask(func)()
    assert [call[0] for call in calls] == [(1,), (1,)]


async def test_arguments_may_have_names_that_are_used_here():
    calls, record, _ = recorder()
    await BackgroundTask(record, args=1, kwargs=2, tasks=3)()
    tasks = BackgroundTasks()
    tasks.add_task(record, args=1, kwargs=2, tasks=3)
    await tasks()
    assert [call[1] for call in calls] == [{"args": 1, "kwargs": 2, "tasks": 3}] * 2


async def test_it_runs_after_the_response(drive):
    calls, record, _ = recorder()

    async def app(scope, receive, send):
        async def note(message):
            calls.append(message["type"])
            await send(message)

        await PlainTextResponse("x", background=BackgroundTask(record, 1))(scope, receive, note)

    await drive.request(app)
    assert calls[:2] == ["http.response.start", "http.response.body"]
    assert calls[2][0] == (1,)


@pytest.mark.parametrize("is_async", [True, False])
async def test_what_a_task_raises_is_raised_as_it_is(drive, is_async):
    error = ValueError("x")

    def fail():
        raise error

    async def fail_async():
        raise error

    task = BackgroundTask(fail_async if is_async else fail)
    with pytest.raises(ValueError) as caught:
        await drive.request(PlainTextResponse("x", background=task))
    assert caught.value is error


# Several


async def test_tasks_run_one_after_the_other():
    order = []

    async def work(name):
        order.append(f"{name} begins")
        await anyio.sleep(0.001)
        order.append(f"{name} ends")

    tasks = BackgroundTasks([BackgroundTask(work, "one")])
    tasks.add_task(work, name="two")
    tasks.add_task(order.append, "three")
    assert [task.is_async for task in tasks.tasks] == [True, True, False]
    await tasks()
    assert order == ["one begins", "one ends", "two begins", "two ends", "three"]


async def test_no_tasks():
    await BackgroundTasks()()


def test_several_tasks_are_a_task():
    given = (BackgroundTask(print),)
    tasks = BackgroundTasks(given)
    assert isinstance(tasks, BackgroundTask)
    assert tasks.tasks == [*given]


async def test_a_task_may_add_another():
    order = []
    tasks = BackgroundTasks()

    async def first():
        order.append("first")
        tasks.add_task(second)

    async def second():
        order.append("second")

    tasks.add_task(first)
    await tasks()
    assert order == ["first", "second"]


def failing_tasks(*errors):
    done = []

    async def work(error):
        done.append(error)
        if error is not None:
            raise error

    return done, BackgroundTasks([BackgroundTask(work, error) for error in errors])


async def test_one_that_fails_does_not_keep_the_others_from_running():
    error = ValueError("x")
    done, tasks = failing_tasks(None, error, None)
    with pytest.raises(ValueError) as caught:
        await tasks()
    assert caught.value is error
    assert done == [None, error, None]


async def test_the_errors_of_several_are_a_group():
    errors = [ValueError("x"), KeyError("y")]
    done, tasks = failing_tasks(errors[0], None, errors[1])
    with pytest.raises(ExceptionGroup, match="Several background tasks failed") as caught:
        await tasks()
    assert list(caught.value.exceptions) == errors
    assert done == [errors[0], None, errors[1]]


async def test_cancellation_stops_at_once():
    order = []

    async def work():
        order.append("work")
        scope.cancel()
        await anyio.sleep_forever()

    tasks = BackgroundTasks()
    tasks.add_task(work)
    tasks.add_task(work)
    with anyio.CancelScope() as scope:
        await tasks()
    assert scope.cancelled_caught
    assert order == ["work"]


async def test_instrumentation_may_replace_the_call_of_the_class(monkeypatch):
    calls, record, _ = recorder()
    seen = []

    async def call(self):
        seen.append(self.args)
        await original(self)

    original = BackgroundTask.__call__
    monkeypatch.setattr(BackgroundTask, "__call__", call)
    tasks = BackgroundTasks([BackgroundTask(record, 1)])
    tasks.add_task(record, 2)
    await tasks()
    assert seen == [(1,), (2,)]
    assert [call[0] for call in calls] == seen


async def test_a_class_may_leave_out_what_comes_after_a_failure():
    class Steps(BackgroundTasks):
        stops_at_error = True

    calls, record, _ = recorder()

    async def fail():
        raise ValueError("no")

    tasks = Steps()
    for step in (record, fail, record):
        tasks.add_task(step)
    with pytest.raises(ValueError, match=r"^no$"):
        await tasks()
    assert len(calls) == 1
