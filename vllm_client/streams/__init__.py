"""Convert streams of server-sent events to event objects, and to the complete response."""
