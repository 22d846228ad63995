"""Sessions that several processes share, through Redis; of the extra ``asgi-sessions[redis]``."""

from ._redis.redis_session_store import RedisSessionStore as RedisSessionStore

__all__ = ("RedisSessionStore",)
