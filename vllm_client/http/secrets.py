"""Detect the secrets of a request, and remove them from errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import attrs

from ..errors import VllmError

E = TypeVar("E", bound=VllmError)

# A header field whose name contains one of these, as X-Auth-Token does, has a secret value.
SECRET_WORDS = (
    "auth", "token", "secret", "key", "password", "credential", "cookie", "signature",
)  # fmt: skip


def is_secret(name: str) -> bool:
    """Return whether the value of a header field of this name must not be shown."""
    lower = name.lower()
    return any(word in lower for word in SECRET_WORDS)


# Error trackers upload the repr of every local variable in a traceback by default. The repr of the
# types below does not show their content. They are used for local variables.


class SecretBytes(bytes):
    """Bytes that may contain a secret."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes, not shown since they may contain a secret>"

    __str__ = __repr__


class SecretStr(str):
    """Text that is a secret, or may contain one."""

    def __repr__(self) -> str:
        return "<text, not shown since it may be a secret>"


class SecretFields(dict[str, str]):
    """Header fields or environment variables, whose values may be secrets."""

    def __repr__(self) -> str:
        return f"<{len(self)} fields, not shown since they may be secrets>"


@attrs.frozen(repr=False)
class SecretFunction:
    """A function whose repr may show a secret, as that of a `functools.partial` does."""

    function: Callable[[], Any]

    def __call__(self) -> Any:
        """Call the function."""
        return self.function()

    def __repr__(self) -> str:
        return "<a function, not shown since it may contain a secret>"


def hidden(value: Any) -> Any:
    """Wrap text, bytes, functions and mappings so that their repr does not show their content."""
    if isinstance(value, str):
        return SecretStr(value)
    if isinstance(value, bytes):
        return SecretBytes(value)
    if callable(value) and not isinstance(value, type | SecretFunction):
        return SecretFunction(value)
    return SecretFields(value) if isinstance(value, Mapping) else value


class Secrets(tuple[str, ...]):
    """Strings that must not be shown, in order of decreasing length."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"

    def hide(self, text: str) -> str:
        """Replace the secrets, and long enough parts of them, in a text by "***"."""
        for secret in self:
            text = _without(secret, text)
        return text


NO_SECRETS = Secrets()


def without_secrets(error: E, secrets: Iterable[str]) -> E:
    """Remove the secrets from an error and from all errors in its chain; return the error."""
    for each in _with_causes(error):
        for secret in secrets:
            _scrub(each, secret)
    return error


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException | None] = [None]
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and each not in seen:
            seen.append(each)
            left += [each.__cause__, each.__context__]
            yield each


def _scrub(error: BaseException, secret: str) -> None:
    """Remove a secret from the attributes of an error that contain it."""
    args = tuple(_without(secret, part) for part in error.args)
    if args != error.args:
        error.args = args
    attributes = dict(vars(error))
    # the `object` of a UnicodeError, which contains the undecodable bytes, is missing in vars()
    if isinstance(error, UnicodeError):
        attributes["object"] = getattr(error, "object", None)
    for name, value in attributes.items():
        scrubbed = _without(secret, value)
        if scrubbed is not value:
            setattr(error, name, scrubbed)


# Messages quote text of the server, truncated, so they may contain the beginning or end of a
# secret. A part shorter than this is useless to an attacker, and is not replaced.
_MIN_SECRET_PIECE = 8


def _without(secret: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return _without_in_bytes(secret, value)
    head, tail = secret[:_MIN_SECRET_PIECE], secret[-_MIN_SECRET_PIECE:]
    if not secret or not isinstance(value, str) or (head not in value and tail not in value):
        return value
    for length in range(len(secret), min(len(secret), _MIN_SECRET_PIECE) - 1, -1):
        for piece in {secret[:length], secret[-length:]}:
            value = value.replace(piece, "***")
    return value


def _without_in_bytes(secret: str, value: bytes) -> bytes:
    text = value.decode("latin-1")
    scrubbed: str = _without(secret, text)
    return value if scrubbed is text else scrubbed.encode("latin-1")


def secrets_of(fields: tuple[tuple[str, str], ...], *others: str | None) -> Secrets:
    """Collect the secrets of header fields and of other strings.

    They are the whole values and also their parts: the token after a scheme such as Bearer, and
    the password of `user:password`.
    """
    values = [value for name, value in fields if is_secret(name)]
    values += [value.partition(" ")[2] for value in values]
    values += [other for other in others if other]
    values += [other.partition(":")[2] for other in others if other and ":" in other]
    told_from_words = dict.fromkeys(value for value in values if len(value) > 3)
    return Secrets(sorted(told_from_words, key=len, reverse=True))
