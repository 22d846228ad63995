"""From Starlette to shine: what to rewrite in a file, and what somebody has to look at."""
