"""`ErrorObject`, at its module path in openai-python."""

from . import ErrorObject

__all__ = ["ErrorObject"]
