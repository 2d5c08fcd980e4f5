"""Build requests of the Responses API."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Self

from typing_extensions import Unpack

from ...call.build_request import build_request
from ...call.option_checks import READING_OPTIONS, body_of, plain_body, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import reader
from ...call.settings import ClientSettings
from ...streams.plan import StreamPlan
from ...vllm import routes
from ...vllm.routes import Route
from ..common.input_lists import listed
from ..common.request_builder import OptionsBuilder
from ..common.shown_keywords import shows_keywords
from ..render.answers import RenderedRequest
from .answers import Response, ResponseOutputItem
from .events import ResponseStreamEvent
from .options import RENDER_WITHDRAWN, WITHDRAWN, RenderResponsesKeywords, ResponsesKeywords
from .stream import ResponsesMachine

# A text, or items in vLLM's format; items of earlier responses may be among them.
ResponseInput = str | Iterable[Mapping[str, Any] | ResponseOutputItem]

OPTIONS = frozenset(ResponsesKeywords.__optional_keys__) | {"input", "stream"}
_RENDER_OPTIONS = RenderResponsesKeywords.__optional_keys__ | {"input", "stream"}

# The parameters of the URL that ask for a stored response's events.
_EVENTS_OF = ("stream", "starting_after")


def build_response(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[Response]:
    """Build the request for a response without streaming. Raises RequestError."""
    return _spec(settings, options, plain_body(_body(options), options))


def plan_response(
    settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[ResponseStreamEvent, Response]:
    """Build the request for a stream of events. Raises RequestError."""
    spec = _spec(settings, options, {**_body(options), "stream": True})
    return StreamPlan(spec, ResponsesMachine)


def build_responses_render(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[RenderedRequest]:
    """Build the request for the prompt that the engine would get. Raises RequestError."""
    body = _checked(options, _RENDER_OPTIONS, "responses.render()", RENDER_WITHDRAWN)
    read = reader(RenderedRequest)
    return build_request(settings, routes.RENDER_RESPONSE, read, body=body, call=options)


def build_retrieve(
    settings: ClientSettings, response_id: str, options: Mapping[str, Any]
) -> RequestSpec[Response]:
    """Build the request for a stored response. Raises RequestError."""
    refuse_unknown(options, READING_OPTIONS | {"stream"}, "responses.retrieve(stream=False)")
    return _of_stored(settings, routes.RETRIEVE_RESPONSE, response_id, options)


def plan_retrieve(
    settings: ClientSettings, response_id: str, options: Mapping[str, Any]
) -> StreamPlan[ResponseStreamEvent, Response]:
    """Build the request for the events of a background response. Raises RequestError."""
    refuse_unknown(options, READING_OPTIONS.union(_EVENTS_OF, {"wait"}), "responses.retrieve()")
    query = {name: options[name] for name in _EVENTS_OF if options.get(name) is not None}
    spec = _of_stored(settings, routes.RETRIEVE_RESPONSE, response_id, options, query)
    return StreamPlan(spec, ResponsesMachine)


def build_cancel(
    settings: ClientSettings, response_id: str, call: Mapping[str, Any]
) -> RequestSpec[Response]:
    """Build the request that cancels a background response. Raises RequestError."""
    refuse_unknown(call, READING_OPTIONS, "responses.cancel()")
    return _of_stored(settings, routes.CANCEL_RESPONSE, response_id, call)


def _body(options: Mapping[str, Any]) -> dict[str, Any]:
    return _checked(options, OPTIONS, "responses.create()", WITHDRAWN)


def _checked(
    options: Mapping[str, Any], known: Collection[str], what: str, withdrawn: Mapping[str, str]
) -> dict[str, Any]:
    body = body_of(options, known, what, withdrawn=withdrawn)
    require(body, "input")
    if not isinstance(body["input"], str):
        body["input"] = listed("input", body["input"])
    return body


def _spec(
    settings: ClientSettings, options: Mapping[str, Any], body: dict[str, Any]
) -> RequestSpec[Response]:
    # A background request that may have arrived is not sent again: the server would generate
    # both responses to the end.
    replayable, read = not body.get("background"), reader(Response, needed="output")
    return build_request(
        settings, routes.RESPONSES, read, body=body, call=options, replayable=replayable
    )


def _of_stored(
    settings: ClientSettings,
    route: Route,
    response_id: str,
    call: Mapping[str, Any],
    query: Mapping[str, Any] | None = None,
) -> RequestSpec[Response]:
    parameters = {"response_id": response_id}
    return build_request(
        settings,
        route,
        reader(Response, needed="output"),
        parameters=parameters,
        query=query,
        call=call,
    )


@shows_keywords
class ResponsesRequest(OptionsBuilder):
    """Builder of a request for a response."""

    def input(self, input: ResponseInput) -> Self:
        """Set the input.

        Args:
            input: A text, or items, which may come from earlier responses.
        """
        return self._with(input=input if isinstance(input, str) else listed("input", input))

    def instructions(self, instructions: str | None) -> Self:
        """Set the system message.

        Args:
            instructions: A system message that precedes the input; None for none.
        """
        return self._with(instructions=instructions)

    def max_output_tokens(self, tokens: int | None) -> Self:
        """Limit the length of the answer.

        Args:
            tokens: Max tokens to generate, reasoning included; None for no limit.
        """
        return self._with(max_output_tokens=tokens)

    def temperature(self, temperature: float | None) -> Self:
        """Set the randomness of the sampling.

        Args:
            temperature: 0 always picks the most probable token; None for the server's default.
        """
        return self._with(temperature=temperature)

    def options(self, **options: Unpack[ResponsesKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.responses.create`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, OPTIONS, "responses.create()", WITHDRAWN)
        return self._with(**options)
