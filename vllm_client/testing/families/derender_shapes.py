"""Schemas of the derender routes' bodies."""

from collections.abc import Mapping

from ..body_kinds import Fields, Kind, ListOf, Maybe, OneOf, Required, Text, Whole
from ..body_shapes import CHAT, COMPLETION
from ..strict_kinds import Constant

_IDS = Maybe(ListOf(Whole()))
_GENERATED = Fields(
    {
        "request_id": Text(),
        "choices": Required(ListOf(Fields({"index": Required(Whole()), "token_ids": _IDS}))),
    }
)
_STATE = Maybe(
    Fields(
        {
            "prev_tokens": ListOf(Text()),
            "output_token_ids": ListOf(Whole()),
            "output_chunk_lens": ListOf(Whole()),
            "last_tool_call_ids": ListOf(Text()),
        }
    )
)
_PART: Mapping[str, Kind] = {
    "stream": Required(Constant(True)),
    "model": Maybe(Text()),
    "generate_chunk": Required(_GENERATED),
    "stream_state": _STATE,
    "prompt_tokens": Maybe(Whole()),
    "prompt_token_ids": _IDS,
}
_WHOLE: Mapping[str, Kind] = {"stream": Constant(False), "model": Maybe(Text())}

DERENDER_CHAT = OneOf(
    Fields(
        {
            **_WHOLE,
            "generate_response": Required(_GENERATED),
            "prompt_tokens": Maybe(Whole()),
            "prompt_token_ids": _IDS,
            "chat_request": Maybe(CHAT),
        },
        "DerenderChatRequest",
    ),
    Fields({**_PART, "chat_request": Maybe(CHAT)}, "DerenderChatStreamRequest"),
)
# vLLM's errors show no class name for plain completions.
DERENDER_COMPLETION = OneOf(
    Fields(
        {
            **_WHOLE,
            "generate_responses": Required(ListOf(_GENERATED)),
            "prompt_tokens": Maybe(ListOf(Whole())),
            "prompt_token_ids": Maybe(ListOf(_IDS)),
            "completion_request": Maybe(COMPLETION),
        }
    ),
    Fields({**_PART, "completion_request": Maybe(COMPLETION)}, "DerenderCompletionStreamRequest"),
)
