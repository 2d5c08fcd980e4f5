"""Build requests for text completions, from keywords or with the chained builder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Self

from typing_extensions import Unpack

from ...call.build_request import build_request
from ...call.option_checks import body_of, plain_body, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import reader_of_choices
from ...call.settings import ClientSettings
from ...streams.events import AnyCompletionEvent
from ...streams.generation import ChunkReader
from ...streams.plan import StreamPlan
from ...vllm import routes
from ..common.input_lists import refuse_messages
from ..common.request_builder import RequestBuilder
from ..common.shown_keywords import shows_keywords
from .answers import CompletionChunk, CompletionResponse
from .options import WITHDRAWN, CompletionKeywords
from .stream import CompletionMachine

# One text or several, or their token ids.
Prompt = str | list[str] | list[int] | list[list[int]]

OPTIONS = frozenset(CompletionKeywords.__optional_keys__) | {"prompt", "stream"}


def build_completion(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[CompletionResponse]:
    """Build the request for an answer without streaming. Raises RequestError."""
    return _spec(settings, options, plain_body(completion_body(options), options))


def plan_completion_events(
    settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[AnyCompletionEvent, CompletionResponse]:
    """Build the request for a stream of events, with token counts by default.

    Raises RequestError.
    """
    body = {"stream_options": {"include_usage": True}, **completion_body(options), "stream": True}
    return StreamPlan(_spec(settings, options, body), partial(CompletionMachine, _choices(body)))


def plan_completion_chunks(
    settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[CompletionChunk, CompletionResponse]:
    """Build the request for a stream of the server's chunks. Raises RequestError."""
    body = {**completion_body(options), "stream": True}
    return StreamPlan(
        _spec(settings, options, body), lambda: ChunkReader(CompletionMachine(_choices(body)))
    )


def completion_body(
    options: Mapping[str, Any],
    known: Collection[str] = OPTIONS,
    method: str = "create",
    withdrawn: Mapping[str, str] = WITHDRAWN,
) -> dict[str, Any]:
    """Return the fields of the body. Raises RequestError, which names `method`."""
    body = body_of(options, known, f"completions.{method}()", withdrawn=withdrawn)
    require(body, ("prompt", "prompt_embeds"))
    if body.get("prompt") is None:
        body.pop("prompt", None)
    refuse_messages("prompt", body.get("prompt"), "client.chat.completions takes messages")
    return body


def _spec(
    settings: ClientSettings, options: Mapping[str, Any], body: dict[str, Any]
) -> RequestSpec[CompletionResponse]:
    read = reader_of_choices(CompletionResponse)
    return build_request(settings, routes.COMPLETIONS, read, body=body, call=options)


def _choices(body: dict[str, Any]) -> int:
    """Return the number of texts that the request asks for: `n` for each prompt."""
    n = body.get("n")
    prompts = sum(_prompts(body.get(name)) for name in ("prompt", "prompt_embeds"))
    return (n if isinstance(n, int) else 1) * max(1, prompts)


def _prompts(prompt: Any) -> int:
    if isinstance(prompt, list | tuple) and prompt and not isinstance(prompt[0], int):
        return len(prompt)
    return 0 if prompt is None else 1


@shows_keywords
class CompletionRequest(RequestBuilder):
    """Builder of a request for a text completion."""

    def prompt(self, prompt: Prompt) -> Self:
        """Set the prompt.

        Args:
            prompt: One text to continue or several, or their token ids.
        """
        return self._with(prompt=prompt)

    def options(self, **options: Unpack[CompletionKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.completions.create`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, OPTIONS, "completions.create()", WITHDRAWN)
        return self._with(**options)
