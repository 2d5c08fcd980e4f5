"""The server itself: status, models, metrics, tokens, and any other route."""
