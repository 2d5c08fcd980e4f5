"""/v1/chat/completions/batch: several conversations in one request, with a choice for each."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from .. import body_shapes
from ..default_replies import default_chat
from ..generation_endpoint import GenerationEndpoint, Prompt
from ..ids import id_after
from ..request_checks import Refusal
from ..server_state import ServerState
from ..tokenizer import Tokenizer, chat_prompt, cut
from .chat import ChatAnswer

Json = Mapping[str, Any]


class BatchAnswer(ChatAnswer):
    """A chat answer without usage details and prompt tokens."""

    def _prompt_ids(self) -> None:
        return None

    def _plain_usage(self) -> dict[str, Any]:
        usage = {
            **self.generation.counts(),
            "prompt_tokens_details": None,
            "completion_tokens_details": None,
        }
        return {**usage, **self.generation.usage}


def _check(body: Json, state: ServerState) -> None:
    n = body.get("n")
    if n is not None and n > 1:
        message = "Batch chat completions do not support `n > 1`. Please set `n` to 1."
        raise Refusal(f"{message} (parameter=n, value={n})", "n")


def _options(body: Json, state: ServerState) -> Json:
    return {name: value for name, value in body.items() if name not in _UNREAD}


# Options that this route of vLLM 0.33 ignores.
_UNREAD = ("stream", "tools", "return_weight_versions")


def _prompts(body: Json, options: Json, vocabulary: Tokenizer) -> list[Prompt]:
    return [
        Prompt(cut(chat_prompt(messages)), partial(default_chat, {**options, "messages": messages}))
        for messages in body["messages"]
    ]


BATCH = GenerationEndpoint(
    name=id_after("chatcmpl-"),
    shape=body_shapes.BATCH_CHAT,
    writer=BatchAnswer,
    prompts=_prompts,
    check=_check,
    options=_options,
)
