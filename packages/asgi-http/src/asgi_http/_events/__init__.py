"""Server-sent events: one event, the response that streams them, one stream for many, and its end at shutdown."""
