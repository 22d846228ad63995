"""What proxies in front of the server say of a connection."""
