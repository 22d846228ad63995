"""WSGI applications behind ASGI."""
