"""The names of a package, each loaded with its module when it is first asked for."""

from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(
    namespace: dict[str, Any], homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a module (PEP 562), whose ``globals()`` are ``namespace``.

    ``homes`` has the module of each name, as `importlib.import_module` takes it from there. A name is looked up once,
    and is an attribute of the module from then on; one that is not in ``homes`` is an `AttributeError`.

    >>> namespace = {"__name__": "package", "made_here": 1}
    >>> getattr_, dir_ = lazy_names(namespace, {"sha256": "hashlib"})
    >>> getattr_("sha256").__name__, sorted(namespace), dir_()
    ('openssl_sha256', ['__name__', 'made_here', 'sha256'], ['__name__', 'made_here', 'sha256'])
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}")
        from importlib import import_module

        value = namespace[name] = getattr(import_module(homes[name], namespace["__name__"]), name)
        return value

    def names() -> list[str]:
        return sorted({*namespace, *homes})

    return load, names
