"""Bulk runs of the sync client: an async client in an event loop, in a background thread."""
