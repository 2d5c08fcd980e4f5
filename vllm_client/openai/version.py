"""The version of this package, with its name in openai-python."""

from .. import __version__

VERSION: str = __version__
