"""Rooms beyond one process: the backend that goes through Redis, of the extra ``asgi-websockets[redis]``."""

from ._redis.redis_backend import RedisBackend as RedisBackend
from ._redis.redis_report import RedisReport as RedisReport

__all__ = ("RedisBackend", "RedisReport")
