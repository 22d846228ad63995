"""Where the files of a form go."""
