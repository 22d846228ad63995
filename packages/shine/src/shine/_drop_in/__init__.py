"""shine in the place of Starlette: its modules under that name, and what behaves otherwise here switched to it."""
