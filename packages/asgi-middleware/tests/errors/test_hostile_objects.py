"""Nothing that an object does costs who debugs the page."""

import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"  # the page is made in a thread, without a loop


class NoClass:
    @property
    def __class__(self):
        raise RuntimeError


class NoAttributes:
    def __getattribute__(self, name):
        raise MemoryError(name)


class NoLength(list):
    def __len__(self):
        raise ValueError

    def __iter__(self):
        while True:
            yield 1


class NoText(str):
    __slots__ = ()

    def _no(self, *args):
        raise ValueError

    __len__ = __getitem__ = __contains__ = encode = lower = __hash__ = _no


class NoBytes(bytes):
    def decode(self, *args):
        raise ValueError


class OddText:
    def __repr__(self):
        return NoText("odd")


class Ending:
    def __repr__(self):
        raise KeyboardInterrupt


MAKERS = {
    "NoClass": NoClass,
    "NoAttributes": NoAttributes,
    "NoLength": lambda: NoLength([1, 2]),
    "NoText": lambda: NoText("abcdef"),
    "NoBytes": lambda: NoBytes(b"abcdef"),
    "OddText": OddText,
    "Ending": Ending,
}


@pytest.mark.parametrize("name", ["value", "password"])
@pytest.mark.parametrize("kind", MAKERS)
async def test_as_variables(variable, name, kind):
    shown = await variable(MAKERS[kind](), name)
    if name == "password":
        assert shown == "********"
    else:
        assert kind in shown or shown in ("'abcdef'", "b'abcdef'", "odd")


class NoAttributesError(Exception):
    def __getattribute__(self, name):
        raise RuntimeError(name)


class NoNotesError(Exception):
    @property
    def __notes__(self):
        raise ValueError


class EndingError(Exception):
    def __str__(self):
        raise KeyboardInterrupt


class OddTextError(Exception):
    def __str__(self):
        return NoText("odd")


class NoNames(type):
    def __getattribute__(cls, name):
        if name in ("__qualname__", "__name__", "__module__"):
            raise ValueError(name)
        return type.__getattribute__(cls, name)


class NoNamesError(Exception, metaclass=NoNames):
    pass


OddModuleError = type("OddModuleError", (Exception,), {"__module__": Ending()})


KINDS = {
    "NoAttributesError": NoAttributesError,
    "NoNotesError": NoNotesError,
    "EndingError": EndingError,
    "OddTextError": OddTextError,
    "NoNamesError": NoNamesError,
    "OddModuleError": OddModuleError,
}


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain"])
@pytest.mark.parametrize("name", KINDS)
async def test_as_exceptions(debugged, fails, accept, name):
    answer = await debugged(fails(KINDS[name]("it")), accept)
    assert answer.headers["content-type"].startswith(accept)
    assert name in answer.text
    assert "function" in answer.text
