"""Where the time went, for the browser."""
