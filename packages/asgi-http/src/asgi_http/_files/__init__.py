"""One file as a response: what is said of it, which parts of it are wanted, and how it is read and sent."""
