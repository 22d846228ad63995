"""Names of requests."""
