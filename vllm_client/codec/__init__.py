"""JSON, and the server's answers as classes."""
