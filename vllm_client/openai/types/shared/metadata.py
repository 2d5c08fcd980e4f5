"""`Metadata`, at its module path in openai-python."""

from ..shared_params import Metadata

__all__ = ["Metadata"]
