"""The client in a notebook."""
