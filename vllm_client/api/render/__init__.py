"""Requests rendered to token ids, and generated token ids rendered to answers."""
