"""Routes: what a router needs of one, by path, by WebSocket, and those that hand on to another application."""
