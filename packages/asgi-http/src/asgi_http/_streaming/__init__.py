"""Bodies made while they are sent."""
