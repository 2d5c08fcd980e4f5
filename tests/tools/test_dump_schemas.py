"""Writing the schemas, and the schemas that are committed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests import schemas
from tests.tools import dump_schemas
from tests.tools.dump_schemas import (
    KINDS,
    LIMITS,
    dump_server,
    followed,
    logged_routes,
    named,
    pretty,
    routes_of,
    trim,
    trim_classes,
    trim_object,
)
from vllm_client.testing import RawReply, SimulatedVllm

OPENAPI = {
    "paths": {
        "/v1/chat/completions": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/ChatCompletionRequest"}
                        }
                    }
                },
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Message"}
                            },
                            "text/event-stream": {
                                "schema": {
                                    "properties": {"data": {"$ref": "#/components/schemas/Chunk"}}
                                }
                            },
                        }
                    },
                    "400": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Unrelated"}
                            }
                        }
                    },
                },
            }
        },
        "/tokenize": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "anyOf": [
                                    {"$ref": "#/components/schemas/Tool"},
                                    {"$ref": "#/components/schemas/Message"},
                                ]
                            }
                        }
                    }
                }
            }
        },
        "/sleep": {
            "post": {
                "parameters": [
                    {"name": "level", "in": "query", "schema": {"type": "integer", "default": 1}}
                ]
            }
        },
        "/health": {"get": {}},
    },
    "components": {
        "schemas": {
            "ChatCompletionRequest": {
                "type": "object",
                "title": "ChatCompletionRequest",
                "required": ["messages"],
                "properties": {
                    "messages": {"items": {"$ref": "#/components/schemas/Unheard"}},
                    "seed": {
                        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}],
                        "title": "Seed",
                        "default": 0,
                    },
                    "tools": {"items": {"$ref": "#/components/schemas/Tool"}, "type": "array"},
                    "prefix": {"$ref": "#/components/schemas/ChatCompletionContentPartTextParam"},
                },
            },
            "Tool": {"properties": {"title": {"$ref": "#/components/schemas/Side"}}},
            "Side": {"type": "string", "enum": ["left", "right"], "title": "Side"},
            "Message": {"properties": {}},
            "Chunk": {"properties": {"side": {"$ref": "#/components/schemas/Side"}}},
            "Unrelated": {"properties": {}},
        }
    },
}

TRIMMED = {
    "ChatCompletionRequest": {
        "properties": {
            "messages": {},
            "seed": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}], "default": 0},
            "tools": {"items": {"$ref": "Tool"}, "type": "array"},
            "prefix": {"$ref": "ChatCompletionContentPartTextParam"},
        },
        "required": ["messages"],
    },
    "Tool": {"properties": {"title": {"$ref": "Side"}}, "required": []},
    "Side": {"type": "string", "enum": ["left", "right"]},
    "Message": {"properties": {}, "required": []},
}

ANSWERS = {
    "Message": {"properties": {}, "required": []},
    "Chunk": {"properties": {"side": {"$ref": "Side"}}, "required": []},
    "Side": {"type": "string", "enum": ["left", "right"]},
}

ROUTES: dict[str, Any] = {
    "POST /v1/chat/completions": {
        "body": ["ChatCompletionRequest"],
        "answers": ["Chunk", "Message"],
    },
    "POST /tokenize": {"body": ["Message", "Tool"]},
    "POST /sleep": {"parameters": {"level": {"type": "integer", "default": 1}}},
    "GET /health": {},
}

LOG = """\
INFO 11-22 [launcher.py:195] Route: /health, Methods: GET
(APIServer pid=1) INFO 11-22 [launcher.py:195] Route: /docs/oauth2-redirect, Methods: HEAD, GET
INFO:     127.0.0.1:1 - "GET /health HTTP/1.1" 200 OK
"""


def test_types_limits_and_defaults_of_referenced_schemas_are_kept() -> None:
    assert routes_of(OPENAPI) == ROUTES
    named = [name for route in ROUTES.values() for name in route.get("body", [])]
    assert trim(OPENAPI["components"]["schemas"], named) == TRIMMED  # type: ignore[index]  # a dict


def test_trimming_twice_changes_nothing() -> None:
    assert trim(TRIMMED, TRIMMED) == TRIMMED


@pytest.mark.parametrize(
    ("schema", "trimmed"),
    [
        ({"oneOf": [{"$ref": "#/$defs/A"}], "discriminator": {}}, {"anyOf": [{"$ref": "A"}]}),
        (
            {"properties": {"title": {"type": "string", "title": "Title"}}, "title": "T"},
            {"properties": {"title": {"type": "string"}}, "required": []},
        ),
        ({"const": "a", "default": "a"}, {"const": "a", "default": "a"}),
        ({"type": "string", "default": None, "deprecated": True}, {"type": "string"}),
        ({"default": {"title": 1}, "title": "T"}, {"default": {"title": 1}}),
        *((limited, limited) for limited in ({name: 1, "type": "x"} for name in LIMITS)),
    ],
)
def test_all_kinds_of_types_are_trimmed(schema: dict[str, Any], trimmed: dict[str, Any]) -> None:
    wrapped = {"properties": {"field": schema}, "required": ["field"]}
    assert trim_object(wrapped)["properties"]["field"] == trimmed


def test_routes_are_parsed_from_a_log() -> None:
    expected = ["GET /health", "HEAD /docs/oauth2-redirect", "GET /docs/oauth2-redirect"]
    assert logged_routes(LOG) == expected


def test_documented_classes_are_dropped() -> None:
    schema = {"properties": {"id": {"type": "string", "title": "Id"}}, "$defs": {"X": {}}}
    names = ["a:ARequest", "a:BRequest", "b:A", "b:Chunk", "b:Usage", "c:Usage"]

    answers = {"Chunk-Output", "Usage"}
    trimmed = trim_classes(dict.fromkeys(names, schema), {"ARequest", "A"}, answers)

    assert set(trimmed) == {"a:BRequest", "b:A", "b:Usage", "c:Usage"}
    assert trimmed["b:A"] == {"properties": {"id": {"type": "string"}}, "required": []}


@pytest.mark.parametrize("log", [LOG, None])
def test_version_routes_and_schemas_of_a_running_server_are_dumped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, log: str | None
) -> None:
    monkeypatch.setattr(dump_schemas, "FOLDER", tmp_path)
    (tmp_path / "routes.json").write_text(
        json.dumps({"other": {"version": "0", "routes": {"GET /load": {}, "GET /gone": {}}}})
    )
    (tmp_path / "requests.json").write_text(json.dumps({"Stale": {"properties": {}}}))
    with SimulatedVllm() as server:
        server.reply(RawReply(200, OPENAPI, {}), path="/openapi.json")
        dump_server("chat", server.root_url, log)
        methods = {request.method for request in server.requests}

    told = json.loads((tmp_path / "routes.json").read_text())
    found = set(logged_routes(log)) if log else {"GET /load"}
    assert told["chat"]["version"] == "0.33.0"
    assert told["chat"]["routes"] == {**{route: {} for route in found}, **ROUTES}
    assert json.loads((tmp_path / "requests.json").read_text()) == TRIMMED
    assert json.loads((tmp_path / "answers.json").read_text()) == ANSWERS
    assert methods <= {"GET", "OPTIONS"}


def test_json_has_one_field_per_line_and_round_trips() -> None:
    value = {"b": {"c": list(range(40)), "a": []}, "a": {"$ref": "x"}}

    text = pretty(value)

    assert json.loads(text) == value
    assert text.splitlines()[1] == ' "a": {"$ref": "x"},'
    assert pretty({}) == "{}"


@pytest.mark.parametrize("name", ["routes", "requests", "answers", "classes"])
def test_committed_schemas_are_formatted_as_written(name: str) -> None:
    path = dump_schemas.FOLDER / f"{name}.json"
    text = path.read_text(encoding="utf-8")
    assert pretty(json.loads(text)) + "\n" == text


def test_committed_schemas_are_complete_and_of_one_version() -> None:
    assert set(schemas.kinds()) == set(KINDS)
    assert len({kind["version"] for kind in schemas.kinds().values()}) == 1
    for key, written in (("body", schemas.requests()), ("answers", schemas.answers())):
        assert trim(written, written) == written
        assert named(schemas.kinds(), key) | followed(written) == set(written)
    assert all(re.fullmatch(r"[a-z_.0-9]+:\w+", name) for name in schemas.classes())
