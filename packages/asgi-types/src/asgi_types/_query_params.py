"""The query of a URL as a multi-dict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ._multi_dict import ImmutableMultiDict


class QueryParams(ImmutableMultiDict[str, str]):
    """Parameters of a query string, which may also be given as bytes (latin-1), a mapping or pairs.

    Fields are separated by ``&`` only, and percent-decoded as UTF-8 with U+FFFD for what is not (WHATWG URL section
    5.1), so no query string can fail to parse. Blank values are kept. ``str()`` encodes it again.

    >>> query = QueryParams("tag=a&tag=b&empty=")
    >>> query["tag"], query.getlist("tag"), query["empty"]
    ('b', ['a', 'b'], '')
    >>> str(QueryParams({"q": "Zürich"}))
    'q=Z%C3%BCrich'
    """

    def __init__(
        self,
        *args: ImmutableMultiDict[Any, Any] | Mapping[Any, Any] | list[tuple[Any, Any]] | str | bytes,
        **kwargs: Any,
    ) -> None:
        assert len(args) < 2, "Too many arguments."
        source: Any = args[0] if args else ()
        if isinstance(source, bytes):
            source = source.decode("latin-1")
        if isinstance(source, str):
            source = parse_qsl(source, keep_blank_values=True)
        pairs = ImmutableMultiDict(source, **kwargs).multi_items()
        super().__init__([(str(key), str(value)) for key, value in pairs])

    def __str__(self) -> str:
        return urlencode(self._list)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"
