"""The events of the stream helpers."""
