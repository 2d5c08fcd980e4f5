"""The version of the package, said once more in pyproject.toml."""

__version__ = "0.1.0"
