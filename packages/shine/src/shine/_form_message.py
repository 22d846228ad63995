"""Events of Starlette's old form parser, which nothing sends any more."""

from enum import Enum, EnumType
from typing import Any, cast

from ._deprecation import warn_deprecated


class _DeprecatedEnum(EnumType):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        warn_deprecated(f"`{cls.__name__}` is deprecated and will be removed in a future version.")
        return cast(Any, super().__call__(*args, **kwargs))


class FormMessage(Enum, metaclass=_DeprecatedEnum):
    """Deprecated, as in Starlette, whose parser once had these events; looking one up by its value says so."""

    FIELD_START = 1
    FIELD_NAME = 2
    FIELD_DATA = 3
    FIELD_END = 4
    END = 5
