"""Response headers that tell a browser what not to do."""
