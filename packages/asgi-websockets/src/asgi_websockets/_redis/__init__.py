"""Rooms over Redis: one connection that is kept up, and what goes through it."""
