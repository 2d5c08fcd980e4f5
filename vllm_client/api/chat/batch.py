"""Build requests with several conversations: POST /v1/chat/completions/batch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ...call.build_request import build_request
from ...call.option_checks import body_of
from ...call.request import RequestSpec
from ...call.settings import ClientSettings
from ...vllm import routes
from ..common.input_lists import conversations
from ..common.options import CacheSalt, ModelOption, Scheduling, UserOption
from ..common.sampling import ChatLogprobs, Penalties, Sampling, StopInOutput, StopStrings
from ..common.structured_outputs import FormatOption, StructuredOutputsOption
from ..common.templates import Templates
from .answers import ChatCompletionResponse
from .options import ChatCallOptions, ChatOutput
from .request import read_chat, thinking_of


class BatchChatOptions(
    ModelOption,
    Sampling,
    Penalties,
    StopStrings,
    StopInOutput,
    ChatLogprobs,
    ChatOutput,
    StructuredOutputsOption,
    FormatOption,
    Templates,
    Scheduling,
    CacheSalt,
    UserOption,
    total=False,
):
    """The options of `client.chat.completions.batch`, except messages.

    A batch has one answer for each conversation, and supports no streams, tools or beam search.
    """


class BatchChatKeywords(BatchChatOptions, ChatCallOptions, total=False):
    """Every keyword of `client.chat.completions.batch`, except messages."""


_BEAMS = "it is for beam search, which vLLM refuses in a batch"
_IGNORED = "vLLM ignores it in a batch"

WITHDRAWN = {
    "n": "each conversation of a batch gets one answer; vLLM refuses any other number",
    "use_beam_search": "vLLM refuses beam search in a batch",
    "tool_choice": "a batch has no tools; vLLM refuses any value but the default",
    "best_of": _IGNORED,
    "length_penalty": _BEAMS,
    "early_stopping": _BEAMS,
    "guided_decoding_backend": f"{_IGNORED}; it is a setting of the server",
}
"""Options of vLLM that a batch does not accept, with the reason."""

_OPTIONS = BatchChatKeywords.__optional_keys__ | {"messages"}


def build_chat_batch(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[ChatCompletionResponse]:
    """Build the request for an answer to each of several conversations. Raises RequestError."""
    body = body_of(options, _OPTIONS, "chat.completions.batch()", withdrawn=WITHDRAWN)
    body["messages"] = conversations(body.get("messages"))
    read = partial(read_chat, thinking_of(settings, options))
    return build_request(settings, routes.CHAT_COMPLETIONS_BATCH, read, body=body, call=options)
