"""Compare the option TypedDicts with the request schemas of a vLLM server.

The schemas are made by `tests/tools/dump_schemas.py`, which says how.
"""

import ast
import inspect
from collections.abc import Hashable, Mapping, Sequence
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from tests import schemas
from tests.tools.dump_schemas import trim
from vllm_client.api.chat.options import (
    ChatKeywords,
    ChatOptions,
    ParseKeywords,
    RunToolsKeywords,
    StreamToolsKeywords,
)
from vllm_client.api.common import (
    generation,
    options,
    render_options,
    sampling,
    structured_outputs,
    templates,
    tools,
)
from vllm_client.api.common.generation import GenerationOptions
from vllm_client.api.common.options import CallOptions, StreamOptions
from vllm_client.api.common.render_options import RENDER_ONLY
from vllm_client.api.common.sampling import RepetitionDetection
from vllm_client.api.common.structured_outputs import (
    JsonSchema,
    LegacyStructuralTag,
    LegacyStructuralTagFormat,
    PlainResponseFormat,
    StructuralTagFormat,
    StructuredOutputs,
)
from vllm_client.api.common.tools import (
    FunctionParam,
    NamedFunction,
    NamedToolChoice,
    ToolParam,
)
from vllm_client.api.completions.options import CompletionKeywords, CompletionOptions
from vllm_client.call.option_checks import CALL_OPTIONS, READING_OPTIONS

SCHEMAS = trim(schemas.requests(), ("ChatCompletionRequest", "CompletionRequest"))

SCHEMA_NAMES = {
    ChatOptions: "ChatCompletionRequest",
    CompletionOptions: "CompletionRequest",
    StreamOptions: "StreamOptions",
    StructuredOutputs: "StructuredOutputsParams",
    RepetitionDetection: "RepetitionDetectionParams",
    PlainResponseFormat: "ResponseFormat",
    JsonSchema: "JsonSchemaResponseFormat",
    StructuralTagFormat: "StructuralTagResponseFormat",
    LegacyStructuralTagFormat: "LegacyStructuralTagResponseFormat",
    LegacyStructuralTag: "LegacyStructuralTag",
    ToolParam: "ChatCompletionToolsParam",
    FunctionParam: "vllm__entrypoints__generate__base__protocol__FunctionDefinition",
    NamedToolChoice: "ChatCompletionNamedToolChoiceParam",
    NamedFunction: "ChatCompletionNamedFunction",
}

PARAMETERS = {
    ChatOptions: {"messages", "stream", *RENDER_ONLY},
    CompletionOptions: {"prompt", "stream", *RENDER_ONLY},
}
"""Parameters that the methods name themselves, and options that they do not accept."""

Form = frozenset[Hashable]
"""A type as a set of alternatives, made from an annotation or from a schema."""

ANYTHING: Form = frozenset({"anything"})

PLAIN_DICT: Form = frozenset({("object", ANYTHING)})

PRIMITIVES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    NoneType: "null",
    Any: "anything",
}


def form_of_annotation(annotation: Any) -> Form:
    if is_typeddict(annotation):
        return frozenset({("schema", SCHEMA_NAMES[annotation])})
    if annotation in PRIMITIVES:
        return frozenset({PRIMITIVES[annotation]})
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return frozenset(("const", value) for value in arguments)
    if origin in (Union, UnionType):
        return frozenset().union(*map(form_of_annotation, arguments))
    if origin is Mapping:
        return frozenset({("object", form_of_annotation(arguments[1]))})
    assert origin in (list, tuple, Sequence), annotation
    return frozenset({("array", form_of_annotation(arguments[0]))})


def form_of_schema(schema: Any) -> Form:
    match schema:
        case {"$ref": name}:
            return frozenset({("schema", name)})
        case {"anyOf": alternatives}:
            return frozenset().union(*map(form_of_schema, alternatives))
        case {"const": value}:
            return frozenset({("const", value)})
        case {"enum": values}:
            return frozenset(("const", value) for value in values)
        case {"type": "array", "items": items}:
            return frozenset({("array", form_of_schema(items))})
        case {"type": "object", "additionalProperties": values}:
            return frozenset({("object", form_of_schema(values))})
        case {"type": kind}:
            return frozenset({kind})
    return ANYTHING


def properties(typed_dict: type) -> dict[str, Any]:
    """Return the schema of each option, without names with an underscore, which are internal."""
    schema = SCHEMAS[SCHEMA_NAMES[typed_dict]]["properties"]
    parameters = PARAMETERS.get(typed_dict, set())
    return {
        name: value
        for name, value in schema.items()
        if name not in parameters and not name.startswith("_")
    }


@pytest.mark.parametrize(
    ("keys", "schema", "count"),
    [
        (ChatOptions.__optional_keys__, "ChatCompletionRequest", 69),
        (CompletionOptions.__optional_keys__, "CompletionRequest", 56),
    ],
)
def test_options_and_parameters_are_all_body_fields(
    keys: frozenset[str], schema: str, count: int
) -> None:
    typed_dict = {name: option for option, name in SCHEMA_NAMES.items()}[schema]

    assert keys | PARAMETERS[typed_dict] == SCHEMAS[schema]["properties"].keys()
    assert len(keys | PARAMETERS[typed_dict]) == count
    assert not keys & PARAMETERS[typed_dict]


@pytest.mark.parametrize("typed_dict", SCHEMA_NAMES, ids=lambda one: one.__name__)
def test_types_are_those_of_the_schema(typed_dict: type) -> None:
    forms = {name: form_of_annotation(hint) for name, hint in get_type_hints(typed_dict).items()}
    expected = {name: form_of_schema(value) for name, value in properties(typed_dict).items()}
    if typed_dict is ChatOptions:
        items = frozenset({("schema", SCHEMA_NAMES[ToolParam])}) | PLAIN_DICT
        expected["tools"] = frozenset({("array", items), "null"})

    assert forms == expected


@pytest.mark.parametrize(
    "typed_dict",
    [one for one in SCHEMA_NAMES if one not in PARAMETERS],
    ids=lambda one: one.__name__,
)
def test_required_keys_are_those_of_the_schema(typed_dict: Any) -> None:
    required = set(SCHEMAS[SCHEMA_NAMES[typed_dict]]["required"])

    assert typed_dict.__required_keys__ == required


def test_all_schemas_that_options_refer_to_have_a_typed_dict() -> None:
    assert set(SCHEMA_NAMES.values()) == SCHEMAS.keys()


@pytest.mark.parametrize("typed_dict", [ChatKeywords, CompletionKeywords, CallOptions])
def test_every_keyword_may_be_left_out(typed_dict: Any) -> None:
    assert typed_dict.__required_keys__ == frozenset()


def test_keywords_are_the_options_of_the_server_and_of_the_call() -> None:
    assert CallOptions.__optional_keys__ == READING_OPTIONS
    assert READING_OPTIONS | {"extra_body", "thinking", "wait"} == CALL_OPTIONS
    assert ChatKeywords.__optional_keys__ == ChatOptions.__optional_keys__ | CALL_OPTIONS
    completion = CompletionOptions.__optional_keys__ | CALL_OPTIONS - {"thinking"}
    assert CompletionKeywords.__optional_keys__ == completion
    assert not CALL_OPTIONS & (ChatOptions.__optional_keys__ | CompletionOptions.__optional_keys__)


def test_shared_options_have_one_type_in_both_requests() -> None:
    chat, completion = (SCHEMAS[name]["properties"] for name in list(SCHEMA_NAMES.values())[:2])

    for name in GenerationOptions.__optional_keys__:
        assert form_of_schema(chat[name]) == form_of_schema(completion[name]), name


@pytest.mark.parametrize(
    "module",
    [generation, options, render_options, sampling, structured_outputs, templates, tools],
    ids=lambda module: module.__name__,
)
def test_every_option_is_explained_in_two_lines_at_most(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    for definition in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for field, note in zip(definition.body[1::2], definition.body[2::2], strict=True):
            assert isinstance(field, ast.AnnAssign)
            assert isinstance(note, ast.Expr)
            assert ast.literal_eval(note.value).count("\n") <= 1


def test_parse_and_run_tools_accept_all_other_keywords_of_a_chat() -> None:
    chat = get_type_hints(ChatKeywords)
    parse, run_tools = get_type_hints(ParseKeywords), get_type_hints(RunToolsKeywords)
    plain = {name: kind for name, kind in chat.items() if name != "wait"}

    assert parse == {name: kind for name, kind in plain.items() if name != "response_format"}
    assert run_tools == {name: kind for name, kind in plain.items() if name != "tools"}
    stream_tools = get_type_hints(StreamToolsKeywords)
    assert stream_tools == {name: kind for name, kind in chat.items() if name != "tools"}
