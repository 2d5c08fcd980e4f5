"""`Translations`, at its module path in openai-python."""

from . import AsyncTranslations, Translations

__all__ = ["AsyncTranslations", "Translations"]
