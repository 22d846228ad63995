"""Where the files of an installed package are."""

from __future__ import annotations

import os


def package_directory(package: str, subdirectory: str) -> str:
    """The path of a directory inside a package, or beside a module that is none.

    Raises `AssertionError` if there is no such package, or no such directory in it.

    >>> import asgi_http
    >>> package_directory("asgi_http", ".") == os.path.dirname(asgi_http.__file__)
    True
    """
    from importlib.util import find_spec  # few serve the files of a package

    try:
        spec = find_spec(package)
    except ModuleNotFoundError:  # of the package around it
        spec = None
    if spec is None:
        raise AssertionError(f"Package {package!r} could not be found.")
    places = spec.submodule_search_locations or ()  # more than one for a namespace package
    if not places and spec.has_location and spec.origin is not None:
        places = [os.path.dirname(spec.origin)]  # noqa: PTH120 - paths of a package are strings
    for place in places:
        directory = os.path.normpath(f"{place}/{subdirectory}")
        if os.path.isdir(directory):  # noqa: PTH112
            return directory
    raise AssertionError(f"Directory '{subdirectory!r}' in package {package!r} could not be found.")
