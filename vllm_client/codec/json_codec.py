"""JSON: read by orjson where it is installed, else by the standard library, with equal results.

The one difference: orjson reads integers beyond 64 bits as floats.
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
            # NaN, Infinity and lone surrogates, which the standard library takes; or no JSON
            return _read(text)

    return read


def _read(text: str | bytes) -> Any:
    return json.loads(text if isinstance(text, str) else text.decode().removeprefix("\ufeff"))


# The value of a JSON text. Bytes are UTF-8, with or without a byte order mark. Raises ValueError,
# and RecursionError for what is nested too deeply.
loads = _reader()


def dumps(value: Any) -> bytes:
    """The JSON of a request's body. Raises RequestError for what JSON cannot say."""
    return _dumps(_encode, value)


def canonical(value: Any) -> bytes:
    """The JSON of a request's body with sorted keys: equal bodies have equal bytes.

    Raises RequestError for what JSON cannot say.
    """
    return _dumps(_encode_sorted, value)


def _dumps(encode: Callable[[Any], str], value: Any) -> bytes:
    try:
        text = encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise RequestError(f"the request cannot be written as JSON: {error}") from error
    try:
        return text.encode()
    except UnicodeEncodeError:  # of a lone surrogate, which a response may have had
        return without_halves(text).encode()


def is_json(text: str) -> bool:
    """Whether a text is JSON."""
    try:
        loads(text)
    except (ValueError, RecursionError):
        return False
    return True


_HALF = re.compile("[\ud800-\udfff]")


def has_halves(text: str) -> bool:
    """Whether a text has surrogates, which are halves of characters."""
    return _HALF.search(text) is not None


def may_have_halves(text: str) -> bool:
    """Whether a JSON text may have halves of characters: it can write them as escapes only."""
    return "\\ud" in text or "\\uD" in text


def with_whole_characters(value: Any, text: str) -> Any:
    """The value with U+FFFD for each lone surrogate, as the texts of streams have it.

    Args:
        value: The value of a JSON text.
        text: This text.

    Raises:
        RecursionError: The value is nested too deeply.
    """
    if not may_have_halves(text):
        return value
    written = json.dumps(value, ensure_ascii=False)
    return json.loads(without_halves(written)) if has_halves(written) else value


def without_halves(text: str) -> str:
    """Join each surrogate pair in a text to its character; a lone surrogate becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def foreign(value: Any) -> Any:
    """Answers given back as input, NumPy values and read-only mappings, as JSON knows them."""
    for name in ("as_input", "tolist", "to_dict"):
        convert = getattr(value, name, None)
        if convert is not None:
            return convert()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} {value!r:.80} is no JSON value{_hint(value)}")


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
