"""Record the exchanges between a client and a real server, and replay them without the server."""
