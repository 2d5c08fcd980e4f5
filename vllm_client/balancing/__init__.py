"""Several servers as one: which server gets an attempt, and when a server gets none. No I/O."""
