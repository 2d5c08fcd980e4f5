"""Observers of calls, including the observer that writes the log."""
