"""What is seen of an HTTP exchange or a WebSocket from outside, by one set of rules for logs, metrics and spans."""
