"""A middleware and its arguments, kept until there is an application to wrap."""

from collections.abc import Iterator
from typing import Any, ParamSpec, Protocol

from asgi_types import ASGIApp

P = ParamSpec("P")


class MiddlewareFactory(Protocol[P]):
    """Anything called with an application and these arguments that gives an application."""

    def __call__(self, app: ASGIApp, /, *args: P.args, **kwargs: P.kwargs) -> ASGIApp: ...


class Middleware:
    """``cls(app, *args, **kwargs)``, to be called later; unpacks into the class, its arguments and keywords.

    >>> class Greeting:
    ...     def __init__(self, app, name): self.app, self.name = app, name
    >>> factory, args, kwargs = Middleware(Greeting, name="shine")
    >>> factory("an app", *args, **kwargs).name
    'shine'
    """

    def __init__(self, cls: MiddlewareFactory[P], *args: P.args, **kwargs: P.kwargs) -> None:
        self.cls = cls
        self.args = args
        self.kwargs = kwargs

    def __iter__(self) -> Iterator[Any]:
        return iter((self.cls, self.args, self.kwargs))

    def __repr__(self) -> str:
        arguments = [repr(value) for value in self.args]
        arguments += [f"{name}={value!r}" for name, value in self.kwargs.items()]
        return f"{type(self).__name__}({', '.join([getattr(self.cls, '__name__', repr(self.cls)), *arguments])})"
