"""Render requests to token ids, and generated token ids to answers."""
