"""The test clients: an HTTP client, and in the place of the network the server's side of ASGI."""
