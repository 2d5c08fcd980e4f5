"""Find the matching recorded request, or the nearest one and the differences from it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import parse_qsl

from attrs import frozen

_SHOWN_CHARACTERS = 60


class _Missing:
    """Marker for a key that only one of two requests has."""


MISSING = _Missing()


@frozen
class Difference:
    """One difference between two requests. `where`: a path such as `$.messages[0].content`."""

    where: str
    recorded: Any
    requested: Any

    def __str__(self) -> str:
        recorded, requested = _shown(self.recorded, self.requested)
        return f"{self.where}: recorded {recorded}, requested {requested}"


def comparable(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a request that are compared, by the names that errors show.

    These are method, path, query, and the body without `request_id`. Headers are not compared.
    """
    path, _, query = request["path"].partition("?")
    body = request.get("json", MISSING)
    compared = {
        "method": request["method"],
        "path": path,
        "query": _query(query),
        "$": _without_request_id(body),
        "parts": [part for part in request.get("parts", ()) if part.get("name") != "request_id"],
        "text": request.get("text", MISSING),
    }
    return {name: value for name, value in compared.items() if value not in (MISSING, [], {})}


def _query(query: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return values


def _without_request_id(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name != "request_id"}


def key_of(compared: Any) -> str:
    """Return a key that ignores the order of keys and the spelling of numbers."""
    return json.dumps(_normalized(compared), sort_keys=True)


def _normalized(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _normalized(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_normalized(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def nearest(
    requested: Mapping[str, Any], recorded: Sequence[Mapping[str, Any]]
) -> tuple[int, list[Difference]] | None:
    """Return the index of the recorded request that differs least, and all differences.

    Requests with the same path rank before all others. None if nothing was recorded.
    """
    compared = [list(differences(each, requested)) for each in recorded]
    if not compared:
        return None
    index = min(range(len(compared)), key=lambda index: _distance(compared[index]))
    return index, compared[index]


def _distance(differences: Sequence[Difference]) -> tuple[bool, bool, int]:
    where = {difference.where for difference in differences}
    return "path" in where, "method" in where, len(differences)


def differences(recorded: Any, requested: Any, where: str = "") -> Iterator[Difference]:
    """Yield each place where two values differ, in the order of the requested value."""
    match recorded, requested:
        case dict(), dict():
            for name in [*requested, *(name for name in recorded if name not in requested)]:
                inner = f"{where}.{name}" if where else name
                yield from differences(
                    recorded.get(name, MISSING), requested.get(name, MISSING), inner
                )
        case list(), list():
            pairs: Iterable[tuple[Any, Any]] = zip_longest(recorded, requested, fillvalue=MISSING)
            for index, (one, other) in enumerate(pairs):
                yield from differences(one, other, f"{where}[{index}]")
        case _ if _differ(recorded, requested):
            yield Difference(where, recorded, requested)


def _differ(one: Any, other: Any) -> bool:
    # 1 equals 1.0 in JSON, but not true
    return one != other or isinstance(one, bool) is not isinstance(other, bool)


def _shown(recorded: Any, requested: Any) -> tuple[str, str]:
    """Return both values shortened; long strings begin shortly before the first difference."""
    start = 0
    if isinstance(recorded, str) and isinstance(requested, str):
        same = _common(recorded, requested)
        start = max(0, same - 10) if max(len(recorded), len(requested)) > _SHOWN_CHARACTERS else 0
    return _short(recorded, start), _short(requested, start)


def _common(one: str, other: str) -> int:
    """Return the length of the common prefix."""
    pairs = zip(one, other, strict=False)
    unequal = (index for index, (a, b) in enumerate(pairs) if a != b)
    return next(unequal, min(len(one), len(other)))


def _short(value: Any, start: int) -> str:
    if isinstance(value, _Missing):
        return "nothing"
    text = json.dumps(value[start:] if isinstance(value, str) else value, ensure_ascii=False)
    more = "…" if len(text) > _SHOWN_CHARACTERS else ""
    return ("…" if start else "") + text[:_SHOWN_CHARACTERS] + more
