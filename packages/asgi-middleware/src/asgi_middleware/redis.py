"""Rate limits that several processes share, through Redis; of the extra ``asgi-middleware[redis]``."""

from ._redis.redis_rate_limit_store import RedisRateLimitStore as RedisRateLimitStore

__all__ = ("RedisRateLimitStore",)
