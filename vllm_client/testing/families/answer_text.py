"""The text of generated tokens, and the parts of answers that contain it."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from ..default_replies import objects
from ..parsed_text import ParsedText
from ..server_state import ServerState
from ..server_version import VersionBehavior
from ..tokenizer import END_OF_TEXT, END_OF_TURN, Tokenizer

Json = Mapping[str, Any]


def text_of(ids: Iterable[int], vocabulary: Tokenizer) -> str:
    """Return the text of these tokens, without a final end token."""
    tokens = vocabulary.tokens(ids)
    if tokens and tokens[-1] in (END_OF_TEXT, END_OF_TURN):
        tokens = tokens[:-1]
    return "".join(tokens)


def parse(text: str, asked: Json, dialect: VersionBehavior) -> ParsedText:
    """Return what the server's parsers find in the text of a chat answer."""
    calls = bool(objects(asked.get("tools"))) and asked.get("tool_choice") != "none"
    return ParsedText.of(
        text, reasons=dialect.reasoning_parser, calls=dialect.tool_parser and calls
    )


def frame(generated: Json, object: str, body: Json, state: ServerState) -> Json:
    """Return the first fields of an answer; `body` is the body of its request."""
    return {
        "id": generated.get("request_id"),
        "object": object,
        "created": int(time.time()),
        "model": body.get("model") or state.settings.default_model,
    }


def usage(prompt: int, completion: int) -> Json:
    """Return the usage of an answer, for these numbers of prompt and completion tokens."""
    return {
        "prompt_tokens": prompt,
        "total_tokens": prompt + completion,
        "completion_tokens": completion,
        "prompt_tokens_details": None,
        "completion_tokens_details": None,
    }


def parsed_message(parsed: ParsedText, dialect: VersionBehavior) -> dict[str, Any]:
    """Return the message of a chat answer."""
    fields = parsed.message()
    nothing = dict.fromkeys(("refusal", "annotations", "audio", "function_call"))
    content = {"content": fields.pop("content")}
    reasoning = dialect.reasoning(parsed.reasoning or None)
    return {"role": "assistant", **content, **nothing, **fields, **reasoning}
