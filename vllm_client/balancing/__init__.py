"""Load balancing: choose a server for each attempt and track server health, without I/O."""
