"""One side of the client: it waits and moves bytes, and decides nothing."""
