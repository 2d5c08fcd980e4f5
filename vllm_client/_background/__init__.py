"""The sync face of bulk runs: an event loop in a thread, with an async twin of the client."""
