"""From the bytes of a multipart form to its parts."""
