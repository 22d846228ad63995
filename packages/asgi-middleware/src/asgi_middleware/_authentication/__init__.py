"""Who a connection comes from, and what it may do."""
