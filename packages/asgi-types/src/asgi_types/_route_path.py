"""The part of a path that is left to match below a mount."""

from ._asgi import Scope


def get_route_path(scope: Scope) -> str:
    """``scope["path"]`` without ``scope["root_path"]``, where the path really begins with it.

    A root path that ends inside a segment is no prefix: the path is then returned whole.

    >>> get_route_path({"path": "/api/users", "root_path": "/api"})
    '/users'
    >>> get_route_path({"path": "/apiary", "root_path": "/api"})
    '/apiary'
    """
    path: str = scope["path"]
    root_path: str = scope.get("root_path", "")
    if not root_path or not path.startswith(root_path):
        return path
    rest = path[len(root_path) :]
    return rest if not rest or rest.startswith("/") else path
