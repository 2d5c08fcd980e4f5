"""Sending calls with vllm_client, with the values and errors of openai-python."""

from __future__ import annotations

from typing import Any

import attrs
import httpx

from ... import AsyncRawStream, AsyncVllmClient, RawResponse, VllmError
from .._call import JSON, ApiCall, CallHeaders, Mode, given_by_client, read_answer
from .._errors import openai_error
from .._exceptions import OpenAIError
from .._http import request_of, response_of, used_client, with_elapsed
from .._models import BaseModel
from .._options import ClientOptions, Secret, omits, prefix_of, retry_of, timeout_of
from .._raw_response import LegacyAPIResponse
from .._types import is_given
from .response import AsyncAPIResponse
from .stream import AsyncStream
from .waiting import key_from


class AsyncRequests:
    """The base of a client, which sends its calls.

    Attributes:
        _bare: The vllm_client client without API key and default header fields.
        _core: If `_is_dressed`, the vllm_client client that adds the API key and default header
            fields to each request; otherwise `_bare`.
    """

    _options: ClientOptions
    _http_client: Any
    _bare: AsyncVllmClient
    _core: AsyncVllmClient
    _is_dressed: bool
    _opened: list[AsyncVllmClient]

    def _connected(self) -> AsyncVllmClient:
        """Create the vllm_client client for the base URL, without an API key."""
        client = used_client(self._http_client)
        address = self._options.address
        try:
            made = AsyncVllmClient(address, http_client=client, api_prefix=prefix_of(address))
        except VllmError as error:
            if str(error).startswith("http_client"):
                raise TypeError(f"Invalid `http_client` argument; {error}") from None
            raise OpenAIError(str(error)) from error
        bare = made.with_api_key(None)
        self._opened += [made, bare]
        return bare

    def _dress(self) -> None:
        """Create the vllm_client client that sends the key and default fields with each request."""
        core = self._bare.with_header("content-type", JSON)
        self._opened.append(core)
        try:
            if isinstance(self._options.api_key, str) and self._options.api_key:
                core = core.with_api_key(self._options.api_key)
            for name, value in self._options.headers_with({}, None).items():
                core = core.with_header(name, value)
                self._opened.append(core)
        except VllmError as error:
            raise OpenAIError(str(error)) from error
        self._opened.append(core)
        self._core = core
        self._is_dressed = True

    async def _send(self, call: ApiCall) -> Any:
        """Send a call; return its value, response or open response, depending on its mode."""
        if call.mode is Mode.STREAMING:
            return await self._open_response(call)
        if call.chunk is not None:
            return await self._open_stream(call)
        raw = await self._answer(call)
        if call.mode is Mode.PARSED:
            return self._value(call, raw, None)
        response = response_of(self._request_of(call), raw.status, raw.headers, raw.body)
        return LegacyAPIResponse(
            with_elapsed(response, raw.call.timing.total),
            lambda to: self._value(call, raw, to),
            raw.call.request_id,
            max(0, len(raw.call.attempts) - 1),
        )

    async def _answer(self, call: ApiCall) -> RawResponse:
        try:
            auth = await self._auth() if self._needs_auth(call) else {}
            core, options = self._sent(call, auth)
            return await core.request(call.method, self._target(call), **options)
        except VllmError as error:
            raise openai_error(error, self._request_of(call)) from error

    async def _open(self, call: ApiCall) -> AsyncRawStream:
        try:
            auth = await self._auth() if self._needs_auth(call) else {}
            core, options = self._sent(call, auth)
            return await core.stream_request(call.method, self._target(call), **options)
        except VllmError as error:
            raise openai_error(error, self._request_of(call)) from error

    async def _open_stream(self, call: ApiCall) -> Any:
        raw = await self._open(call)
        request = self._request_of(call)
        stream: AsyncStream[Any] = self._stream(call, raw, request)
        if call.mode is Mode.PARSED:
            return stream
        return LegacyAPIResponse(
            with_elapsed(stream.response, raw.call.timing.first_byte),
            lambda _: stream,
            raw.request_id,
            max(0, len(raw.call.attempts) - 1),
        )

    async def _open_response(self, call: ApiCall) -> AsyncAPIResponse[Any]:
        raw = await self._open(call)
        request = self._request_of(call)

        async def parse(response: AsyncAPIResponse[Any], to: Any) -> Any:
            if call.chunk is not None:
                return self._stream(call, raw, request)
            whole = RawResponse(raw.status, raw.headers, await response.read())
            return self._finished(call, read_answer(whole, to or call.cast_to), raw.request_id)

        return AsyncAPIResponse(raw, request, parse)

    def _stream(
        self, call: ApiCall, raw: AsyncRawStream, request: httpx.Request
    ) -> AsyncStream[Any]:
        ending = None if call.ending is None else call.ending()
        return AsyncStream(raw, request, call.chunk, ending)

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
        url = httpx.URL(f"{self._core.base_url.partition(',')[0]}/")
        return request_of(call.method, url.join(call.path.lstrip("/")))

    def _needs_auth(self, call: ApiCall) -> bool:
        """Return whether the API key must be added to the call because `_core` omits it."""
        return not self._is_dressed or callable(self._options.api_key) or omits(call.headers)

    def _sent(self, call: ApiCall, auth: dict[str, str]) -> tuple[AsyncVllmClient, dict[str, Any]]:
        """Return the vllm_client client for a call, and the options of the request."""
        options = self._options
        if self._is_dressed and not omits(call.headers):
            core, headers = self._core, {**auth, **(call.headers or {})}
        else:
            core, headers = self._bare, options.headers_with(auth, call.headers)
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
            if kind != JSON or core is self._bare:
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

    async def _auth(self) -> dict[str, str]:
        key = self._options.api_key
        if callable(key):
            key = await key_from(key)
        return {} if not key else {"Authorization": Secret(f"Bearer {key}")}

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
