"""What is left of an exception, seen at what `websocket_session` raises or does not."""

import pytest

from asgi_websockets import WebSocketDisconnect, WebSocketDisconnected, websocket_session
from asgi_websockets._failure import failure_of

GONE = WebSocketDisconnect(1001)
FAULT = LookupError("Gone.")
OTHER = ValueError("Wrong.")


@pytest.mark.parametrize(
    ("exc", "failure"),
    [
        (GONE, None),
        (FAULT, FAULT),
        (WebSocketDisconnected("Closed."), ...),
        (ExceptionGroup("", [GONE]), None),
        (ExceptionGroup("", [GONE, ExceptionGroup("", [GONE, GONE])]), None),
        (ExceptionGroup("", [FAULT]), FAULT),
        (ExceptionGroup("", [GONE, FAULT]), FAULT),
        (ExceptionGroup("", [ExceptionGroup("", [ExceptionGroup("", [FAULT])]), GONE]), FAULT),
    ],
    ids=repr,
)
def test_the_one_thing_that_went_wrong(exc, failure):
    assert failure_of(exc) is (exc if failure is ... else failure)


@pytest.mark.parametrize(
    "group",
    [
        ExceptionGroup("Two.", [FAULT, OTHER]),
        ExceptionGroup("Two.", [GONE, FAULT, ExceptionGroup("", [GONE, OTHER])]),
        ExceptionGroup("Two.", [FAULT, FAULT]),
    ],
    ids=repr,
)
def test_several_stay_a_group_without_the_disconnects(group):
    failure = failure_of(group)
    assert isinstance(failure, ExceptionGroup)
    assert failure.message == "Two."
    assert failure.subgroup(WebSocketDisconnect) is None
    assert failure.subgroup(LookupError) is not None


def test_a_subclass_of_a_disconnect_is_one():
    class Kicked(WebSocketDisconnect):
        pass

    assert failure_of(Kicked()) is None
    assert failure_of(ExceptionGroup("", [Kicked()])) is None


async def test_the_traceback_of_what_is_taken_out_of_a_group_leads_to_its_place(serve):
    def place():
        raise LookupError("Gone.")

    async def func(websocket):
        try:
            place()
        except LookupError as exc:
            raise ExceptionGroup("One.", [exc]) from None

    with pytest.raises(LookupError) as caught:
        await serve().run(websocket_session(func))
    assert caught.traceback[-1].name == "place"
    assert caught.value.__context__ is None
