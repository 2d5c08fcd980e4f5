"""The version, at its module path in openai-python."""

from .version import VERSION

__title__ = "openai"
__version__ = VERSION
