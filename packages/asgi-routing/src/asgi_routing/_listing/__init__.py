"""What is known of routes before any request: their table, and those that are never reached."""
