"""What can be told of an application that does not run."""
