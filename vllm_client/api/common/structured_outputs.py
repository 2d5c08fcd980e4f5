"""The form of the answer, as options: constrained decoding and response formats."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from .options import Strings


class StructuredOutputs(TypedDict, total=False):
    """What the answer must conform to: exactly one of the first six fields."""

    json: str | Mapping[str, Any] | None
    """A JSON schema, as an object or as JSON text."""
    regex: str | None
    """A regular expression that the whole answer matches."""
    choice: Strings | None
    """The answers to choose from."""
    grammar: str | None
    """A context-free grammar in EBNF or Lark."""
    json_object: bool | None
    """True: any JSON object."""
    structural_tag: str | None
    """JSON text that says which tags switch on which schema within free text."""
    disable_any_whitespace: bool
    """Whether JSON comes without optional blanks and newlines. Default: False."""
    disable_additional_properties: bool
    """Whether objects have only the properties that the schema names. Default: False."""
    whitespace_pattern: str | None
    """A regular expression for the blanks between JSON tokens."""


class JsonSchema(TypedDict, total=False):
    """A named JSON schema."""

    name: Required[str]
    """A name for the schema; vLLM does nothing with it."""
    description: str | None
    """What the schema is for; vLLM does nothing with it."""
    schema: Mapping[str, Any] | None
    """The JSON schema itself."""
    strict: bool | None
    """For servers that tell strict from lax; vLLM always holds to the schema."""


class PlainResponseFormat(TypedDict, total=False):
    """Text, any JSON object, or JSON after a schema."""

    type: Required[Literal["text", "json_object", "json_schema"]]
    """What kind of answer."""
    json_schema: JsonSchema | None
    """The schema; given exactly when `type` is "json_schema"."""


class StructuralTagFormat(TypedDict):
    """Free text in which tags begin parts of a given form."""

    type: Literal["structural_tag"]
    """Always "structural_tag"."""
    format: Any
    """The description of tags and forms, as the server's grammar backend takes it."""


class LegacyStructuralTag(TypedDict, total=False):
    """A tag, and the schema of what stands inside."""

    begin: Required[str]
    """The text that opens the tag."""
    schema: Mapping[str, Any] | None
    """The JSON schema of the inside."""
    end: Required[str]
    """The text that closes the tag."""


class LegacyStructuralTagFormat(TypedDict):
    """The older form of a structural tag format."""

    type: Literal["structural_tag"]
    """Always "structural_tag"."""
    structures: Sequence[LegacyStructuralTag]
    """The tags."""
    triggers: Strings
    """The texts after which one of the tags has to follow."""


ResponseFormat: TypeAlias = PlainResponseFormat | StructuralTagFormat | LegacyStructuralTagFormat


class StructuredOutputsOption(TypedDict, total=False):
    """The form of the answer, by vLLM's own option."""

    structured_outputs: StructuredOutputs | None
    """Constrain the answer to a form, in vLLM's notation. Default: free text."""


class FormatOption(TypedDict, total=False):
    """The form of the answer, by OpenAI's option."""

    response_format: ResponseFormat | None
    """Constrain the answer to a form, in OpenAI's notation. Default: free text."""
