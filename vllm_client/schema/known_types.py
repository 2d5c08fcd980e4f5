"""JSON schemas and readers of types of the standard library."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, deque
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Sequence,
    Set as AbstractSet,
)
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path, PosixPath, PurePath, PurePosixPath, PureWindowsPath, WindowsPath
from types import NoneType
from typing import Any, LiteralString
from uuid import UUID

from .inlining import JsonSchema
from .readers import Read, anything, exactly, number, text_as
from .texts import (
    BASE64,
    DECIMAL,
    parse_base64,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
    parse_uuid,
    read_decimal,
)

_STRING: JsonSchema = {"type": "string"}


def _text(parse: Callable[[str], Any], format: str = "") -> tuple[JsonSchema, Read]:
    # vLLM 0.32 rejects a `format` that its grammars do not support ("path", "regex", …)
    return {**_STRING, **({"format": format} if format else {})}, text_as(parse)


_DECIMAL = [{"type": "number"}, {**_STRING, "pattern": DECIMAL}]

SCALARS: Mapping[Any, tuple[JsonSchema, Read]] = {
    str: (_STRING, exactly(str, "str")),
    LiteralString: (_STRING, exactly(str, "str")),
    int: ({"type": "integer"}, exactly(int, "int")),
    float: ({"type": "number"}, number),
    bool: ({"type": "boolean"}, exactly(bool, "bool")),
    None: ({"type": "null"}, exactly(NoneType, "null")),
    NoneType: ({"type": "null"}, exactly(NoneType, "null")),
    Any: ({}, anything),
    object: ({}, anything),
    datetime: _text(parse_datetime, "date-time"),
    date: _text(parse_date, "date"),
    time: _text(parse_time, "time"),
    timedelta: _text(parse_duration, "duration"),
    UUID: _text(parse_uuid, "uuid"),
    Decimal: ({"anyOf": _DECIMAL}, read_decimal),
    bytes: ({**_STRING, "pattern": BASE64}, text_as(parse_base64)),
    re.Pattern: _text(re.compile),
    re.Pattern[str]: _text(re.compile),
    IPv4Address: _text(IPv4Address, "ipv4"),
    IPv6Address: _text(IPv6Address, "ipv6"),
    **{
        kind: _text(kind)
        for kind in (
            *(Path, PosixPath, WindowsPath, PurePath, PurePosixPath, PureWindowsPath),
            *(IPv4Interface, IPv4Network, IPv6Interface, IPv6Network),
        )
    },
}

# Type in a type hint -> the type that a JSON array is converted to.
ARRAYS: Mapping[Any, Callable[[list[Any]], Any]] = {
    list: list,
    Sequence: list,
    MutableSequence: list,
    Collection: list,
    Iterable: list,
    tuple: tuple,
    deque: deque,
    set: set,
    AbstractSet: frozenset,
    MutableSet: set,
    frozenset: frozenset,
}

# Type in a type hint -> the type that a JSON object with arbitrary keys is converted to.
MAPS: Mapping[Any, Callable[[dict[Any, Any]], Any]] = {
    dict: dict,
    Mapping: dict,
    MutableMapping: dict,
    OrderedDict: OrderedDict,
    Counter: Counter,
}

# The factory of a defaultdict, by the type of its values.
FACTORIES: Mapping[Any, Callable[[], Any]] = {
    kind: kind
    for kind in (list, tuple, set, frozenset, dict, deque, Counter, int, float, str, bool)
}
