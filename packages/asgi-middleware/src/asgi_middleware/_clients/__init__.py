"""Which clients may connect."""
