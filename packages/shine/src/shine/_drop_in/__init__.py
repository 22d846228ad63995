"""Shine in the place of Starlette: the modules under its name, and a strict mode of what behaves otherwise here."""
