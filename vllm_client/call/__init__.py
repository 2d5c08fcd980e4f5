"""One call with all its attempts, decided without I/O."""
