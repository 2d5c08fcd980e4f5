"""The version of this package, by openai's name."""

from .. import __version__

VERSION: str = __version__
