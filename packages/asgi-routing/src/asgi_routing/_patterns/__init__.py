"""Path patterns: kinds of parameters, patterns made of them, and how a path is read by one."""
