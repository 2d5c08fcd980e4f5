"""How requests of the Responses API are built."""

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

# A text; or items as vLLM takes them, among them those of earlier responses as they are.
ResponseInput = str | Iterable[Mapping[str, Any] | ResponseOutputItem]

OPTIONS = frozenset(ResponsesKeywords.__optional_keys__) | {"input", "stream"}
_RENDER_OPTIONS = RenderResponsesKeywords.__optional_keys__ | {"input", "stream"}

# The parameters of the URL that ask for a stored response's events.
_EVENTS_OF = ("stream", "starting_after")


def build_response(settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[Response]:
    """The request for a plain answer. Raises RequestError."""
    return _spec(settings, options, plain_body(_body(options), options))


def plan_response(
    settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[ResponseStreamEvent, Response]:
    """The request for a stream of events. Raises RequestError."""
    spec = _spec(settings, options, {**_body(options), "stream": True})
    return StreamPlan(spec, ResponsesMachine)


def build_responses_render(
    settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[RenderedRequest]:
    """The request that shows what the engine would get. Raises RequestError."""
    body = _checked(options, _RENDER_OPTIONS, "responses.render()", RENDER_WITHDRAWN)
    read = reader(RenderedRequest)
    return build_request(settings, routes.RENDER_RESPONSE, read, body=body, call=options)


def build_retrieve(
    settings: ClientSettings, response_id: str, options: Mapping[str, Any]
) -> RequestSpec[Response]:
    """The request for a stored response. Raises RequestError."""
    refuse_unknown(options, READING_OPTIONS | {"stream"}, "responses.retrieve() without a stream")
    return _of_stored(settings, routes.RETRIEVE_RESPONSE, response_id, options)


def plan_retrieve(
    settings: ClientSettings, response_id: str, options: Mapping[str, Any]
) -> StreamPlan[ResponseStreamEvent, Response]:
    """The request for the events of a background response. Raises RequestError."""
    refuse_unknown(options, READING_OPTIONS.union(_EVENTS_OF, {"wait"}), "responses.retrieve()")
    query = {name: options[name] for name in _EVENTS_OF if options.get(name) is not None}
    spec = _of_stored(settings, routes.RETRIEVE_RESPONSE, response_id, options, query)
    return StreamPlan(spec, ResponsesMachine)


def build_cancel(
    settings: ClientSettings, response_id: str, call: Mapping[str, Any]
) -> RequestSpec[Response]:
    """The request to end a background response. Raises RequestError."""
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
    """One in the background is not repeated once it may have arrived: each would generate."""
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
    """A request for a response, being filled in."""

    def input(self, input: ResponseInput) -> Self:
        """The input: a text, or items, which may be those of earlier responses."""
        return self._with(input=input if isinstance(input, str) else listed("input", input))

    def instructions(self, instructions: str | None) -> Self:
        """A system message."""
        return self._with(instructions=instructions)

    def max_output_tokens(self, tokens: int | None) -> Self:
        """The most tokens to generate, thoughts included."""
        return self._with(max_output_tokens=tokens)

    def temperature(self, temperature: float | None) -> Self:
        """How random the choice of tokens is: 0 takes the likeliest."""
        return self._with(temperature=temperature)

    def options(self, **options: Unpack[ResponsesKeywords]) -> Self:
        """Any other options, by the names of vLLM's request. Raises RequestError for others."""
        refuse_unknown(options, OPTIONS, "responses.create()", WITHDRAWN)
        return self._with(**options)
