"""Sessions that the client cannot read, of the extra ``asgi-sessions[encrypted]``."""

from ._cookies.encrypted_session_middleware import EncryptedSessionMiddleware as EncryptedSessionMiddleware

__all__ = ("EncryptedSessionMiddleware",)
