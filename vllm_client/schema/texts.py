"""Convert JSON strings to types that JSON lacks, such as dates, and strings or numbers to Decimal.

Dates, times, durations and UUIDs must have the spelling that their `format` in JSON schema
requires, that of RFC 3339. Python's own parsers accept other spellings too, such as "20260131".
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from .readers import Mismatch

T = TypeVar("T")

BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
DECIMAL = r"^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$"

_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
_HEX = "[0-9a-fA-F]"


def _spelled(pattern: str, example: str, parse: Callable[[str], T]) -> Callable[[str], T]:
    """Make a parser that accepts only one spelling.

    Args:
        pattern: A regular expression for the whole text.
        example: An example for the error message.
        parse: Converts the text, or raises ValueError.
    """
    spelling = re.compile(pattern, re.ASCII)

    def parse_spelled(text: str) -> T:
        value = parse(text)
        if not spelling.fullmatch(text):
            raise ValueError(f"expected a value like {example}, got {text!r:.80}")
        return value

    return parse_spelled


def _upper(parse: Callable[[str], T]) -> Callable[[str], T]:
    # RFC 3339 allows lower-case "t" and "z"
    return lambda text: parse(text.upper())


parse_date = _spelled(_DATE, "2026-01-31", date.fromisoformat)
parse_datetime = _spelled(
    f"{_DATE}[Tt ]{_TIME.replace('Z', '[Zz]')}",
    "2026-01-31T12:30:00Z",
    _upper(datetime.fromisoformat),
)
parse_time = _spelled(
    _TIME.replace("Z", "[Zz]"), "12:30:00Z or 12:30:00+02:00", _upper(time.fromisoformat)
)
parse_uuid = _spelled(
    rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
    "123e4567-e89b-42d3-a456-426614174000",
    UUID,
)

_DURATION = re.compile(
    r"(?P<sign>[+-])?P(?!$)"
    r"(?:(?P<weeks>\d+)W)?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)


def parse_duration(text: str) -> timedelta:
    """Parse an ISO 8601 duration, such as "P1DT2H".

    As in pydantic, a year has 365 days and a month 30.
    """
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"expected a duration such as P1DT2H30M, got {text!r:.80}")
    given = {unit: float(found[unit] or 0) for unit in _DURATION.groupindex if unit != "sign"}
    days = given.pop("years") * 365 + given.pop("months") * 30 + given.pop("days")
    span = timedelta(days=days, **given)
    return -span if found["sign"] == "-" else span


def parse_base64(text: str) -> bytes:
    """Decode base64 text, which must be padded."""
    try:
        return b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"expected base64: {error}") from error


def read_decimal(value: Any) -> Decimal:
    """Read a Decimal from a number, or from text, in which no digits are lost."""
    if type(value) is str and re.fullmatch(DECIMAL, value, re.ASCII):
        return Decimal(value)
    if type(value) in (int, float) and (number := Decimal(str(value))).is_finite():
        return number
    raise Mismatch(f"expected a decimal number, got {value!r:.80}")
