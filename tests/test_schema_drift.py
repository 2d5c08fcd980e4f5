"""Compare the client with vLLM: every route, every field, every recorded answer.

`tests/schemas/` has the schemas of vLLM and the tables of differences. A row without a difference
fails.
"""

import importlib
import inspect
import json
import pkgutil
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest

import vllm_client
from tests import schemas
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, all_recordings
from tests.schemas import tables
from tests.schemas.descriptions import (
    agrees,
    bases,
    descriptions,
    loose_limits,
    plain_defaults,
    range_of,
    stated_default,
    stated_range,
)
from tests.tools.dump_schemas import plain_name
from vllm_client import SyncVllmClient, VllmError
from vllm_client.call.option_checks import CALL_OPTIONS
from vllm_client.codec.answer import Answer
from vllm_client.codec.decoder import structure
from vllm_client.http.sse import SseDecoder
from vllm_client.testing import SimulatedVllm
from vllm_client.vllm.routes import ROUTES

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "vllm_client" / "vllm" / "README.md").read_text(encoding="utf-8")


# --- what the client has


@cache
def modules() -> dict[str, Any]:
    """Return the modules of the core with answers or options, by name."""
    names = [
        info.name
        for info in pkgutil.walk_packages(vllm_client.__path__, "vllm_client.")
        if not re.match(
            r"vllm_client\.(_async|_sync|openai|testing|cli|integrations|__main__)\b", info.name
        )
    ]
    return {name.removeprefix("vllm_client."): importlib.import_module(name) for name in names}


def defined(what: Callable[[Any], bool]) -> dict[str, Any]:
    """Return the classes of a kind, as `module:class`."""
    return {
        f"{name}:{member.__name__}": member
        for name, module in modules().items()
        for member in vars(module).values()
        if inspect.isclass(member) and member.__module__ == module.__name__ and what(member)
    }


def answers() -> dict[str, Any]:
    return defined(lambda member: issubclass(member, Answer) and member is not Answer)


def typed_dicts() -> dict[str, Any]:
    return defined(typing.is_typeddict)


@cache
def typed_dict_named(name: str) -> Any:
    (found,) = {one for key, one in typed_dicts().items() if key.endswith(f":{name}")}
    return found


def methods(thing: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return the public methods of a client and its resources: "chat.completions.create"."""
    for name in dir(thing):
        if name.startswith("_"):
            continue
        member = inspect.getattr_static(type(thing), name, None)
        if inspect.isfunction(member):
            yield prefix + name, member
        elif type(getattr(thing, name)).__module__.startswith("vllm_client."):
            yield from methods(getattr(thing, name), f"{prefix}{name}.")


@cache
def client_methods() -> dict[str, Any]:
    with SyncVllmClient("http://127.0.0.1:1") as client:
        return dict(methods(client))


def forms(method: Any) -> list[Any]:
    return typing.get_overloads(method) or [method]


def keyword_types(method: Any) -> Iterator[Any]:
    """Return the TypedDicts of a method's keywords."""
    for form in forms(method):
        for annotation in form.__annotations__.values():
            # by name, as the modules of the clients import it for type checkers only
            if unpacked := re.fullmatch(r"Unpack\[(\w+)\]", annotation):
                yield typed_dict_named(unpacked[1])


def keywords(method: Any) -> set[str]:
    """Return the keywords of a method: its parameters, and the keys of its TypedDicts."""
    return set(inspect.signature(method).parameters) - {"self"}


# --- the table of routes in vllm/README.md


@attrs.frozen
class Row:
    """A row: a route, its methods, and the servers that have it."""

    route: str
    methods: tuple[str, ...]
    server: str


def rows() -> list[Row]:
    table = PAGE.split("## Routes\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| `([A-Z]+ /\S*)` \| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    return [Row(route, tuple(methods_in(cell)), server) for route, cell, server in cells]


def methods_in(cell: str) -> Iterator[str]:
    """Return the methods of a cell; a name with a leading dot belongs to the resource before it."""
    resource = ""
    for name in re.findall(r"`([\w.]+)`", cell):
        if name.startswith("."):
            yield resource + name
        else:
            resource = name.rpartition(".")[0]
            yield name


CALLS = [(row.route, method) for row in rows() for method in row.methods]


def test_every_row_of_the_table_of_routes_is_parsed() -> None:
    table = PAGE.split("## Routes\n")[1].split("\n## ")[0]

    assert len(rows()) == table.count("\n| `") > 50
    assert len({row.route for row in rows()}) == len(rows())
    assert all(row.methods for row in rows())


def test_all_routes_are_offered_or_listed_with_a_reason() -> None:
    offered = {row.route for row in rows()}
    elsewhere = {row.route for row in rows() if tables.SERVERS[row.server] == set()}

    assert offered & tables.NOT_OFFERED.keys() == set()
    assert (offered - elsewhere) | tables.NOT_OFFERED.keys() == schemas.routes().keys()
    assert elsewhere & schemas.routes().keys() == set()
    assert all(tables.NOT_OFFERED.values())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.route)
def test_the_table_names_the_server_of_each_route(row: Row) -> None:
    assert schemas.routes().get(row.route, set()) == tables.SERVERS[row.server]


def test_the_table_has_the_routes_of_the_package() -> None:
    offered = {row.route for row in rows()}
    known = {str(route) for route in ROUTES}

    assert offered <= known
    assert known - offered == {
        "GET /openapi.json",
        "POST /cohere/v2/chat",
        "POST /invocations",
        "POST /ping",
    }


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.route)
def test_the_table_and_the_hints_name_the_same_server(row: Row) -> None:
    (route,) = [route for route in ROUTES if str(route) == row.route]

    assert route.servers.startswith(tables.HINTS[row.server])


def test_every_method_of_the_client_is_in_the_table_or_listed_with_a_reason() -> None:
    named = {method for row in rows() for method in row.methods}

    assert client_methods().keys() - named == tables.BESIDE_ROUTES.keys()
    assert all(tables.BESIDE_ROUTES.values())


@pytest.mark.parametrize(("route", "method"), CALLS)
def test_a_method_sends_to_the_route_in_the_table(route: str, method: str) -> None:
    arguments = tables.EXAMPLES.get((route, method), tables.EXAMPLES.get(method, {}))
    with SimulatedVllm() as server, SyncVllmClient(server.base_url, retry=None) as client:
        call: Any = client
        for name in method.split("."):
            call = getattr(call, name)
        with suppress(
            VllmError
        ):  # the simulated server lacks most routes, but has received the request
            opened = call(**arguments)
            close = getattr(opened, "close", None)
            if close is not None:
                close()
        asked = [f"{request.method} {request.path}" for request in server.requests]

    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route))
    assert asked
    assert [request for request in asked if not re.fullmatch(pattern, request)] == []


def test_examples_are_of_methods_in_the_table() -> None:
    named = {method for row in rows() for method in row.methods}
    keys = {key if isinstance(key, str) else key[1] for key in tables.EXAMPLES}

    assert keys <= named


# --- requests


def fields_of(route: str) -> set[str]:
    """Return the fields that vLLM accepts on a route."""
    undocumented = {
        field for name in tables.UNDOCUMENTED_BODIES.get(route, ()) for field in schema_fields(name)
    }
    in_path = set(re.findall(r"\{(\w+)\}", route))
    return public(schemas.fields_of_route(route) | undocumented | in_path)


def differing_keywords() -> set[tuple[str, str]]:
    """Return the differences as (method, field)."""
    taken: dict[str, set[str]] = {}
    for route, method in CALLS:
        taken.setdefault(method, set()).update(fields_of(route))
    return {
        (method, field)
        for method, fields in taken.items()
        for field in fields ^ keywords(client_methods()[method])
        if field in fields or field not in CALL_OPTIONS
    }


def test_methods_take_the_fields_of_their_routes() -> None:
    assert differing_keywords() == tables.DIFFERING_KEYWORDS.keys()
    assert all(tables.DIFFERING_KEYWORDS.values())


def test_documented_bodies_are_not_listed_as_undocumented() -> None:
    for route in tables.UNDOCUMENTED_BODIES:
        assert schemas.fields_of_route(route) == set()
        assert route in {row.route for row in rows()}


def test_every_typed_dict_has_the_keywords_of_a_method_or_a_schema() -> None:
    of_methods = {
        base
        for method in client_methods().values()
        for typed_dict in keyword_types(method)
        for base in bases(typed_dict)
    }
    others = {name for name, member in typed_dicts().items() if member not in of_methods}

    assert others == tables.TYPED_DICTS.keys()


@pytest.mark.parametrize(
    "name", [name for name, schema in tables.TYPED_DICTS.items() if isinstance(schema, tuple)]
)
def test_a_typed_dict_has_the_keys_of_its_schema(name: str) -> None:
    member = typed_dicts()[name]
    keys = member.__required_keys__ | member.__optional_keys__
    expected = {field for schema in tables.TYPED_DICTS[name] for field in schema_fields(schema)}

    assert {(name, field) for field in keys ^ expected} == {
        key for key in tables.DIFFERING_FIELDS if key[0] == name
    }


def schema_fields(name: str) -> set[str]:
    return public(schema_properties(name))


def answer_fields(name: str) -> set[str]:
    found = schemas.classes() if ":" in name else schemas.answers()
    return public(found[name]["properties"])


def public(fields: Iterable[str]) -> set[str]:
    """Return the fields without internal ones, whose names begin with an underscore."""
    return {field for field in fields if not field.startswith("_")}


# --- what descriptions of options say


@attrs.frozen
class Described:
    """An option of a method or a key of a TypedDict: its descriptions and schemas of vLLM."""

    where: str
    name: str
    texts: set[str] = attrs.field(factory=set)
    schemas: list[Any] = attrs.field(factory=list)

    @property
    def ranges(self) -> set[str | None]:
        return {stated_range(text) for text in self.texts}

    @property
    def default(self) -> str | None:
        """Return the defaults that the descriptions state."""
        stated = {found for text in self.texts if (found := stated_default(text))}
        return "; ".join(sorted(stated)) or None

    def row(self, table: Mapping[Any, Any]) -> Any:
        """Return the key of the option in a table: the full key, or the name alone."""
        own = (self.where, self.name)
        return own if own in table else self.name


def property_schemas(route: str) -> Iterator[tuple[str, Any]]:
    """Return the body fields and parameters of a route, with their schemas."""
    bodies = {*tables.UNDOCUMENTED_BODIES.get(route, ())}
    for served in schemas.kinds().values():
        takes = served["routes"].get(route, {})
        yield from takes.get("parameters", {}).items()
        bodies |= {*takes.get("body", ())}
    for body in bodies:
        yield from schema_properties(body).items()


def schema_properties(name: str) -> dict[str, Any]:
    found = schemas.classes() if ":" in name else schemas.requests()
    return dict(found[name]["properties"])


@cache
def described() -> list[Described]:
    """Return every option of every method, and every key of TypedDicts with a schema."""
    found: dict[tuple[str, str], Described] = {}

    def add(where: str, typed_dict: Any, properties: Iterable[tuple[str, Any]]) -> None:
        for name, text in descriptions(typed_dict).items():
            option = found.setdefault((where, name), Described(where, name))
            option.texts.add(text)
            option.schemas.extend(schema for each, schema in properties if each == name)

    for route, method in CALLS:
        for typed_dict in keyword_types(client_methods()[method]):
            add(method, typed_dict, list(property_schemas(route)))
    for name, theirs in tables.TYPED_DICTS.items():
        if isinstance(theirs, tuple):
            properties = [pair for each in theirs for pair in schema_properties(each).items()]
            add(name, typed_dicts()[name], properties)
    return list(found.values())


def test_descriptions_of_all_methods_with_options_are_found() -> None:
    wheres = {option.where for option in described()}
    with_options = {method for _, method in CALLS if [*keyword_types(client_methods()[method])]}

    assert with_options <= wheres
    assert len(described()) > 1000
    assert all(option.texts for option in described())


def test_descriptions_state_the_limits_of_the_schema_or_those_of_the_table() -> None:
    wrong = set()
    needed = set()
    for option in described():
        limits = {range_of(schema) for schema in option.schemas} or {None}
        for key in (option.name, (option.where, option.name)):  # the second one wins
            if key in tables.RANGES and limits != {tables.RANGES[key][0]}:
                needed.add(key)
                limits = {tables.RANGES[key][0]}
        if option.ranges != limits:
            wrong.add((option.where, option.name, str(option.ranges), str(limits)))

    assert wrong == set()
    assert needed == tables.RANGES.keys()
    assert all(reason for _, reason in tables.RANGES.values())


def test_descriptions_state_limits_only_as_range() -> None:
    loose = {(option.name, text) for option in described() for text in option.texts}

    assert {(name, text) for name, text in loose if loose_limits(text)} == set()


def test_descriptions_state_the_defaults_of_the_schema_or_are_listed_with_a_reason() -> None:
    wrong = {
        option.row(tables.DIFFERING_DEFAULTS): (option.where, option.default, defaults)
        for option in described()
        if not agrees(option.default, defaults := plain_defaults(option.schemas))
    }

    assert {key: wrong[key] for key in wrong.keys() - tables.DIFFERING_DEFAULTS.keys()} == {}
    assert wrong.keys() == tables.DIFFERING_DEFAULTS.keys()
    assert all(tables.DIFFERING_DEFAULTS.values())


def test_defaults_that_the_schema_lacks_are_listed_with_a_reason() -> None:
    plain = re.compile(r'(True|False|-?\d[\d.]*|"[^"]*")(?![\w])')
    stated = {
        option.row(tables.NULL_DEFAULTS)
        for option in described()
        if option.schemas and not plain_defaults(option.schemas)
        if option.default and plain.match(option.default)
    }

    assert stated == tables.NULL_DEFAULTS.keys()
    assert all(tables.NULL_DEFAULTS.values())


# --- answers


def test_every_answer_class_has_a_class_of_vllm_or_a_reason() -> None:
    assert answers().keys() == tables.ANSWERS.keys()


@pytest.mark.parametrize(
    "name", [name for name, theirs in tables.ANSWERS.items() if isinstance(theirs, tuple)]
)
def test_an_answer_class_has_the_fields_of_vllms(name: str) -> None:
    ours = {field.alias for field in attrs.fields(answers()[name])} - {"unknown_fields"}
    theirs = {field for cls in tables.ANSWERS[name] for field in answer_fields(cls)}

    assert {(name, field) for field in ours ^ theirs} == {
        key for key in tables.DIFFERING_FIELDS if key[0] == name
    }


def test_every_class_of_vllm_has_an_answer_class_or_a_reason() -> None:
    found = {name for name in schemas.classes() if name.partition(":")[0].endswith("protocol")}
    described = schemas.requests().keys() | {plain_name(name) for name in schemas.answers()}
    documented = {name for name in found if name.partition(":")[2] in described}
    claimed = {
        name
        for table in (tables.ANSWERS, tables.TYPED_DICTS, tables.UNDOCUMENTED_BODIES)
        for names in table.values()
        if isinstance(names, tuple)
        for name in names
        if name in found
    }
    listed = tables.NO_ANSWERS.keys()

    assert (claimed | documented) & listed == set()
    assert claimed | documented | listed == found
    assert all(tables.NO_ANSWERS.values())


def test_every_documented_answer_has_an_answer_class_or_a_reason() -> None:
    objects = {name for name, schema in schemas.answers().items() if "properties" in schema}
    claimed = {
        name
        for names in tables.ANSWERS.values()
        if isinstance(names, tuple)
        for name in names
        if ":" not in name
    }

    assert objects - claimed == tables.NO_DOCUMENTED_ANSWERS.keys()
    assert claimed <= objects
    assert all(tables.NO_DOCUMENTED_ANSWERS.values())


def test_differing_fields_belong_to_existing_classes() -> None:
    assert {name for name, _ in tables.DIFFERING_FIELDS} <= answers().keys() | typed_dicts().keys()
    assert all(tables.DIFFERING_FIELDS.values())


# --- recordings


def route_of(recording: Recording) -> str:
    """Return the route of a recording, without root path and query."""
    path = recording.path.partition("?")[0].removeprefix("/llm")
    found = [
        route
        for route in (*tables.DECODED, *tables.NOT_DECODED)
        if re.fullmatch(
            re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route)), f"{recording.method} {path}"
        )
    ]
    return found[0] if found else f"{recording.method} {path}"


GOOD = [recording for recording in all_recordings() if recording.status == 200]


def values(recording: Recording) -> list[Any]:
    """Return the JSON of an answer, or of the events of a stream other than errors."""
    if not recording.streamed:
        return recording.json if isinstance(recording.json, list) else [recording.json]
    decoder = SseDecoder()
    texts = [text for piece in (recording.body, b"") for text in decoder.feed(piece)]
    parsed = [json.loads(text) for text in texts if text != "[DONE]"]
    return [value for value in parsed if "error" not in value]


@pytest.mark.parametrize(
    "recording", [one for one in GOOD if route_of(one) not in tables.NOT_DECODED], ids=str
)
def test_a_recorded_answer_is_read_and_written_to_the_same_json(recording: Recording) -> None:
    plain, streamed = tables.DECODED[route_of(recording)]
    cls = answers()[streamed if recording.streamed else plain]
    for value in values(recording):
        answer = structure(value, cls)
        unknown = {key for key in answer.unknown_fields if value[key] is not None}

        assert unknown <= {field for name, field in tables.UNKNOWN_FIELDS if answers()[name] is cls}
        assert without_nulls(answer.to_dict()) == without_nulls(value)


def test_every_row_for_recordings_is_needed() -> None:
    recorded = {route_of(one) for one in GOOD}

    assert tables.NOT_DECODED.keys() | tables.DECODED.keys() == recorded
    assert all(tables.NOT_DECODED.values())
