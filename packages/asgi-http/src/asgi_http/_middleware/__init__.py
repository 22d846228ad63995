"""Middleware by request and response: two coroutines that take turns in one task."""
