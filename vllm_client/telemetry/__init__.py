"""Observers of calls, and the one that writes the log."""
