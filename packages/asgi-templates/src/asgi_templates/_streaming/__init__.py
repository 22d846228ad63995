"""Pages that are sent while they are rendered."""
