"""The index: which routes could match a path, and the list whose changes it follows."""
