"""Trimming an OpenAPI schema."""

import json

from .trim_schema import OUTPUT, trim

OPENAPI = {
    "components": {
        "schemas": {
            "ChatCompletionRequest": {
                "type": "object",
                "title": "ChatCompletionRequest",
                "required": ["messages"],
                "properties": {
                    "messages": {"items": {"$ref": "#/components/schemas/Message"}},
                    "seed": {
                        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}],
                        "title": "Seed",
                        "default": 0,
                    },
                    "tools": {"items": {"$ref": "#/components/schemas/Tool"}, "type": "array"},
                },
            },
            "CompletionRequest": {"properties": {"prompt": {"type": "string"}}},
            "Tool": {"properties": {"inner": {"$ref": "#/components/schemas/Inner"}}},
            "Inner": {"properties": {"side": {"type": "string", "enum": ["left", "right"]}}},
            "Message": {"properties": {}},
            "Unrelated": {"properties": {}},
        }
    }
}


def test_types_stay_and_all_that_options_refer_to_but_nothing_else() -> None:
    assert trim(OPENAPI) == {
        "ChatCompletionRequest": {
            "properties": {
                "messages": {},
                "seed": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                "tools": {"items": {"$ref": "Tool"}, "type": "array"},
            },
            "required": ["messages"],
        },
        "CompletionRequest": {"properties": {"prompt": {}}, "required": []},
        "Tool": {"properties": {"inner": {"$ref": "Inner"}}, "required": []},
        "Inner": {
            "properties": {"side": {"type": "string", "enum": ["left", "right"]}},
            "required": [],
        },
    }


def test_the_committed_schemas_are_trimmed() -> None:
    schemas = json.loads(OUTPUT.read_text(encoding="utf-8"))["schemas"]

    assert trim({"components": {"schemas": schemas}}) == schemas
