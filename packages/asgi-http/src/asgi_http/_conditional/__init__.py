"""Conditional requests: validators, what is asked of them, and the answers 304 and 412."""
