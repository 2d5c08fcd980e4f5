"""The server's API, with a folder for each group of routes."""
