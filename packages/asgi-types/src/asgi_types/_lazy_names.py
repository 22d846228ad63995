"""The names of a package, each loaded with its module when it is first asked for."""

from collections.abc import Mapping
from typing import Any


def lazy_names(namespace: dict[str, Any], homes: Mapping[str, str]) -> None:
    """Give a module, whose ``globals()`` are ``namespace``, a ``__getattr__`` and a ``__dir__`` (PEP 562).

    ``homes`` has the module of each name, as `importlib.import_module` takes it from there. A name is looked up once,
    and is an attribute of the module from then on; one that is not in ``homes`` is an `AttributeError`.

    >>> namespace = {"__name__": "package"}
    >>> lazy_names(namespace, {"sha256": "hashlib"})
    >>> "sha256" in namespace, "sha256" in namespace["__dir__"]()
    (False, True)
    >>> namespace["__getattr__"]("sha256").__name__, "sha256" in namespace
    ('openssl_sha256', True)
    """

    def __getattr__(name: str) -> Any:  # noqa: N807 - it is one of the module
        if name not in homes:
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}")
        from importlib import import_module

        value = namespace[name] = getattr(import_module(homes[name], namespace["__name__"]), name)
        return value

    def __dir__() -> list[str]:  # noqa: N807 - as above
        return sorted({*namespace, *homes})

    namespace["__getattr__"] = __getattr__
    namespace["__dir__"] = __dir__
