"""Templates of Jinja2: whole and in blocks, their globals, and where their errors are."""
