"""Convert answers to columns: their names, types and values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from ...api.chat.parse import json_in
from ...api.chat.request import ChatRequest
from ...api.completions.request import CompletionRequest
from ...api.pooling.embeddings import EmbeddingRequest
from ...api.pooling.scoring import ScoreRequest
from ...bulk.bulk_item import BulkItem
from ...bulk.run_stats import kind_of, tokens_of
from ...errors import RequestError
from ...schema.inlining import JsonSchema, inlined
from ...schema.types import shape_of

Item: TypeAlias = BulkItem[Any, Any]

# Types of columns, as JSON schemas. Embeddings are 32-bit numbers, which OpenAPI calls "float".
TEXT: JsonSchema = {"type": "string"}
COUNT: JsonSchema = {"type": "integer"}
NUMBER: JsonSchema = {"type": "number"}
VECTOR: JsonSchema = {"type": "array", "items": {"type": "number", "format": "float"}}

# Builder class -> JSON schema of the column `answer`, and how to read its value from a response.
_ANSWERS: Mapping[type, tuple[JsonSchema, Callable[[Any], Any]]] = {
    ChatRequest: (TEXT, lambda response: response.content),
    CompletionRequest: (TEXT, lambda response: response.text),
    EmbeddingRequest: (VECTOR, lambda response: response[0].embedding),
    ScoreRequest: (NUMBER, lambda response: response.data[0].score),
}


@attrs.frozen
class Column:
    """One column.

    Attributes:
        type: The type of its values.
        value: A function that takes a finished row and the JSON of its answer, and returns the
            value of the column for this row, or None.
    """

    type: JsonSchema
    value: Callable[[Item, Any], Any]


@attrs.frozen
class AnswerColumns:
    """The columns that are added for the answers; created by `of`.

    Attributes:
        columns: The columns, by name.
        reads_json: Whether any column needs the JSON of the answer.
    """

    columns: Mapping[str, Column]
    reads_json: bool

    @classmethod
    def of(cls, request: object, response_format: Any, prefix: str) -> AnswerColumns:
        """Return the columns for the answers to the requests of a builder.

        Args:
            request: The builder; its class decides which part of a response is the answer.
            response_format: For a chat, the type of its answers, whose fields become columns.
            prefix: Put before the names of all other columns.

        Raises:
            RequestError: The family has no columns, or two columns have the same name.
        """
        fixed = {f"{prefix}{name}": column for name, column in _fixed(request).items()}
        fields = {} if response_format is None else _fields(response_format)
        twice = sorted(fixed.keys() & fields.keys())
        if twice:
            raise RequestError(
                f"response_format: its field {twice[0]!r} has the name of another added column: "
                "rename the added columns with prefix="
            )
        return cls({**fields, **fixed}, reads_json=bool(fields))

    @property
    def types(self) -> dict[str, JsonSchema]:
        """Return the type of each column, by name."""
        return {name: column.type for name, column in self.columns.items()}

    def values(self, items: Sequence[Item]) -> dict[str, list[Any]]:
        """Return the values of each column, one per row."""
        known = [_json(item) if self.reads_json else None for item in items]
        rows = list(zip(items, known, strict=True))
        return {
            name: [column.value(item, answer) for item, answer in rows]
            for name, column in self.columns.items()
        }


def _fixed(request: object) -> dict[str, Column]:
    found = [row for family, row in _ANSWERS.items() if isinstance(request, family)]
    if not found:
        raise RequestError(
            "request: expected a builder of chat, completions, embeddings or score, such as "
            f"client.chat.completions.create(); got {request!r:.80}"
        )
    ((kind, answer),) = found
    return {
        "answer": Column(kind, lambda item, _: answer(item.response) if item.ok else None),
        "finish_reason": Column(TEXT, lambda item, _: _finish_reason(item.response)),
        "prompt_tokens": Column(COUNT, lambda item, _: _usage(item.response)[0]),
        "completion_tokens": Column(COUNT, lambda item, _: _usage(item.response)[1]),
        "error": Column(TEXT, lambda item, _: item.error and str(item.error)),
        "error_type": Column(TEXT, lambda item, _: item.error and kind_of(item.error)),
    }


def _finish_reason(response: Any) -> str | None:
    return getattr(response, "finish_reason", None)


def _usage(response: Any) -> tuple[int | None, int | None]:
    """Return the token counts of prompt and answer; None if the response has no usage."""
    return (None, None) if getattr(response, "usage", None) is None else tokens_of(response)


def _fields(response_format: Any) -> dict[str, Column]:
    """Return one column per field of an object type, or the column `parsed` for other types."""
    schema = inlined(shape_of(response_format, "response_format").schema)
    fields = schema.get("properties")
    if fields is None:
        return {"parsed": Column(schema, lambda _, answer: answer)}
    return {name: Column(kind, _value_of(name)) for name, kind in fields.items()}


def _value_of(name: str) -> Callable[[Item, Any], Any]:
    return lambda _, answer: None if answer is None else answer.get(name)


def _json(item: Item) -> Any:
    """Decode the JSON of an answer, which was already validated."""
    return None if item.response is None else json_in(item.response.content)
