"""The program ``shine``: a module for each command, which is loaded when the command is given."""
