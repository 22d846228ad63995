"""Lifespans: the protocol for a context manager, and that of other applications as one."""
