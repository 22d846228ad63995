"""How each content coding is made."""
