"""Sessions that are kept by a store, of which the client has the id only."""
