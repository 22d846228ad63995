"""The public module."""

import shine.testclient
from asgi_websockets import testing


def test_the_surface():
    assert all(hasattr(shine.testclient, name) for name in shine.testclient.__all__)
    assert shine.testclient.AsyncWebSocketTestSession is testing.AsyncWebSocketTestSession
    assert issubclass(shine.testclient.WebSocketTestSession, testing.WebSocketTestSession)


def test_pytest_collects_none_of_it():
    from shine.testclient import AsyncTestClient, TestClient

    assert TestClient.__test__ is AsyncTestClient.__test__ is False
