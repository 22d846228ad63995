"""Rooms: who is in one, what is sent to it, and what carries that between processes."""
