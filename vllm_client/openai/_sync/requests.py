# Generated from vllm_client/openai/_async/requests.py by `python tests/tools/generate_sync.py`.
"""Sending calls with vllm_client, with the values and errors of openai-python."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

import attrs
import httpx

from ... import SyncRawStream, SyncVllmClient, RawResponse, VllmError
from .._call import JSON, ApiCall, CallHeaders, Mode, given_by_client, read_answer
from .._errors import openai_error
from .._exceptions import OpenAIError
from .._http import request_of, response_of, used_client, with_elapsed
from .._models import BaseModel
from .._options import ClientOptions, omits, prefix_of, retry_of, timeout_of
from .._raw_response import LegacyAPIResponse
from .._types import is_given
from .response import APIResponse
from .stream import Stream


class Requests:
    """The base of a client, which sends its calls.

    Attributes:
        _without_key: The vllm_client client that sends no API key and no default header fields.
        _with_key: The one that sends the API key, and no default header fields.
        _with_headers: The one that sends both. None if each call passes the header fields to
            `_with_key` instead: creating this client for a few calls would take longer.
    """

    _options: ClientOptions
    _http_client: Any
    _without_key: SyncVllmClient
    _with_key: SyncVllmClient
    _with_headers: SyncVllmClient | None
    _opened: WeakSet[SyncVllmClient]

    def _connect(self) -> None:
        """Create the vllm_client clients for the base URL, the API key and the header fields."""
        client = used_client(self._http_client)
        address = self._options.address
        try:
            made = SyncVllmClient(address, http_client=client, api_prefix=prefix_of(address))
        except VllmError as error:
            if str(error).startswith("http_client"):
                raise TypeError(f"Invalid `http_client` argument; {error}") from None
            raise OpenAIError(str(error)) from error
        self._without_key = made.with_api_key(None)
        self._opened.update([made, self._without_key])
        self._add_key()
        self._add_client_headers()

    def _add_key(self) -> None:
        """Create the vllm_client client that sends the API key with each request."""
        try:
            self._with_key = self._without_key.with_api_key(self._options.api_key or None)
        except VllmError as error:
            raise OpenAIError(str(error)) from error
        self._opened.add(self._with_key)

    def _add_client_headers(self) -> None:
        """Create the vllm_client client that also sends the default fields with each request."""
        made = self._without_key if self._options.omits_key(None) else self._with_key
        fields = {"content-type": JSON, **self._options.headers_with(None)}
        try:
            for name, value in fields.items():
                made = made.with_header(name, value)
                self._opened.add(made)
        except VllmError as error:
            raise OpenAIError(str(error)) from error
        self._with_headers = made

    def _send(self, call: ApiCall) -> Any:
        """Send a call; return its value, response or open response, depending on its mode."""
        if call.mode is Mode.STREAMING:
            return self._open_response(call)
        if call.chunk is not None:
            return self._open_stream(call)
        raw = self._answer(call)
        if call.mode is Mode.PARSED:
            return self._value(call, raw, None)
        response = response_of(self._request_of(call), raw.status, raw.headers, raw.body)
        return LegacyAPIResponse(
            with_elapsed(response, raw.call.timing.total),
            lambda to: self._value(call, raw, to),
            raw.call.request_id,
            max(0, len(raw.call.attempts) - 1),
        )

    def _answer(self, call: ApiCall) -> RawResponse:
        try:
            core, options = self._sent(call)
            return core.request(call.method, self._target(call), **options)
        except VllmError as error:
            raise openai_error(error, self._request_of(call)) from error

    def _open(self, call: ApiCall) -> SyncRawStream:
        try:
            core, options = self._sent(call)
            return core.stream_request(call.method, self._target(call), **options)
        except VllmError as error:
            raise openai_error(error, self._request_of(call)) from error

    def _open_stream(self, call: ApiCall) -> Any:
        raw = self._open(call)
        request = self._request_of(call)
        stream: Stream[Any] = self._stream(call, raw, request)
        if call.mode is Mode.PARSED:
            return stream
        return LegacyAPIResponse(
            with_elapsed(stream.response, raw.call.timing.first_byte),
            lambda _: stream,
            raw.request_id,
            max(0, len(raw.call.attempts) - 1),
        )

    def _open_response(self, call: ApiCall) -> APIResponse[Any]:
        raw = self._open(call)
        request = self._request_of(call)

        def parse(response: APIResponse[Any], to: Any) -> Any:
            if call.chunk is not None:
                return self._stream(call, raw, request)
            whole = RawResponse(raw.status, raw.headers, response.read())
            return self._finished(call, read_answer(whole, to or call.cast_to), raw.request_id)

        return APIResponse(raw, request, parse)

    def _stream(
        self, call: ApiCall, raw: SyncRawStream, request: httpx.Request
    ) -> Stream[Any]:
        ending = None if call.ending is None else call.ending()
        return Stream(raw, request, call.chunk, ending)

    def _value(self, call: ApiCall, raw: RawResponse, to: Any) -> Any:
        """Return the value of an answer that is not streamed."""
        kind = to or call.cast_to
        if isinstance(kind, type) and issubclass(kind, httpx.Response):
            return response_of(self._request_of(call), raw.status, raw.headers, raw.body)
        try:
            value = read_answer(raw, kind)
        except VllmError as error:
            raise openai_error(error, self._request_of(call)) from error
        sent_id = raw.headers.get("x-request-id") or raw.call.request_id
        return self._finished(call, value, sent_id)

    def _finished(self, call: ApiCall, value: Any, request_id: str | None) -> Any:
        value = call.finish(value)
        if isinstance(value, BaseModel):
            value._set_request_id(request_id)
        return value

    def _request_of(self, call: ApiCall) -> httpx.Request:
        """Return the httpx request that errors and responses show."""
        url = httpx.URL(f"{self._without_key.base_url.partition(',')[0]}/")
        return request_of(call.method, url.join(call.path.lstrip("/")))

    def _sent(self, call: ApiCall) -> tuple[SyncVllmClient, dict[str, Any]]:
        """Return the vllm_client client for a call, and the options of the request."""
        options = self._options
        if self._with_headers is not None and not omits(call.headers):
            core, headers = self._with_headers, {**(call.headers or {})}
        else:
            core = self._without_key if options.omits_key(call.headers) else self._with_key
            headers = options.headers_with(call.headers)
        timeout = call.timeout
        if timeout is given_by_client or not is_given(timeout):
            timeout = options.timeout
        retries = options.max_retries if call.max_retries is None else call.max_retries
        sent: dict[str, Any] = {
            "timeout": timeout_of(timeout),
            "retry": retry_of(retries),
            "replayable": True,
        }
        content = call.content()
        if content is not None:
            sent["content"], kind = content
            if kind != JSON or core is not self._with_headers:
                headers = {"content-type": kind} | headers
        if headers:
            sent["headers"] = CallHeaders(headers)
        if options.query or call.query:
            sent["query"] = options.query_with(call.query)
        return core, sent

    def _target(self, call: ApiCall) -> str:
        if "://" not in call.path:
            return call.path.lstrip("/")
        url = self._request_of(call).url
        if url.netloc != self._options.base_url.netloc:
            raise OpenAIError(f"{url}: this client sends requests only to {self._options.base_url}")
        return url.raw_path.decode("ascii")

    @property
    def timeout(self) -> Any:
        """The limit in seconds for each wait, an httpx.Timeout, or None for no limit."""
        return self._options.timeout

    @timeout.setter
    def timeout(self, timeout: Any) -> None:
        self._options = attrs.evolve(self._options, timeout=timeout)

    @property
    def max_retries(self) -> int:
        """The maximum number of retries of a failed request."""
        return self._options.max_retries

    @max_retries.setter
    def max_retries(self, number: int) -> None:
        self._options = attrs.evolve(self._options, max_retries=number)
