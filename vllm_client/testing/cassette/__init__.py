"""Record what passes between a client and a real server, and serve it again without the server."""
