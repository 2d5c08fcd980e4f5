"""Encode and decode JSON, and convert it to answer classes."""
