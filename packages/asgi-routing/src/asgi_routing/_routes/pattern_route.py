"""A path pattern of a route, and how paths are read by it."""

from __future__ import annotations

import re
from typing import Any

from asgi_types import ENCODED_SLASH

from .._patterns.convertors import Convertor
from .._patterns.path_pattern import compile_path, index_pattern, is_compiled
from .._patterns.path_reader import PathReader, encoded_path_reader, path_reader
from .base_route import BaseRoute


class PatternRoute(BaseRoute):
    """A route with a pattern of its paths."""

    path: str
    path_regex: re.Pattern[str]
    path_format: str
    param_convertors: dict[str, Convertor[Any]]
    # Made at the first path, of the attributes there are then: a subclass may set them without calling __init__.
    _read_path: PathReader | None = None
    _read_encoded_path: PathReader | None = None

    def _compile(self, pattern: str) -> None:
        self.path_regex, self.path_format, self.param_convertors = compile_path(pattern)

    def _own_index_pattern(self) -> str | None:
        """What `index_pattern` is where the pattern decides, and None if somebody put another expression there."""
        if not is_compiled(self.path_regex, self.path_format, self.param_convertors):
            return None
        return index_pattern(self.path_format, self.param_convertors)

    def _read(self, path: str) -> dict[str, Any] | None:
        """The parameters of a path, or None if it does not fit."""
        if ENCODED_SLASH in path:
            if self._read_encoded_path is None:
                self._read_encoded_path = encoded_path_reader(self.path_regex, self.path_format, self.param_convertors)
            return self._read_encoded_path(path)
        return (self._read_path or self._make_reader())(path)

    def _make_reader(self) -> PathReader:
        self._read_path = reader = path_reader(self.path_regex, self.path_format, self.param_convertors)
        return reader
