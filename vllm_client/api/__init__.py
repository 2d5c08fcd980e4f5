"""The server's API, one folder a family."""
