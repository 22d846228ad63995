"""Sessions that are in a cookie as a whole, signed or encrypted."""
