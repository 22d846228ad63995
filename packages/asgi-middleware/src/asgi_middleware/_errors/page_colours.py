"""The colours of the pages about errors, in light and in dark."""

COLOURS = """
:root { color-scheme: light dark; --ground: #f6f6f4; --paper: #fff; --ink: #1d1f24; --soft: #5c626d; --line: #dfe0dc;
  --accent: #b3261e; --value: #1b5e9b; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181c; --paper: #1e2127; --ink: #e6e7ea; --soft: #a0a6b1; --line: #343943;
    --accent: #ff8a80; --value: #8cc4ff; }
}"""
