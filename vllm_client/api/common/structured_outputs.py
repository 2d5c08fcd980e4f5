"""Options for the format of the answer: constrained decoding and response formats."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from .options import Strings


class StructuredOutputs(TypedDict, total=False):
    """A constraint on the answer: exactly one of the first six fields."""

    json: str | Mapping[str, Any] | None
    """A JSON schema that the answer matches, as a dict or as JSON text."""
    regex: str | None
    """A regular expression that matches the whole answer."""
    choice: Strings | None
    """Strings, one of which is the answer."""
    grammar: str | None
    """A context-free grammar of the answer, in EBNF or Lark."""
    json_object: bool | None
    """True if the answer is any JSON object."""
    structural_tag: str | None
    """JSON text that defines tags. Inside a tag, the text must match the schema of the tag; outside
    of tags it is free."""
    disable_any_whitespace: bool
    """Whether JSON is generated without optional white space. Default: False."""
    disable_additional_properties: bool
    """Whether objects have only the properties that the schema names. Default: False."""
    whitespace_pattern: str | None
    """A regular expression for the white space between JSON tokens."""


class JsonSchema(TypedDict, total=False):
    """A named JSON schema."""

    name: Required[str]
    """A name for the schema; ignored by vLLM."""
    description: str | None
    """What the schema is for; ignored by vLLM."""
    schema: Mapping[str, Any] | None
    """The JSON schema."""
    strict: bool | None
    """Whether the answer must match the schema exactly. vLLM always enforces the schema."""


class PlainResponseFormat(TypedDict, total=False):
    """A format of the answer: free text, any JSON object, or JSON text that matches a schema."""

    type: Required[Literal["text", "json_object", "json_schema"]]
    """The kind of the answer."""
    json_schema: JsonSchema | None
    """The schema. Required for "json_schema", and only accepted there."""


class StructuralTagFormat(TypedDict):
    """A format of free text with tags; the text inside a tag must match the schema of the tag."""

    type: Literal["structural_tag"]
    """Always "structural_tag"."""
    format: Any
    """The definition of the tags, in the notation of the server's grammar backend."""


class LegacyStructuralTag(TypedDict, total=False):
    """A tag, and the schema of the text inside."""

    begin: Required[str]
    """The text that opens the tag."""
    schema: Mapping[str, Any] | None
    """The JSON schema of the text inside the tag."""
    end: Required[str]
    """The text that closes the tag."""


class LegacyStructuralTagFormat(TypedDict):
    """The older notation of a format with tags."""

    type: Literal["structural_tag"]
    """Always "structural_tag"."""
    structures: Sequence[LegacyStructuralTag]
    """The tags."""
    triggers: Strings
    """Strings that must be followed by one of the tags."""


ResponseFormat: TypeAlias = PlainResponseFormat | StructuralTagFormat | LegacyStructuralTagFormat


class StructuredOutputsOption(TypedDict, total=False):
    """The format of the answer, by vLLM's own option."""

    structured_outputs: StructuredOutputs | None
    """A constraint on the answer, in vLLM's notation. Default: free text."""


class FormatOption(TypedDict, total=False):
    """The format of the answer, by OpenAI's option."""

    response_format: ResponseFormat | None
    """The format of the answer, in OpenAI's notation. Default: free text."""
