"""The files of a directory: which one answers a path, in which coding, and how long it may be kept."""
