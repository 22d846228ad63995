"""What goes through Redis."""
