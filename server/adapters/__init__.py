"""One thing outside the process each."""
