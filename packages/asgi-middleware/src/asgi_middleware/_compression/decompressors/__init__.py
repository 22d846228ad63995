"""How each content coding is undone, in steps that give no more than they are asked for."""
