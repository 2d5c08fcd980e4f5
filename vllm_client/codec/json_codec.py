"""Decode and encode JSON.

Decoding uses orjson if it is installed, and otherwise the standard library. The results are equal,
except that orjson decodes integers of more than 64 bits as floats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import RequestError


def _reader() -> Callable[[str | bytes], Any]:
    try:
        import orjson
    except ImportError:
        return _read

    def read(text: str | bytes) -> Any:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            # orjson refuses NaN, Infinity and lone surrogates, which the standard library accepts.
            # For any other invalid text the standard library raises the error.
            return _read(text)

    return read


def _read(text: str | bytes) -> Any:
    return json.loads(text if isinstance(text, str) else text.decode().removeprefix("\ufeff"))


# Decode a JSON text. Bytes are UTF-8, with or without a byte order mark. Raises ValueError, and
# RecursionError if the text is nested too deeply.
loads = _reader()


def dumps(value: Any) -> bytes:
    """Encode a request body. Raise RequestError for a value that JSON cannot represent."""
    return _dumps(_encode, value)


def canonical(value: Any) -> bytes:
    """Encode a request body with sorted keys, so that equal bodies have equal bytes.

    Raises:
        RequestError: JSON cannot represent a value.
    """
    return _dumps(_encode_sorted, value)


def _dumps(encode: Callable[[Any], str], value: Any) -> bytes:
    try:
        text = encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise RequestError(f"the request cannot be written as JSON: {error}") from error
    try:
        return text.encode()
    except UnicodeEncodeError:  # a lone surrogate, perhaps copied from a response
        return without_halves(text).encode()


def is_json(text: str) -> bool:
    """Return whether a text is valid JSON."""
    try:
        loads(text)
    except (ValueError, RecursionError):
        return False
    return True


_HALF = re.compile("[\ud800-\udfff]")


def has_halves(text: str) -> bool:
    """Return whether a text contains surrogates."""
    return _HALF.search(text) is not None


def may_have_halves(text: str) -> bool:
    r"""Return whether a JSON text may contain surrogates, which are always \ud… escapes there."""
    return "\\ud" in text or "\\uD" in text


def with_whole_characters(value: Any, text: str) -> Any:
    """Replace each lone surrogate in a decoded value by U+FFFD, as stream decoding does.

    Args:
        value: The decoded value.
        text: The JSON text that it was decoded from.

    Raises:
        RecursionError: The value is nested too deeply.
    """
    if not may_have_halves(text):
        return value
    written = json.dumps(value, ensure_ascii=False)
    return json.loads(without_halves(written)) if has_halves(written) else value


def without_halves(text: str) -> str:
    """Join each surrogate pair in a text to one character; replace lone surrogates by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def foreign(value: Any) -> Any:
    """Convert an object that json cannot encode: an answer, a NumPy value or a mapping.

    Raises:
        TypeError: The object cannot be converted.
    """
    for name in ("as_input", "tolist", "to_dict"):
        convert = getattr(value, name, None)
        if convert is not None:
            return convert()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} {value!r:.80} is not JSON serializable{_hint(value)}")


def _hint(value: Any) -> str:
    if isinstance(value, type):
        return "; parse(response_format=…) gives answers as instances of a class"
    return "; function_tool() makes a tool of it" if callable(value) else ""


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=foreign
).encode

_encode_sorted = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
).encode
