"""Server-sent events to events, and to the answer that they add up to."""
