"""Settings from the environment and a file, and the types they are cast to."""
