"""Many calls: how many are in flight at a server, and why."""
