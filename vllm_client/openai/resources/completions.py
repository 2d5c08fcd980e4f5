"""The classes of `client.completions`."""

from . import AsyncCompletions, Completions

__all__ = ["AsyncCompletions", "Completions"]
