"""Trim a vLLM server's OpenAPI schema to what `tests/endpoints/test_options.py` compares with.

    curl http://localhost:8000/openapi.json | python tests/tools/trim_schema.py VERSION

Writes `tests/endpoints/data/request_schemas.json`: for the two generation requests, and for the
schemas that their options refer to, the property names, their types, and which are required.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).resolve().parents[1] / "endpoints/data/request_schemas.json"

REQUESTS = ("ChatCompletionRequest", "CompletionRequest")

KEPT = ("type", "const", "enum", "anyOf", "items", "properties", "additionalProperties", "required")
"""What a type checker can say too. Defaults, descriptions and limits of numbers are left out."""

NOT_OPTIONS = ("messages", "prompt")
"""Properties whose schemas are not followed: they are parameters, checked elsewhere."""


def trim(openapi: Mapping[str, Any]) -> dict[str, Any]:
    """The request schemas and all that they refer to, by name."""
    schemas = openapi["components"]["schemas"]
    trimmed: dict[str, Any] = {}
    wanted = list(REQUESTS)
    while wanted:
        name = wanted.pop()
        trimmed[name] = _trim_object(schemas[name])
        wanted += [found for found in _references(trimmed[name]) if found not in trimmed]
    return trimmed


def _trim_object(schema: Mapping[str, Any]) -> dict[str, Any]:
    properties = {
        name: {} if name in NOT_OPTIONS else _trim_type(value)
        for name, value in schema["properties"].items()
    }
    return {"properties": properties, "required": schema.get("required", [])}


def _trim_type(schema: Any) -> Any:
    match schema:
        case {"$ref": reference}:
            return {"$ref": reference.rpartition("/")[2]}
        case dict():
            return {key: _trim_type(value) for key, value in schema.items() if key in KEPT}
        case list():
            return [_trim_type(item) for item in schema]
    return schema


def _references(schema: Any) -> Iterator[str]:
    match schema:
        case {"$ref": name}:
            yield name
        case dict():
            for value in schema.values():
                yield from _references(value)
        case list():
            for value in schema:
                yield from _references(value)


def main() -> None:
    document = {"server": f"vLLM {sys.argv[1]}", "schemas": trim(json.load(sys.stdin))}
    OUTPUT.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
