"""A line for each connection."""
