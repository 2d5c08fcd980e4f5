"""The classes of `client.models`."""

from . import AsyncModels, Models

__all__ = ["AsyncModels", "Models"]
