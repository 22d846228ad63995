"""The files of a directory as an ASGI application.

It decides which file answers a path, in one step in a thread, and what is said about keeping it. Sending it, asking
whether it has changed and ranges of it are the business of `FileResponse`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from asgi_types import Headers, HTTPException, Receive, Response, Scope, Send, get_route_path, refuse, slash_redirect

from .._background.thread_limiters import run_in_thread
from .._files.file_body import NoSuchFile
from .._files.file_response import FileResponse
from .._responses import RedirectResponse
from .navigation import VARY, is_navigation, may_be_page
from .package_directory import package_directory
from .precompressed import NotAcceptable, Sibling, find_sibling, is_readable, known_encodings, may_have_siblings
from .static_cache import CachePolicy
from .static_path import find_file, is_miss, relative_path
from .static_response import StaticFileResponse, is_not_modified, send_as_found

PathLike = str | os.PathLike[str]


class _Found(NamedTuple):
    """A file that answers a path: its own path below the directory, and where it really is."""

    path: str
    full_path: str
    stat_result: os.stat_result
    sibling: Sibling | None
    status_code: int = 200
    is_fallback: bool = False


class StaticFiles:
    """Answers GET and HEAD with the files of ``directory``, and then of ``packages``, as an ASGI application.

    ``packages`` are names of packages whose directory ``statics`` is served, or pairs of a package and a directory in
    it. With ``html``, a directory is answered with its ``index.html``, at a URL that ends with a slash, and what is
    missing with ``404.html``. ``check_dir`` raises `RuntimeError` for a missing directory at once, and not at the first
    request. Links are followed inside the directory; with ``follow_symlink`` wherever they lead.

    ``cache_control`` is the ``Cache-Control`` of all files, or a function of a file's path below the directory that
    gives it or None. ``immutable`` says which files never change under their names and may be kept for ever: ``True``
    for those whose name seems to have a hash of their content (not for uploads, whose names may look like that), or a
    regular expression to be found in the path, such as ``"^assets/"``, or a function of it. Pages of HTML are never
    among them, and all others are then ``no-cache`` unless ``cache_control`` says more. By default files have no such
    header. ``404.html`` and the fallback, which stand for what may be there tomorrow, are always ``no-cache``, and
    ``private`` or ``no-store`` where that is said of them.

    ``precompressed`` are codings, in your order of preference, of which files may lie beside the original: ``br`` for
    ``app.js.br``, ``zstd`` for ``.zst``, ``gzip`` for ``.gz``. They are negotiated by RFC 9110 section 12.5.3; one that
    is more than 10 seconds older than the original is not used, so keep their times when you copy them: ``cp -p``,
    ``rsync -t``.

    ``fallback`` is the file that answers, with 200, when a browser opens a page that is no file: the ``index.html`` of
    an application of one page that has a router of its own. Scripts, pictures and requests of programs stay a 404.

    What is refused raises `HTTPException` where somebody above answers it, and is answered here otherwise. A path with
    an empty, ``.`` or ``..`` segment or a backslash is a miss; so are a file's path with a slash at the end, and what
    may not be read. A file that is replaced after it was found is looked up once more, and then is a miss.

    >>> import asyncio
    >>> files = StaticFiles(packages=[("asgi_http", ".")], cache_control="max-age=60")
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> scope = {"type": "http", "method": "GET", "path": "/py.typed", "headers": []}
    >>> asyncio.run(files(scope, None, send))
    200 None
    None b''
    """

    raises_refusals: bool = False
    """Whether what is refused raises `HTTPException` also where nobody above answers it."""

    def __init__(
        self,
        *,
        directory: PathLike | None = None,
        packages: Sequence[str | tuple[str, str]] | None = None,
        html: bool = False,
        check_dir: bool = True,
        follow_symlink: bool = False,
        cache_control: str | Callable[[str], str | None] | None = None,
        immutable: bool | str | re.Pattern[str] | Callable[[str], bool] | None = None,
        precompressed: Iterable[str] = (),
        fallback: str | None = None,
    ) -> None:
        self.directory = directory
        self.packages = packages
        self.all_directories: list[PathLike] = self.get_directories(directory, packages)
        self.html = html
        self.config_checked: bool = False
        self.follow_symlink = follow_symlink
        self.precompressed: tuple[str, ...] = known_encodings(precompressed)
        self._fallback = fallback
        self._cache_policy = CachePolicy(cache_control, immutable)
        self._roots: dict[str, str] = {}
        if fallback is not None and not relative_path(fallback):
            raise ValueError(f"Invalid fallback {fallback!r}: give the path of a file below the directory.")
        if check_dir and directory is not None and not os.path.isdir(directory):  # noqa: PTH112 - any PathLike
            raise RuntimeError(f"Directory '{directory}' does not exist")

    def get_directories(
        self,
        directory: PathLike | None = None,
        packages: Sequence[str | tuple[str, str]] | None = None,
    ) -> list[PathLike]:
        """All directories to look in, in this order: ``directory``, and those of the packages.

        Raises `AssertionError` for a package that cannot be found or has no such directory.
        """
        directories: list[PathLike] = [] if directory is None else [directory]
        for entry in packages or ():
            package, subdirectory = (entry, "statics") if isinstance(entry, str) else entry
            directories.append(package_directory(package, subdirectory))
        return directories

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await refuse(scope, receive, send, HTTPException(404))
            return
        assert scope["type"] == "http", f"Not an HTTP request's scope: {scope['type']!r}."
        if not self.config_checked:
            await self.check_config()
            self.config_checked = True
        for _ in range(2):
            try:
                response = await self.get_response(self.get_path(scope), scope)
            except HTTPException as refusal:
                await self._refuse(scope, receive, send, refusal)
                return
            try:
                await response.__call__(scope, receive, send)
            except NoSuchFile:  # what was found has gone or is another file now, and nothing has been sent
                continue
            return
        await self._refuse(scope, receive, send, _refusal(404, self._varies_by(self.get_path(scope))))

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, refusal: HTTPException) -> None:
        if self.raises_refusals:
            raise refusal
        await refuse(scope, receive, send, refusal)

    def get_path(self, scope: Scope) -> str:
        """The path of the file below the directory, with slashes on every system; ``.`` for the directory itself.

        Below a mount it is what the mount leaves over. A path with an empty, ``.`` or ``..`` segment gets ``.//`` in
        front, which leads nowhere: whoever looked at the path before must have seen the file that it leads to.

        >>> StaticFiles().get_path({"path": "/static/css/app.css", "root_path": "/static"})
        'css/app.css'
        """
        names = get_route_path(scope).split("/")
        if not names[0]:
            del names[0]
        if names and not names[-1]:
            names.pop()
        path = "/".join(names)
        if not {"", ".", ".."}.isdisjoint(names):
            return f".//{path}"
        return path or "."

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The response for a path as `get_path` gives it.

        Raises an `HTTPException` 404 if there is no such file, 405 for other methods than GET and HEAD, and 406 if
        the client accepts the file in no coding that there is.
        """
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        found = await run_in_thread("files", self._find, path, scope)
        if isinstance(found, str):
            return RedirectResponse(found)
        response = self.file_response(found.full_path, found.stat_result, scope, found.status_code)
        if isinstance(response, FileResponse):
            send_as_found(response, found.full_path, found.stat_result, found.sibling)
        self._add_headers(response, path, found)
        return response

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Where the file at ``path`` is, and its status; an empty path and None if there is none.

        It is called in a thread. What leads out of the directory is not there.
        """
        names = relative_path(path)
        if names is not None:
            for directory in self.all_directories:
                found = find_file(self._root(directory), names, follow_symlink=self.follow_symlink)
                if found is not None:
                    return found
        return "", None

    def file_response(
        self,
        full_path: PathLike,
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The response that sends a file. What is said about keeping it is added to what is returned here."""
        response = StaticFileResponse(full_path, status_code, stat_result=stat_result)
        if type(self).is_not_modified is not StaticFiles.is_not_modified:
            response.asks = lambda headers: self.is_not_modified(headers, Headers(scope=scope))
        return response

    async def check_config(self) -> None:
        """Raise `RuntimeError` if the directory or the fallback is not there. It is awaited at the first request."""
        await run_in_thread("files", self._check)

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """Whether the client has what these headers are of, by RFC 9110 sections 13.1.2 and 13.1.3.

        >>> StaticFiles().is_not_modified(Headers({"etag": '"1"'}), Headers({"if-none-match": 'W/"1", "2"'}))
        True
        """
        return is_not_modified(response_headers, request_headers)

    def _check(self) -> None:
        if self.directory is not None:
            try:
                status = os.stat(self.directory)  # noqa: PTH116 - any PathLike
            except (FileNotFoundError, NotADirectoryError):
                raise RuntimeError(f"StaticFiles directory '{self.directory}' does not exist.") from None
            if not stat.S_ISDIR(status.st_mode):
                raise RuntimeError(f"StaticFiles path '{self.directory}' is not a directory.")
        if self._fallback is not None and self._file(self._fallback, Headers()) is None:
            raise RuntimeError(f"StaticFiles fallback '{self._fallback}' does not exist.")

    def _find(self, path: str, scope: Scope) -> _Found | str:
        """The file that answers, or where the client should go instead. This blocks, and so runs in a thread.

        Raises `HTTPException` if no file answers.
        """
        headers = Headers(scope=scope) if "headers" in scope else Headers()
        full_path, status = self._lookup(path)
        if status is not None and is_readable(full_path, status) and not scope["path"].endswith(f"/{path}/"):
            return self._with_sibling(path, full_path, status, headers)
        if self.html and status is not None and stat.S_ISDIR(status.st_mode):
            index = self._file("index.html" if path in ("", ".") else f"{path}/index.html", headers)
            if index is not None:
                return index if scope["path"].endswith("/") else _with_slash(scope) or index
        return self._stand_in(self._varies_by(path), headers)

    def _stand_in(self, vary: Sequence[str], headers: Headers) -> _Found:
        """What answers for a file that is missing."""
        if self._fallback is not None and vary and is_navigation(headers):
            try:
                page = self._file(self._fallback, headers)
            except NotAcceptable as refusal:
                raise _refusal(406, [refusal.vary, *vary]) from None
            if page is not None:
                return page._replace(is_fallback=True)
        try:
            page = self._file("404.html", headers) if self.html else None
        except NotAcceptable as refusal:  # and so it gets none
            raise _refusal(404, [refusal.vary, *vary]) from None
        if page is None:
            raise _refusal(404, vary)
        return page._replace(status_code=404)

    def _file(self, path: str, headers: Headers) -> _Found | None:
        full_path, status = self._lookup(path)
        if status is None or not is_readable(full_path, status):
            return None
        return self._with_sibling(path, full_path, status, headers)

    def _lookup(self, path: str) -> tuple[str, os.stat_result | None]:
        try:
            return self.lookup_path(path)
        except (OSError, ValueError) as error:  # of a subclass
            if is_miss(error):
                return "", None
            raise

    def _with_sibling(self, path: str, full_path: str, status: os.stat_result, headers: Headers) -> _Found:
        sibling = None
        if self.precompressed and may_have_siblings(path):
            sibling = find_sibling(full_path, status, headers, self.precompressed, follow_symlink=self.follow_symlink)
        return _Found(path, full_path, status, sibling)

    def _add_headers(self, response: Response, path: str, found: _Found) -> None:
        headers = response.headers
        stands_in = found.is_fallback or found.status_code == 404
        if self.precompressed and may_have_siblings(found.path):
            headers.add_vary_header("Accept-Encoding")
        if stands_in:
            for vary in self._varies_by(path):
                headers.add_vary_header(vary)
        if "cache-control" in headers:  # what a subclass says comes first
            return
        cache_control = self._cache_policy.value_for(found.path, must_revalidate=stands_in)
        if cache_control is not None:
            headers["cache-control"] = cache_control

    def _varies_by(self, path: str) -> Sequence[str]:
        """Request headers that decide what answers for this path if it is missing."""
        return (VARY,) if self._fallback is not None and may_be_page(path) else ()

    def _root(self, directory: PathLike) -> str:
        path = os.fspath(directory)
        root = self._roots.get(path)
        if root is None:
            root = self._roots[path] = os.path.abspath(path)  # noqa: PTH100
        return root


def _refusal(status_code: int, vary: Sequence[str]) -> HTTPException:
    return HTTPException(status_code, headers={"Vary": ", ".join(vary)} if vary else None)


def _with_slash(scope: Scope) -> str | None:
    """The way to a directory with the slash that it lacks, so that the links on its page hold; None for no path."""
    path: str = scope["path"]
    return slash_redirect(path, query_string=scope.get("query_string", b"")) if path.startswith("/") else None
