"""Work after a response and beside it, and the threads that it may have."""
