"""Write `tests/schemas/`, with which `tests/test_schema_drift.py` compares the client.

    python tests/tools/dump_schemas.py all PYTHON              everything
    python tests/tools/dump_schemas.py server KIND URL [LOG]   of a running server
    python tests/tools/dump_schemas.py classes PYTHON          of vLLM's own classes

PYTHON is an interpreter that has vLLM; `all` starts each server of KINDS with it in turn, which
takes about half a minute each. For a new version of vLLM run `all`, read `git diff tests/schemas`
and the messages of the test, and add the fields.

    routes.json     kind of server -> its version; route -> its parameters, and the schemas of its
                    body and of its answers, as far as openapi.json describes them
    requests.json   the schemas of request bodies, and those that they refer to
    answers.json    the schemas of answers, and those that they refer to
    classes.json    vLLM's classes, `module:class`: requests, answers and parts of answers that no
                    openapi.json describes

A server's openapi.json omits some routes, but vLLM lists all routes in its log when it starts.
Without LOG, the known undocumented routes of all kinds are probed with OPTIONS, which has no effect
and gets 404 for a missing route; new routes are not found in this way.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "schemas"

KINDS = ("chat", "chat-dev", "embed", "bert_rank", "bert_class", "whisper")
"""Kinds of tests/live/configurations.py; the others have the same routes as one of these."""

TYPES = (
    "type",
    "const",
    "enum",
    "anyOf",
    "items",
    "properties",
    "additionalProperties",
    "required",
)
"""Keywords of JSON Schema that determine which values a type checker accepts."""

LIMITS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
)
"""Keywords that only the server checks; our descriptions must mention them."""

KEPT = frozenset({*TYPES, *LIMITS, "default"})
"""Keywords that are written; titles, descriptions and defaults of null are dropped."""

NOT_FOLLOWED = frozenset({"messages", "prompt", "input", "previous_input_messages"})
"""Properties whose schemas are dropped: they hold the user's input, in hundreds of shapes."""

PART = "ChatCompletionContentPart"
"""Schemas with such names are dropped, too: their names differ between documents."""

Json = dict[str, Any]


def routes_of(openapi: Mapping[str, Any]) -> dict[str, Json]:
    """Return each documented route, such as "POST /tokenize", with its parameters and schemas."""
    return {
        f"{method.upper()} {path}": _route(operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    }


def _route(operation: Mapping[str, Any]) -> Json:
    route: Json = {}
    if bodies := _named(operation.get("requestBody", {})):
        route["body"] = bodies
    if answers := _named(operation.get("responses", {}).get("200", {})):
        route["answers"] = answers
    if parameters := operation.get("parameters"):
        route["parameters"] = {each["name"]: trim_type(each["schema"]) for each in parameters}
    return route


def _named(described: Mapping[str, Any]) -> list[str]:
    """Return the schemas that a body or an answer names, for any content type."""
    contents = described.get("content", {}).values()
    return sorted({name for content in contents for name in references(content)})


def logged_routes(log: str) -> list[str]:
    """Return the routes that a server's log lists."""
    return [
        f"{method} {path}"
        for path, methods in re.findall(r"Route: (\S+), Methods: ([A-Z, ]+)", log)
        for method in methods.split(", ")
    ]


def trim(schemas: Mapping[str, Any], wanted: Iterable[str]) -> Json:
    """Return the wanted schemas and all that they refer to, by name."""
    trimmed: Json = {}
    left = list(wanted)
    while left:
        name = left.pop()
        if name not in trimmed:
            trimmed[name] = trim_object(schemas[name])
            left += followed(trimmed[name])
    return trimmed


def trim_object(schema: Mapping[str, Any]) -> Json:
    """Return a schema's properties and the required ones; for other types, the type."""
    if "properties" not in schema:
        return dict(trim_type(schema))
    properties = {
        name: {} if name in NOT_FOLLOWED else trim_type(value)
        for name, value in schema["properties"].items()
    }
    return {"properties": properties, "required": schema.get("required", [])}


def trim_type(schema: Any) -> Any:
    """Return a type without its descriptions; references become names."""
    match schema:
        case {"$ref": reference}:
            return {"$ref": reference.rpartition("/")[2]}
        case {"oneOf": alternatives}:
            return {"anyOf": [trim_type(each) for each in alternatives]}
        case {"properties": dict(properties)}:
            return {
                "properties": {name: trim_type(value) for name, value in properties.items()},
                "required": schema.get("required", []),
            }
        case dict():
            return {
                key: _trim_value(key, value) for key, value in schema.items() if _kept(key, value)
            }
        case list():
            return [trim_type(item) for item in schema]
    return schema


def _kept(keyword: str, value: Any) -> bool:
    return keyword in KEPT and not (keyword == "default" and value is None)


def _trim_value(keyword: str, value: Any) -> Any:
    return value if keyword == "default" else trim_type(value)


def followed(schema: Any) -> set[str]:
    """Return the names of the schemas that this one refers to and that are kept."""
    return {name for name in references(schema) if not name.startswith(PART)}


def references(schema: Any) -> Iterator[str]:
    """Yield the names of the schemas that this one refers to directly."""
    match schema:
        case {"$ref": name}:
            yield name.rpartition("/")[2]
        case dict():
            for value in schema.values():
                yield from references(value)
        case list():
            for value in schema:
                yield from references(value)


def trim_classes(
    classes: Mapping[str, Any], requests: Collection[str], answers: Collection[str]
) -> Json:
    """Classes of vLLM without those that have a schema in some openapi.json.

    openapi.json identifies a class only by its name, so a class of an answer is kept if another one
    has the same name. Of their `$defs` only the names are kept, in references: vLLM's classes among
    them have their own entry, and the others are openai's.
    """
    times = Counter(_class_of(name) for name in classes)
    described = {name for name in requests if name.endswith("Request")}
    described |= {name for name in map(plain_name, answers) if times[name] == 1}
    return {
        name: trim_object(schema)
        for name, schema in classes.items()
        if _class_of(name) not in described
    }


def plain_name(schema: str) -> str:
    """Return the name of a schema's class, without the suffix of schemas for answers."""
    return schema.removesuffix("-Output")


def _class_of(name: str) -> str:
    return name.rpartition(":")[2]


def dump_server(kind: str, url: str, log: str | None) -> None:
    """Write the version, routes and schemas of a running server."""
    openapi = json.loads(_get(url, "/openapi.json"))
    kinds = _read("routes.json")
    routes = routes_of(openapi)
    undocumented = _answering(url, _all_routes(kinds)) if log is None else logged_routes(log)
    version = json.loads(_get(url, "/version"))["version"]
    kinds[kind] = {
        "version": version,
        "routes": {**{route: {} for route in undocumented}, **routes},
    }
    _write("routes.json", kinds)
    for name, key in (("requests.json", "body"), ("answers.json", "answers")):
        schemas = {**_read(name), **openapi["components"]["schemas"]}
        _write(name, trim(schemas, named(kinds, key)))


def dump_classes(python: str) -> None:
    """Write the schemas of vLLM's classes in this Python."""
    program = Path(__file__).with_name("vllm_classes.py")
    done = subprocess.run([python, program], stdout=subprocess.PIPE, text=True, check=True)
    documented = _read("requests.json"), _read("answers.json")
    _write("classes.json", trim_classes(json.loads(done.stdout), *documented))


def dump_all(python: str) -> None:
    """Start a server of each kind and write its data, then write vLLM's classes."""
    sys.path.insert(0, str(ROOT))
    from tests.live.configurations import CONFIGURATIONS
    from tests.live.servers import OwnServer

    for kind in KINDS:
        with OwnServer(CONFIGURATIONS[kind], python) as server:
            dump_server(kind, server.address.root, server.log)
    dump_classes(python)


def named(kinds: Mapping[str, Any], key: str) -> set[str]:
    """Return the schemas that the routes of these kinds name, as "body" or as "answers"."""
    return {
        name
        for kind in kinds.values()
        for route in kind["routes"].values()
        for name in route.get(key, ())
    }


def _all_routes(kinds: Mapping[str, Any]) -> set[str]:
    return {route for each in kinds.values() for route in each["routes"]}


def _answering(url: str, routes: Iterable[str]) -> list[str]:
    paths = {path: _status(url, "OPTIONS", path) for path in {route.split()[1] for route in routes}}
    return [route for route in routes if paths[route.split()[1]] != 404]


def _get(url: str, path: str) -> str:
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise ConnectionError(f"GET {url}{path}: {answer.status}")
        return answer.read().decode()


def _status(url: str, method: str, path: str) -> int:
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request(method, path)
        return connection.getresponse().status


def _read(name: str) -> Json:
    path = FOLDER / name
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _write(name: str, value: Json) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_text(pretty(value) + "\n", encoding="utf-8")


def pretty(value: Any, indent: int = 0) -> str:
    """Return sorted JSON with short values on one line, so that a diff has one line per field."""
    line = json.dumps(value, sort_keys=True)
    if len(line) + indent <= 100 or not isinstance(value, dict | list):
        return line
    rows = (
        [f"{json.dumps(key)}: {pretty(value[key], indent + 1)}" for key in sorted(value)]
        if isinstance(value, dict)
        else [pretty(item, indent + 1) for item in value]
    )
    inside = ",\n".join(" " * (indent + 1) + row for row in rows)
    opening, end = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inside}\n{' ' * indent}{end}"


def main(arguments: list[str]) -> None:
    match arguments:
        case ["all", python]:
            dump_all(python)
        case ["classes", python]:
            dump_classes(python)
        case ["server", kind, url, *log] if len(log) <= 1:
            dump_server(kind, url, Path(log[0]).read_text("utf-8", "replace") if log else None)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
