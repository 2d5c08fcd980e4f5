"""The render routes: convert a request to tokens and sampling parameters for the engine."""

from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any

from attrs import frozen

from ..default_replies import object_at, objects
from ..generation import max_tokens, thinks
from ..generation_endpoint import Accepted, GenerationEndpoint, Prompt
from ..replies import ReceivedRequest
from ..request_checks import Refusal, check_model, read_json
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from .chat import CHAT
from .completions import COMPLETIONS
from .messages import MESSAGES
from .response_store import RESPONSES
from .sampling_params import sampling_params

Json = Mapping[str, Any]


@frozen
class _Rendering:
    """A valid request, and the state of the server that renders it."""

    accepted: Accepted
    state: ServerState

    def for_engine(self, prompt: Prompt, id: str, **fields: Any) -> dict[str, Any]:
        """Return a request for /inference/v1/generate. `fields` depend on the family."""
        body, options = self.accepted.body, self.accepted.options
        stream = bool(options.get("stream"))
        return {
            "request_id": id,
            "token_ids": self.state.vocabulary.encode(prompt.tokens),
            "token_offsets": _offsets(prompt) if body.get("return_token_offsets") else None,
            "features": None,
            "content_parts": None,
            "sampling_params": fields["sampling_params"],
            "model": body.get("model"),
            "reasoning_ended": fields.get("reasoning_ended"),
            "reasoning_parser_kwargs": fields.get("reasoning_parser_kwargs"),
            "return_token_ids": options.get("return_token_ids"),
            "output_mode": "tokens",
            **self._parse_context(fields.get("parse_context")),
            "stream": stream,
            "stream_options": _stream_options(options) if stream else None,
            "cache_salt": body.get("cache_salt"),
            "priority": body.get("priority") or 0,
            "kv_transfer_params": body.get("kv_transfer_params"),
            "ec_transfer_params": body.get("ec_transfer_params"),
        }

    def _parse_context(self, context: Json | None) -> dict[str, Any]:
        return {"parse_context": context} if self.state.settings.dialect.since(0, 33) else {}

    @property
    def limit(self) -> int:
        """The maximum number of tokens of the answer to a chat."""
        room = self.state.settings.max_model_len - len(self.accepted.prompts[0].tokens)
        return min(max_tokens(self.accepted.options) or room, room)

    @property
    def template_kwargs(self) -> dict[str, Any]:
        """The arguments of the chat template, with those that vLLM adds."""
        given = object_at(self.accepted.options, "chat_template_kwargs")
        added = {"add_generation_prompt": True, "continue_final_message": False}
        return {"cohere_format": "cmd4", **given, **added}

    def parser_kwargs(self) -> Json | None:
        if not self.state.settings.dialect.reasoning_parser:
            return None
        return {"chat_template_kwargs": self.template_kwargs}

    def context(self) -> Json:
        """Return the facts about the chat that a parser needs."""
        options = self.accepted.options
        tools = [_shown_tool(tool) for tool in objects(options.get("tools"))]
        default = "auto" if tools else "none"
        parallel = options.get("parallel_tool_calls")
        return {
            "tools": tools or None,
            "tool_choice": options.get("tool_choice", default),
            "parallel_tool_calls": True if parallel is None else parallel,
            "include_reasoning": options.get("include_reasoning", True),
            "chat_template_kwargs": self.template_kwargs,
            "history_tool_call_cnt": sum(
                len(message.get("tool_calls") or ()) for message in options["messages"]
            ),
        }


def _offsets(prompt: Prompt) -> list[list[int]]:
    """Return the start and end of each token in the text of the prompt."""
    return [list(pair) for pair in pairwise(accumulate(map(len, prompt.tokens), initial=0))]


def _stream_options(options: Json) -> Json | None:
    given = options.get("stream_options")
    if given is None:
        return None
    names = ("include_usage", "continuous_usage_stats")
    return {name: bool(given.get(name)) for name in names}


def _shown_tool(tool: Json) -> Json:
    names = ("name", "description", "parameters")
    return {"type": "function", "function": {name: tool["function"].get(name) for name in names}}


def _accepted(
    endpoint: GenerationEndpoint, request: ReceivedRequest, state: ServerState
) -> _Rendering:
    accepted = endpoint.read(request, state)
    if accepted.body.get("use_beam_search"):
        raise Refusal("Beam search is not supported by the render endpoint")
    return _Rendering(accepted, state)


def chat(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return _chat(CHAT, request, state)


def messages(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return _chat(MESSAGES, request, state)


def _chat(
    endpoint: GenerationEndpoint, request: ReceivedRequest, state: ServerState
) -> SocketResponse:
    rendering = _accepted(endpoint, request, state)
    accepted, dialect = rendering.accepted, state.settings.dialect
    context = rendering.context()
    if endpoint is MESSAGES and context["tools"] is None:
        context = {**context, "tool_choice": None}
    return json_answer(
        rendering.for_engine(
            accepted.prompts[0],
            endpoint.name(request, accepted.body),
            sampling_params=sampling_params(
                accepted.options, rendering.limit, parsed=dialect.parses
            ),
            reasoning_ended=not thinks(accepted.options) if dialect.reasoning_parser else None,
            reasoning_parser_kwargs=rendering.parser_kwargs(),
            parse_context=context,
        )
    )


def completions(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Return one engine request for each prompt."""
    rendering = _accepted(COMPLETIONS, request, state)
    accepted = rendering.accepted
    id = COMPLETIONS.name(request, accepted.body)
    params = sampling_params(accepted.options, max_tokens(accepted.options), parsed=False)
    several = len(accepted.prompts) > 1
    return json_answer(
        [
            rendering.for_engine(prompt, f"{id}-{n}" if several else id, sampling_params=params)
            for n, prompt in enumerate(accepted.prompts)
        ]
    )


def responses(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    body = read_json(request)
    if body.get("previous_response_id") is not None:
        check_model(body, state.model_names, state.settings.served_models)
        raise Refusal(_STATELESS, "previous_response_id", type="invalid_request_error")
    rendering = _accepted(RESPONSES, request, state)
    accepted = rendering.accepted
    return json_answer(
        rendering.for_engine(
            accepted.prompts[0],
            RESPONSES.name(request, accepted.body),
            sampling_params=sampling_params(
                accepted.options,
                rendering.limit,
                parsed=state.settings.dialect.parses,
                extra_args=True,
            ),
            reasoning_parser_kwargs=rendering.parser_kwargs(),
        )
    )


_STATELESS = "previous_response_id is not supported by the stateless render endpoint."
