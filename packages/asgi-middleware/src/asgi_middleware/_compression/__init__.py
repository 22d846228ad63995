"""Content codings of responses and requests."""
