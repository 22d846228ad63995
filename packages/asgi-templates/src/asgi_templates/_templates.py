"""Templates of any engine as responses: whole, in blocks, as what htmx asks for, awaited, in a thread, streamed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, cast

from asgi_types import BackgroundWork

from ._engine import BlockTemplate, Template, TemplateEngine, is_async_template
from ._fragment import vary_by_fragment, wants_fragment
from ._jinja2.error_notes import note_template
from ._render_times import RenderTimes
from ._streaming.streaming_response import StreamingTemplateResponse as _StreamingTemplateResponse
from ._template_request import TemplateRequest
from ._template_response import TemplateResponse as _TemplateResponse

ContextProcessor = Callable[[Any], Mapping[str, Any] | Awaitable[Mapping[str, Any]]]
Names = str | Sequence[str]


class Templates:
    """The templates of ``engine``, an object whose ``get_template(name)`` gives what can be rendered.

    Each of the ``context_processors`` is called with the request, and what it returns is added to the context. One
    that is async is awaited by `render`, `respond` and `stream`; the other methods cannot, and raise `TypeError`.

    `render`, `respond` and `stream` never keep the event loop waiting for a template that is known to be slow. An
    `AsyncTemplate` awaits what it needs. Any other is rendered in a thread when it is rendered the first time, which
    loads it, and as long as it took ``thread_after`` seconds or more lately; otherwise it is rendered at once, since
    a thread costs more than a short template. The longest time counts, and fades with each shorter one. With 0 all
    are rendered in a thread, with ``math.inf`` only those that are new. Context variables are the same there.

    ``response_base`` is a class that the responses are to be of as well, such as ``fastapi.Response``: FastAPI sends
    what an endpoint returns as it is if it is one of those, and takes all else for data. Nothing of it is used.

    Raises `TypeError` for an engine without ``get_template``, and `ValueError` for a ``thread_after`` that is negative.

    >>> from string import Template
    >>> from asgi_types import HTTPConnection
    >>> class Page(Template):
    ...     render = Template.substitute
    >>> class Pages(dict):
    ...     get_template = dict.__getitem__
    >>> templates = Templates(Pages(hello=Page("Hello, $name!")))
    >>> templates.TemplateResponse(HTTPConnection({"type": "http"}), "hello", {"name": "Ann"}).body
    b'Hello, Ann!'
    """

    response_class: type[_TemplateResponse] = _TemplateResponse
    """The class of whole responses, for a subclass that makes others."""

    streaming_response_class: type[_StreamingTemplateResponse] = _StreamingTemplateResponse
    """The class of those that are sent while they are rendered."""

    def __init__(
        self,
        engine: TemplateEngine,
        *,
        context_processors: Sequence[ContextProcessor] | None = None,
        thread_after: float = 0.005,
        response_base: type | None = None,
    ) -> None:
        if not hasattr(engine, "get_template"):
            raise TypeError(
                f"The engine {engine!r} has no get_template(name). For Jinja2 and a directory: "
                'Jinja2Templates("templates").'
            )
        self.engine = engine
        self.context_processors: list[ContextProcessor] = (
            context_processors if isinstance(context_processors, list) else [*(context_processors or ())]
        )
        self._times = RenderTimes(thread_after)
        if response_base is not None:
            self.response_class = _also_of(self.response_class, response_base)
            self.streaming_response_class = _also_of(self.streaming_response_class, response_base)

    def get_template(self, name: str) -> Template:
        """The template of this name; if there is none, the error is the engine's."""
        return self.engine.get_template(name)

    def TemplateResponse(  # noqa: N802 - it is called like the class, whose place it takes
        self,
        request: TemplateRequest,
        name: str,
        context: Mapping[str, Any] | None = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
        *,
        block: Names | None = None,
        fragment: Names | None = None,
    ) -> _TemplateResponse:
        """The template ``name`` as a response, rendered at once; see `asgi_templates.TemplateResponse`.

        The template sees ``request``, then ``context``, then what the context processors return, the later over the
        earlier. ``context`` itself stays as it is.

        ``block`` is the name of a block, or several names: these are rendered, one after the other, and nothing else
        of the page. ``fragment`` is the same where htmx asks for a part of a page (see `wants_fragment`), and else the
        whole page is rendered; either response then has the headers that decided in its ``Vary``.

        Raises what the engine raises for a name that is unknown, `BlockNotFound`, `TypeError` if the engine cannot
        render blocks, `ValueError` for both of ``block`` and ``fragment`` or for no names, and what rendering raises.
        """
        merged = self._context(request, context)
        blocks = _blocks(request, block, fragment)
        try:
            template = self.get_template(name)
            content = self._render_blocks(template, blocks, merged) if blocks else None
        except Exception as exc:
            note_template(exc)
            raise
        response = self.response_class(template, merged, status_code, headers, media_type, background, content=content)
        return response if fragment is None else vary_by_fragment(response)

    async def respond(
        self,
        request: TemplateRequest,
        name: str,
        context: Mapping[str, Any] | None = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
        *,
        block: Names | None = None,
        fragment: Names | None = None,
    ) -> _TemplateResponse:
        """The same as `TemplateResponse`, awaited: by the template, or in a thread where that is better."""
        merged = await self._awaited_context(request, context)
        template, content = await self._rendered(name, merged, _blocks(request, block, fragment))
        response = self.response_class(template, merged, status_code, headers, media_type, background, content=content)
        return response if fragment is None else vary_by_fragment(response)

    async def render(
        self,
        request: TemplateRequest,
        name: str,
        context: Mapping[str, Any] | None = None,
        *,
        block: Names | None = None,
    ) -> str:
        """The text alone, for a mail, an event or a message of a WebSocket; for the rest see `respond`."""
        merged = await self._awaited_context(request, context)
        return (await self._rendered(name, merged, _blocks(request, block, None)))[1]

    def StreamingTemplateResponse(  # noqa: N802 - as above
        self,
        request: TemplateRequest,
        name: str,
        context: Mapping[str, Any] | None = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
    ) -> _StreamingTemplateResponse:
        """The template ``name`` as a response that is sent while it is rendered.

        See `asgi_templates.StreamingTemplateResponse`, and `TemplateResponse` for what the template sees. The context
        processors are called here, and the template is loaded here, which may read a file: on the event loop use
        `stream`.
        """
        merged = self._context(request, context)
        try:
            template = self.get_template(name)
        except Exception as exc:
            note_template(exc)
            raise
        return self.streaming_response_class(
            cast("Any", template), merged, status_code, headers, media_type, background
        )

    async def stream(
        self,
        request: TemplateRequest,
        name: str,
        context: Mapping[str, Any] | None = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
    ) -> _StreamingTemplateResponse:
        """The same as `StreamingTemplateResponse`, whose context processors are awaited, and whose template is loaded
        in a thread where that may take time.
        """
        merged = await self._awaited_context(request, context)
        template = await self._loaded(name)
        return self.streaming_response_class(
            cast("Any", template), merged, status_code, headers, media_type, background
        )

    def _context(self, request: TemplateRequest, context: Mapping[str, Any] | None) -> dict[str, Any]:
        merged = _given(request, context)
        for processor in self.context_processors:
            added = processor(request)
            if isinstance(added, Awaitable):
                _forget(added)
                raise TypeError(
                    f"The context processor {processor!r} is async, and nothing is awaited here: call `await "
                    "templates.respond(...)` instead, or put what it gives into the context."
                )
            merged.update(added)
        return merged

    async def _awaited_context(self, request: TemplateRequest, context: Mapping[str, Any] | None) -> dict[str, Any]:
        merged = _given(request, context)
        for processor in self.context_processors:
            added = processor(request)
            merged.update(await added if isinstance(added, Awaitable) else added)
        return merged

    async def _loaded(self, name: str) -> Template:
        key = (name, "loaded")
        try:
            if self._looks_at_files() or self._times.may_be_long(key):
                from anyio import to_thread

                template = await to_thread.run_sync(self._load, name, ())
            else:
                template = self.get_template(name)
        except Exception as exc:
            note_template(exc)
            raise
        self._times.note(key, 0.0)
        return template

    async def _rendered(self, name: str, context: dict[str, Any], blocks: tuple[str, ...]) -> tuple[Template, str]:
        key = (name, blocks)
        try:
            if self._looks_at_files() or self._times.may_be_long(key):
                from anyio import to_thread

                template, content, taken = await to_thread.run_sync(self._loaded_and_rendered, name, context, blocks)
            else:
                template, content, taken = self._timed(self.get_template(name), context, blocks)
            self._times.note(key, taken)
            if content is None:
                content = await self._awaited(template, blocks, context)
        except Exception as exc:
            note_template(exc)
            raise
        return template, content

    def _loaded_and_rendered(
        self, name: str, context: dict[str, Any], blocks: tuple[str, ...]
    ) -> tuple[Template, str | None, float]:
        return self._timed(self._load(name, blocks), context, blocks)

    def _timed(
        self, template: Template, context: dict[str, Any], blocks: tuple[str, ...]
    ) -> tuple[Template, str | None, float]:
        """The template, its text, and how long that took; no text where it is to be awaited."""
        if is_async_template(cast("Any", template)):
            return template, None, 0.0
        began = perf_counter()
        content = self._render_blocks(template, blocks, context) if blocks else template.render(context)
        return template, content, perf_counter() - began

    def _looks_at_files(self) -> bool:
        """Whether the engine looks at files whenever it is asked for a template that it has."""
        return False

    def _load(self, name: str, blocks: tuple[str, ...]) -> Template:  # noqa: ARG002 - for engines that need them
        """The template with all that it needs later; called in a thread."""
        return self.get_template(name)

    def _render_blocks(self, template: Template, names: Sequence[str], context: dict[str, Any]) -> str:
        if isinstance(template, BlockTemplate):
            return template.render_blocks(names, context)
        raise TypeError(
            f"Templates of type {type(template).__name__} cannot render single blocks: they have no method "
            "render_blocks(names, context), see asgi_templates.BlockTemplate."
        )

    async def _awaited(self, template: Any, blocks: Sequence[str], context: dict[str, Any]) -> str:
        """The text of an `AsyncTemplate`."""
        text: str = self._render_blocks(template, blocks, context) if blocks else await template.render_async(context)
        return text


def _given(request: TemplateRequest, context: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the template sees without the context processors."""
    if isinstance(cast("Any", request), str):  # so it was in old versions of Starlette, and still is in many tutorials
        raise TypeError("The request comes first, and then the name: TemplateResponse(request, name, context).")
    return {"request": request, **(context or {})}


def _also_of(made: type[Any], base: type) -> type[Any]:
    """The class ``made``, which is then one of ``base`` as well."""
    return type(made.__name__, (made, base), {"__module__": made.__module__, "__doc__": made.__doc__})


def _blocks(request: TemplateRequest, block: Names | None, fragment: Names | None) -> tuple[str, ...]:
    """The names of the blocks to render; none for the whole page."""
    if block is None and fragment is None:
        return ()
    if block is not None and fragment is not None:
        raise ValueError("Give block, which is rendered always, or fragment, where htmx asks for it: not both.")
    given = fragment if block is None else block
    names = (given,) if isinstance(given, str) else tuple(given or ())
    if not names:
        raise ValueError("There is no name among the blocks to render: leave block and fragment out for a whole page.")
    return names if block is not None or wants_fragment(request) else ()


def _forget(coroutine: Any) -> None:
    """Close what will not be awaited, so that nobody is warned of that as well."""
    close = getattr(coroutine, "close", None)
    if close is not None:
        close()
