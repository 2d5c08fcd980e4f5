"""Encode the results of tools as text for the model, as pydantic's JSON mode encodes values."""

from __future__ import annotations

import dataclasses
import json
from base64 import b64encode
from collections import deque
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Set, ValuesView
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from math import isfinite
from pathlib import PurePath
from re import Pattern
from types import NoneType
from typing import Any, TypeAlias
from uuid import UUID

import attrs

from ...errors import shortened

Fallback: TypeAlias = Callable[[Any, Exception | None], Any]
"""A function that returns a replacement for a value without a JSON form.

Its second argument is the error that the value's conversion raised, if any.
"""

_YEAR = 365  # number of days of a year in durations, as in pydantic
_MICROSECOND = timedelta(microseconds=1)


def result_text(value: Any) -> str:
    """Encode a result of a tool. A value without a JSON form is replaced by its repr and a note.

    It does not raise: the function has already had its effect, so the model must get a result.

    Args:
        value: The result of the function.

    Returns:
        A string unchanged; anything else as JSON text.
    """
    try:
        return _text(value, _noted)
    except Exception as error:  # nested too deeply, a number too long, or a failed conversion
        return str(_noted(value, error))


def strict_result_text(value: Any) -> str:
    """Encode a result of a tool as `result_text` does, but refuse values without a JSON form.

    Raises:
        TypeError: JSON cannot express a value.
        Exception: Whatever the conversion of a value raises.
    """
    return _text(value, _refused)


def _text(value: Any, fallback: Fallback) -> str:
    if isinstance(value, str) and not isinstance(value, Enum):
        return str.__str__(value)
    return json.dumps(_encoded(value, fallback), ensure_ascii=False)


def _noted(value: Any, error: Exception | None) -> str:
    reason = f": {type(error).__name__}" if error else ""
    return f"{_repr(value)} (the repr of the value, which has no JSON form{reason})"


def _repr(value: Any) -> str:
    try:
        return shortened(repr(value))
    except Exception:  # classes of the caller can raise any exception
        return f"<{type(value).__name__}>"


def _refused(value: Any, error: Exception | None) -> Any:
    if error is not None:
        raise error
    hint = "; function_tool() makes a tool of it" if callable(value) else ""
    raise TypeError(f"{type(value).__name__} {_repr(value):.80} is not JSON serializable{hint}")


def _encoded(value: Any, fallback: Fallback) -> Any:
    """Return the value as dicts, lists and other types of JSON."""
    for kinds, encode in _ENCODERS:
        if isinstance(value, kinds):
            return encode(value, fallback)
    try:
        plain = _converted(value)
    except RecursionError:
        raise
    except Exception as error:  # classes of the caller can raise any exception
        return fallback(value, error)
    return fallback(value, None) if plain is value else _encoded(plain, fallback)


def _converted(value: Any) -> Any:
    """Convert an object to simpler values by its own methods, if it has any."""
    if isinstance(value, type):
        return value
    if hasattr(value, "model_dump"):  # a pydantic model
        return value.model_dump(mode="json")
    for name in (
        "to_dict",
        "as_input",
        "tolist",
    ):  # conversion methods of answers, pandas objects and NumPy arrays
        if convert := getattr(value, name, None):
            return convert()
    if attrs.has(type(value)):
        return {field.alias: getattr(value, field.name) for field in attrs.fields(type(value))}
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return value


def _object(value: Mapping[Any, Any], fallback: Fallback) -> dict[str, Any]:
    return {_key(key, fallback): _encoded(item, fallback) for key, item in value.items()}


def _key(key: Any, fallback: Fallback) -> str:
    """Return a key of a mapping as text, in pydantic's format."""
    if isinstance(key, tuple):
        return ",".join(_key(part, fallback) for part in key)
    plain = _encoded(key, fallback)
    if plain is None:
        return str(key)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _array(value: Any, fallback: Fallback) -> list[Any]:
    return [_encoded(item, fallback) for item in value]


def _bytes(value: bytes | bytearray | memoryview) -> str:
    """Decode UTF-8 text; encode other bytes in base64."""
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        return b64encode(value).decode()


def _isoformat(value: date | time) -> str:
    text = value.isoformat()
    return f"{text.removesuffix('+00:00')}Z" if text.endswith("+00:00") else text


def _duration(value: timedelta) -> str:
    """Format a duration by ISO 8601 as pydantic does: "-P1DT2H3M4.5S"."""
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    years, days = divmod(value.days, _YEAR)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}".rstrip("0").rstrip(".")
    second = f"{seconds}{fraction}" if fraction else seconds
    day = _units((years, "Y"), (days, "D"))
    clock = _units((hours, "H"), (minutes, "M"), (second, "S"))
    return f"{sign}P{day}{f'T{clock}' if clock else ''}" if day or clock else "PT0S"


def _units(*counts: tuple[int | str, str]) -> str:
    return "".join(f"{count}{unit}" for count, unit in counts if count)


def _as_it_is(value: Any, _: Fallback) -> Any:
    return value


# The first entry whose types match is used. Enum comes first, as an Enum may also be a str or int.
_ENCODERS: tuple[tuple[Any, Callable[[Any, Fallback], Any]], ...] = (
    (Enum, lambda value, fallback: _encoded(value.value, fallback)),
    ((str, bool, int, NoneType), _as_it_is),
    (float, lambda value, _: float(value) if isfinite(value) else None),
    ((datetime, date, time), lambda value, _: _isoformat(value)),
    (timedelta, lambda value, _: _duration(value)),
    ((bytes, bytearray, memoryview), lambda value, _: _bytes(value)),
    (Pattern, lambda value, _: value.pattern),
    ((Decimal, PurePath, UUID), lambda value, _: str(value)),
    (
        (IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network),
        lambda value, _: str(value),
    ),
    (Mapping, _object),
    ((list, tuple, deque, Set, KeysView, ValuesView, ItemsView, range, Iterator), _array),
)
