"""The warning that a name of Starlette's is deprecated, by the class that libraries know it by."""


class StarletteDeprecationWarning(UserWarning):
    """What is used is deprecated. A `UserWarning`, so that it is shown by default."""


def warn_deprecated(message: str, stacklevel: int = 3) -> None:
    """Warn of what the caller's caller uses; ``stacklevel`` counts as that of `warnings.warn`, from in here."""
    import warnings

    warnings.warn(message, StarletteDeprecationWarning, stacklevel=stacklevel)
