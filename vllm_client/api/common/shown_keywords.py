"""Signatures and docstrings that list every keyword of `**options`, made on first use.

`help()`, `inspect.signature`, notebooks and IPython read them. A method takes its keywords as
`**options: Unpack[ChatKeywords]`, which type checkers understand, but Python at run time does not.
Reading names, types and descriptions from `ChatKeywords` takes milliseconds. It happens when a
signature or docstring is read, so that importing the package and calling methods is no slower.
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any, TypeVar

KindT = TypeVar("KindT", bound=type)


def shows_keywords(kind: KindT) -> KindT:
    """Class decorator: list the keywords of each public method that has `**options`."""
    for name, method in vars(kind).items():
        if name.startswith("_") and name != "__init__":
            continue
        if isinstance(method, FunctionType) and method.__code__.co_flags & inspect.CO_VARKEYWORDS:
            # inspect.signature() reads this attribute, which the stubs of FunctionType lack.
            method.__signature__ = _LazySignature.of(method)  # type: ignore[attr-defined]
            method.__doc__ = method.__doc__ and _LazyDoc.of(method)
    return kind


def shows_keys(kind: KindT) -> KindT:
    """Class decorator of a TypedDict: list its keys with their descriptions in its docstring."""
    kind.__doc__ = kind.__doc__ and _LazyDoc.of(kind)
    return kind


class _LazySignature(inspect.Signature):
    """A signature that is made when one of its attributes is first read."""

    __slots__ = ("_function",)

    _function: Any  # a FunctionType

    @classmethod
    def of(cls, function: FunctionType) -> _LazySignature:
        made = cls.__new__(cls)
        made._function = function
        return made

    def __getattr__(self, name: str) -> Any:  # the base class's slots are empty
        if name == "_function":
            raise AttributeError(name)
        from .keyword_help import signature_of

        return getattr(signature_of(self._function), name)


class _LazyDoc(str):
    """A docstring to which the keywords are appended when it is read.

    `inspect.getdoc` (thus `help()` and IPython), doctest and Sphinx all call `expandtabs()` first,
    so that method appends them.
    """

    _subject: Any  # a FunctionType or a TypedDict

    @classmethod
    def of(cls, subject: FunctionType | type) -> _LazyDoc:
        made = cls(subject.__doc__)
        made._subject = subject
        return made

    def expandtabs(self, tabsize: Any = 8) -> str:
        return self._whole().expandtabs(tabsize)

    def __str__(self) -> str:
        return self._whole()

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Pickle as plain text: the function may not be found by its name."""
        return str, (self._whole(),)

    def _whole(self) -> str:
        from .keyword_help import docstring_of

        return docstring_of(self._subject, str.__str__(self))
