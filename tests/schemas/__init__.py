"""The schemas of vLLM's API, and the tables that compare them with this package.

The .json files are dumped from vLLM by `tests/tools/dump_schemas.py`. `tables.py` is written by
hand: it maps our names to vLLM's, and gives the reason for each difference.
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
    """Return by kind of server its version and its routes, with their bodies and parameters."""
    return _read("routes")


def requests() -> dict[str, Any]:
    """Return by name the schemas of request bodies, and the schemas that they refer to."""
    return _read("requests")


def answers() -> dict[str, Any]:
    """Return by name the schemas of answers in openapi.json, and the schemas they refer to."""
    return _read("answers")


def classes() -> dict[str, Any]:
    """Return the schemas of vLLM's classes by `module:class`, relative to vllm.entrypoints."""
    return _read("classes")


def routes() -> dict[str, set[str]]:
    """Return for each route the kinds of server that have it."""
    found: dict[str, set[str]] = {}
    for kind, served in kinds().items():
        for route in served["routes"]:
            found.setdefault(route, set()).add(kind)
    return found


def fields_of_route(route: str) -> set[str]:
    """Return the names of a route's body fields and parameters, according to openapi.json."""
    fields = set()
    for served in kinds().values():
        takes = served["routes"].get(route, {})
        fields |= set(takes.get("parameters", ()))
        for schema in takes.get("body", ()):
            fields |= set(requests()[schema]["properties"])
    return fields
