"""Parse generated text as vLLM's parsers do: reasoning, content and tool calls.

The tags are those of Qwen 3 and Hermes, which `generation.py` writes if there is no parser.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from .ids import new_id

_REASONING = re.compile(r"<think>(.*?)(?:</think>(.*)|\Z)", re.DOTALL)
_CALL = "<tool_call>"
_NAME = re.compile(r'"name"\s*:\s*"([^"]*)"')
_ARGUMENTS = re.compile(r'"arguments"\s*:\s*(.*)', re.DOTALL)


@frozen
class ParsedText:
    """The parts of an answer, which may be incomplete.

    Attributes:
        reasoning: The reasoning.
        content: The content.
        calls: The name and the unparsed arguments of each call whose name is complete.
    """

    reasoning: str
    content: str
    calls: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, text: str, *, reasons: bool, calls: bool) -> "ParsedText":
        """Parse a text with the parsers in use; all other text is content."""
        found = _REASONING.match(text) if reasons else None
        reasoning, rest = (found[1], found[2] or "") if found else ("", text)
        content, *segments = rest.split(_CALL) if calls else [rest]
        named = [(name[1], _arguments(one)) for one in segments if (name := _NAME.search(one))]
        return cls(reasoning, content, named)

    def message(self) -> dict[str, Any]:
        """Return content and tool calls of a message. Newlines before a call are dropped."""
        content = self.content
        if not content.strip() and (self.calls or self.reasoning):
            content = ""
        calls = [
            {
                "id": f"chatcmpl-tool-{new_id()}",
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
            for name, arguments in self.calls
        ]
        return {
            "content": content or (None if calls or self.reasoning else ""),
            **({"tool_calls": calls} if calls else {}),
        }


def _arguments(segment: str) -> str:
    """Return the object after "arguments", which may be incomplete."""
    found = _ARGUMENTS.search(segment)
    if found is None:
        return ""
    try:
        _, end = json.JSONDecoder().raw_decode(found[1])
    except json.JSONDecodeError:
        return found[1]
    return found[1][:end]
