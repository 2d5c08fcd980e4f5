"""What vLLM serves, and what this package makes of it.

The .json files are vLLM's own word, made by `tests/tools/dump_schemas.py`, which says how.
`tables.py` is ours: what stands for what, and why where it differs.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _read(name: str) -> dict[str, Any]:
    text = (Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def kinds() -> dict[str, Any]:
    """Kind of server -> its version; its routes, such as "POST /tokenize", and what they take."""
    return _read("routes")


def requests() -> dict[str, Any]:
    """Name -> schema, of requests' bodies and of what they refer to."""
    return _read("requests")


def answers() -> dict[str, Any]:
    """Name -> schema, of the answers that openapi.json describes and of what they refer to."""
    return _read("answers")


def classes() -> dict[str, Any]:
    """vLLM's class, as `module:class` below vllm.entrypoints -> schema."""
    return _read("classes")


def routes() -> dict[str, set[str]]:
    """Each route -> the kinds of server that have it."""
    found: dict[str, set[str]] = {}
    for kind, served in kinds().items():
        for route in served["routes"]:
            found.setdefault(route, set()).add(kind)
    return found


def fields_of_route(route: str) -> set[str]:
    """What a route takes, by what openapi.json says: its body's fields and its parameters."""
    fields = set()
    for served in kinds().values():
        takes = served["routes"].get(route, {})
        fields |= set(takes.get("parameters", ()))
        for schema in takes.get("body", ()):
            fields |= set(requests()[schema]["properties"])
    return fields
