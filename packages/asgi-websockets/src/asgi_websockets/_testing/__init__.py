"""A test session for WebSockets: the client of a test, and the strict server between it and the application."""
