"""Protection against requests that another site forges."""
