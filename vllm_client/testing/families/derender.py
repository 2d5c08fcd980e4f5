"""The derender routes: generated tokens become a chat or completion answer."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from attrs import frozen

from ...vllm.routes import INFERENCE_GENERATE
from ..replies import ReceivedRequest
from ..request_checks import Refusal, check_model, read_json, read_shape
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from .answer_text import frame, parse, parsed_message, text_of, usage
from .derender_shapes import DERENDER_CHAT, DERENDER_COMPLETION
from .derender_stream import chat_chunk, completion_chunk

Json = Mapping[str, Any]

_NO_CHAT = (
    "chat_request is required when a tool or reasoning parser is configured because plain"
    " detokenization would leak raw parser markup into content."
)
_NO_PROMPT = (
    "prompt_token_ids is required when a tool or reasoning parser is configured. Without it"
    " parse_delta cannot tell whether the prompt left reasoning open (e.g. a chat template that"
    " pre-opens <think>) and would misclassify reasoning content as plain content."
)
_STOPS = (
    "stop strings are not supported by streaming derender because text already sent cannot be cut."
    f" Use non-streaming derender or output_mode=text on {INFERENCE_GENERATE.path} which holds stop"
    " strings back."
)


def _read(shape: Any, request: ReceivedRequest, state: ServerState) -> Json:
    body: Json = read_shape(shape, read_json(request))
    check_model(body, state.model_names, state.settings.served_models)
    return body


def chat(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Return a chat answer, or one chunk with the state for the next request."""
    body = _read(DERENDER_CHAT, request, state)
    asked = body.get("chat_request")
    if body.get("stream") and (asked or {}).get("stop"):
        raise Refusal(_STOPS)
    if state.settings.dialect.parses and asked is None:
        raise Refusal(_NO_CHAT)
    if not body.get("stream"):
        return json_answer(_Derendering(body, state).chat())
    if state.settings.dialect.parses and body.get("prompt_token_ids") is None:
        raise Refusal(_NO_PROMPT)
    return json_answer(chat_chunk(body, state))


def completion(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Return a completion answer, or one chunk of it."""
    body = _read(DERENDER_COMPLETION, request, state)
    if body.get("stream"):
        if (body.get("completion_request") or {}).get("stop"):
            raise Refusal(_STOPS)
        return json_answer(completion_chunk(body, state))
    if not body["generate_responses"]:
        raise Refusal("generate_responses must not be empty")
    return json_answer(_Derendering(body, state).completion())


@frozen
class _Derendering:
    """A request for a plain answer, and the server's state."""

    body: Json
    state: ServerState

    def chat(self) -> Json:
        generated = self.body["generate_response"]
        ids = (self.body.get("chat_request") or {}).get("return_token_ids")
        return {
            **frame(generated, "chat.completion", self.body, self.state),
            "choices": [self._chat_choice(choice) for choice in generated["choices"]],
            "service_tier": None,
            "system_fingerprint": None,
            "usage": self._usage([generated], self.body.get("prompt_tokens") or 0),
            "prompt_logprobs": generated.get("prompt_logprobs"),
            "prompt_token_ids": generated.get("prompt_token_ids") if ids else None,
            "prompt_text": None,
            "kv_transfer_params": generated.get("kv_transfer_params"),
            "ec_transfer_params": None,
            "metrics": generated.get("metrics"),
        }

    def completion(self) -> Json:
        several = self.body["generate_responses"]
        numbers = count()
        first = several[0]
        return {
            **frame(first, "text_completion", self.body, self.state),
            "choices": [
                self._completion_choice(choice, next(numbers))
                for generated in several
                for choice in generated["choices"]
            ],
            "service_tier": None,
            "system_fingerprint": None,
            "usage": self._usage(several, sum(self.body.get("prompt_tokens") or [0])),
            "kv_transfer_params": first.get("kv_transfer_params"),
            "ec_transfer_params": None,
            "metrics": first.get("metrics") if len(several) == 1 else None,
        }

    def _usage(self, several: Sequence[Json], prompt: int) -> Json:
        choices = [choice for generated in several for choice in generated["choices"]]
        return usage(prompt, sum(len(choice.get("token_ids") or ()) for choice in choices))

    def _chat_choice(self, choice: Json) -> Json:
        if not choice.get("token_ids"):
            raise Refusal(f"choice {choice['index']} has empty or null token_ids")
        asked = self.body.get("chat_request") or {}
        dialect = self.state.settings.dialect
        parsed = parse(text_of(choice["token_ids"], self.state.vocabulary), asked, dialect)
        message = parsed_message(parsed, dialect)
        called = bool(message.get("tool_calls"))
        return {
            "index": choice["index"],
            "message": message,
            "logprobs": None,
            "finish_reason": "tool_calls" if called else choice.get("finish_reason"),
            "stop_reason": choice.get("stop_reason"),
            "token_ids": choice["token_ids"] if asked.get("return_token_ids") else None,
            "routed_experts": None,
            **self.state.settings.dialect.weight_versions(None),
        }

    def _completion_choice(self, choice: Json, index: int) -> Json:
        asked = self.body.get("completion_request") or {}
        return {
            "index": index,
            "text": text_of(choice.get("token_ids") or (), self.state.vocabulary),
            "logprobs": None,
            "finish_reason": choice.get("finish_reason"),
            "stop_reason": choice.get("stop_reason"),
            "token_ids": choice["token_ids"] if asked.get("return_token_ids") else None,
            "prompt_logprobs": None,
            "prompt_token_ids": None,
            "routed_experts": None,
            **self.state.settings.dialect.weight_versions(None),
        }
