"""The text of generated tokens, and what the server's parsers make of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..default_replies import objects
from ..parsed_text import ParsedText
from ..server_version import VersionBehavior
from ..tokenizer import END_OF_TEXT, END_OF_TURN, Tokenizer

Json = Mapping[str, Any]


def text_of(ids: Iterable[int], vocabulary: Tokenizer) -> str:
    """The text of these tokens, without the one that ends it."""
    tokens = vocabulary.tokens(ids)
    if tokens and tokens[-1] in (END_OF_TEXT, END_OF_TURN):
        tokens = tokens[:-1]
    return "".join(tokens)


def parse(text: str, asked: Json, dialect: VersionBehavior) -> ParsedText:
    """What the server's parsers find in the answer to a chat."""
    calls = bool(objects(asked.get("tools"))) and asked.get("tool_choice") != "none"
    return ParsedText.of(
        text, reasons=dialect.reasoning_parser, calls=dialect.tool_parser and calls
    )


def parsed_message(parsed: ParsedText, dialect: VersionBehavior) -> dict[str, Any]:
    """The message of an answer of chat."""
    fields = parsed.message()
    nothing = dict.fromkeys(("refusal", "annotations", "audio", "function_call"))
    content = {"content": fields.pop("content")}
    reasoning = dialect.reasoning(parsed.reasoning or None)
    return {"role": "assistant", **content, **nothing, **fields, **reasoning}
