"""The client: its settings, its transport and its resources."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import attrs
from typing_extensions import Unpack

from .._io.asyncio_.api_key import ApiKey, check_key_function
from .._io.asyncio_.connection_options import ConnectionOptions
from .._io.asyncio_.mix_ups import RefusesWith, explains_missing_await
from ..api.common.shown_keywords import shows_keywords
from ..call.client_keywords import NoKeywords, refuse_keywords
from ..call.retry import RetryPolicy
from ..call.servers import Servers
from ..call.settings import ClientSettings, checked_key, retry_of, settings_of
from ..codec.thinking import Thinking
from ..errors import RequestError, VllmError
from ..http.base_url import QueryValue
from ..http.secrets import hidden
from ..http.timeouts import Timeout
from ..telemetry.log import switch_on
from ..telemetry.observer import Observer, Observers
from .bulk import AsyncBulkCalls
from .call_runner import AsyncCallRunner
from .chat import AsyncChat
from .choose_runner import RunnerState, family_for, restored, runner_for, state_of
from .control import AsyncControlCalls
from .lora import AsyncLoraCalls
from .models import AsyncModels
from .pooling import AsyncPoolingCalls
from .raw import AsyncRawCalls
from .resource import resource
from .scaling import AsyncScalingCalls
from .server import AsyncServerCalls
from .tokens import AsyncTokenCalls
from .weights import AsyncWeightCalls

if TYPE_CHECKING:
    import ssl

    import httpx
    import httpx2

    from .anthropic import AsyncMessages
    from .audio import AsyncAudio
    from .completions import AsyncCompletions
    from .embeddings import AsyncEmbeddings
    from .inference import AsyncInference
    from .responses import AsyncResponses
    from .servers import AsyncServers

T = TypeVar("T")


@explains_missing_await
@shows_keywords
class AsyncVllmClient(
    AsyncBulkCalls,
    AsyncControlCalls,
    AsyncLoraCalls,
    AsyncPoolingCalls,
    AsyncRawCalls,
    AsyncScalingCalls,
    AsyncServerCalls,
    AsyncTokenCalls,
    AsyncWeightCalls,
    RefusesWith,
):
    """A client of one or several vLLM servers.

    Create one client and share it between threads or tasks for the life of the program.

    Args:
        base_url: Such as `http://host:8000/v1`; a missing "/v1" is appended. For several servers a
            list, a comma-separated string, or Servers. Default: the environment variable
            VLLM_BASE_URL, else http://localhost:8000/v1.
        api_key: The bearer token, or a function that returns it. The function is called for each
            request that is sent, including retries, and may be called concurrently. Default: the
            environment variable VLLM_API_KEY, else none.
        timeout: Seconds or a timedelta for a whole call with its retries, or a Timeout. None is no
            limit. Default: see Timeout.
        headers: Header fields to add to every request. Default: none.
        retry: Max retries of a failed request, or a RetryPolicy. None is no retry. Default: see
            RetryPolicy.
        max_connections: Max concurrent requests per server; further requests wait. Default: no
            limit.
        ssl_context: How https:// is verified. Default: with the certificates of the system.
        uds: The path of a Unix socket to connect to, instead of the host of the URL.
        http_client: Your own client of httpx or httpx2, which sends all requests and is not closed
            by this client. Default: the built-in transport.
        transport: "httpx" sends the requests through httpx, as is done automatically if the
            environment sets a proxy for the URL. Then only httpx's read timeout limits reads.
            Default: the built-in transport.
        thinking: False leaves `<think>…</think>` in the text; a Thinking sets other tags.
            Default: True, which moves the text between these tags to `reasoning`.
        api_prefix: The path of the API below the base URL, if it is not /v1; "" for none.
        strict: Whether an option that the server's version ignores is a RequestError instead of an
            IgnoredByServerWarning. Default: False.
        observers: Observers to call at each step of each call. Default: none.
        timing: Whether to measure the times between the tokens of streams, for
            `stream.call.timing.p99_inter_token_latency`. Default: False.

    Raises:
        RequestError: An argument is invalid.
    """

    def __init__(
        self,
        base_url: str | Sequence[str] | Servers | None = None,
        *,
        api_key: ApiKey | None = None,
        timeout: float | timedelta | Timeout | None = Timeout(),  # noqa: B008  # immutable
        headers: Mapping[str, str] | None = None,
        retry: RetryPolicy | int | None = RetryPolicy(),  # noqa: B008  # immutable
        max_connections: int | None = None,
        ssl_context: ssl.SSLContext | None = None,
        uds: str | os.PathLike[str] | None = None,
        http_client: httpx.AsyncClient | httpx2.AsyncClient | None = None,
        transport: Literal["httpx"] | None = None,
        thinking: bool | Thinking = True,
        api_prefix: str | None = None,
        strict: bool = False,
        observers: Iterable[Observer] = (),
        timing: bool = False,
        **unknown: Unpack[NoKeywords],
    ) -> None:
        base_url = hidden(base_url) if isinstance(base_url, str) else base_url
        api_key, headers, unknown = hidden(api_key), hidden(headers), hidden(unknown)
        refuse_keywords(list(unknown), _KEYWORDS)
        check_key_function(api_key)
        settings = settings_of(
            base_url,
            os.environ,
            api_key=api_key,
            timeout=timeout,
            headers=headers,
            retry=retry,
            thinking=thinking,
            api_prefix=api_prefix,
            strict=strict,
        )
        route = ConnectionOptions(
            max_connections=max_connections,
            ssl_context=ssl_context,
            uds=None if uds is None else os.fspath(uds),
            http_client=http_client,
            transport=transport,
        )
        switch_on(os.environ)
        family = family_for(settings, route)
        self._begin(runner_for(settings, family, Observers.of(observers, timing)))

    def _begin(self, caller: AsyncCallRunner) -> None:
        self._connection_options = caller.family.options
        self._caller = caller
        self.chat = AsyncChat(self._caller)
        self.models = AsyncModels(self._caller)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close this client. The connections are closed with the last client that shares them."""
        if not self._caller.closed:
            self._caller.closed = True
            await self._caller.family.leave(self._caller)

    @property
    def base_url(self) -> str:
        """The base URL without credentials; with several servers all URLs, comma-separated."""
        return self._caller.settings.shown_url

    @resource
    def servers(self) -> AsyncServers[Self]:
        """The servers of a client with several: `client.servers["a"]` sends all calls to "a"."""
        from .servers import AsyncServers

        return AsyncServers(self._caller, self._like)

    async def on_all_servers(
        self, call: Callable[[Self], Coroutine[Any, Any, T]]
    ) -> dict[str, T | VllmError]:
        """Make a call at each server, one server after another.

            client.on_all_servers(lambda server: server.reset_prefix_cache())

        Args:
            call: A function that makes the call with the client of one server.

        Returns:
            The result, or the error that was raised, by the name of the server.

        Raises:
            RequestError: The client has a single server.
        """
        results: dict[str, T | VllmError] = {}
        for name in await self.servers._names():
            client = self.servers[name]
            try:
                results[name] = await call(client)
            except VllmError as error:
                results[name] = error
            finally:
                await client.aclose()
        return results

    @resource
    def audio(self) -> AsyncAudio:
        """Speech to text: transcriptions and translations."""
        from .audio import AsyncAudio

        return AsyncAudio(self._caller)

    @resource
    def completions(self) -> AsyncCompletions:
        """Text completions."""
        from .completions import AsyncCompletions

        return AsyncCompletions(self._caller)

    @resource
    def embeddings(self) -> AsyncEmbeddings:
        """Embeddings: POST /v1/embeddings."""
        from .embeddings import AsyncEmbeddings

        return AsyncEmbeddings(self._caller)

    @resource
    def inference(self) -> AsyncInference:
        """Generation with token ids instead of text."""
        from .inference import AsyncInference

        return AsyncInference(self._caller)

    @resource
    def messages(self) -> AsyncMessages:
        """Anthropic's Messages API."""
        from .anthropic import AsyncMessages

        return AsyncMessages(self._caller)

    @resource
    def responses(self) -> AsyncResponses:
        """OpenAI's Responses API."""
        from .responses import AsyncResponses

        return AsyncResponses(self._caller)

    def with_api_key(self, api_key: ApiKey | None) -> Self:
        """Return a client with another API key, over the same connections.

        Args:
            api_key: The key, a function that returns it, or None for no key.
        """
        api_key = hidden(api_key)
        check_key_function(api_key)
        return self._with(api_key=checked_key(api_key))

    def with_timeout(self, timeout: float | timedelta | Timeout | None) -> Self:
        """Return a client with another timeout, over the same connections.

        Args:
            timeout: Seconds or a timedelta for a whole call, or a Timeout; None is no limit.
        """
        return self._with(timeout=Timeout.of(timeout))

    def with_retry(self, retry: RetryPolicy | int | None) -> Self:
        """Return a client with another retry policy, over the same connections.

        Args:
            retry: Max retries, or a RetryPolicy; None is no retry.
        """
        return self._with(retry=retry_of(retry))

    def with_query(self, name: str, value: QueryValue | None) -> Self:
        """Return a client that adds a query parameter to every URL, over the same connections.

        `extra_query` of a call overrides it.

        Args:
            name: The name of the parameter.
            value: Its value; a list repeats the name, and None removes the parameter.
        """
        return self._like(self._caller.settings.with_query(name, value))

    def with_header(self, name: str, value: str) -> Self:
        """Return a client that adds a header field to every request, over the same connections.

        Args:
            name: The name of the header field.
            value: Its value.
        """
        value = hidden(value)
        return self._like(self._caller.settings.with_header(name, value))

    def _with(self, **changes: Any) -> Self:
        return self._like(attrs.evolve(self._caller.settings, **changes))

    def _like(self, settings: ClientSettings) -> Self:
        if self._caller.closed:
            raise RequestError("the client is closed")
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)  # includes the attributes of a subclass
        caller = self._caller
        made._begin(runner_for(settings, caller.family, caller.observers))
        return made

    def __copy__(self) -> Self:
        return self._like(self._caller.settings)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._like(self._caller.settings)

    def __getstate__(self) -> RunnerState:
        """Return the settings, connection options and observers, which must be picklable.

        The pickle contains the API key, so protect it like the key.
        """
        return state_of(self._caller)

    def __setstate__(self, state: RunnerState) -> None:
        self._begin(restored(state))

    def __repr__(self) -> str:
        if not hasattr(self, "_caller"):  # a traceback may show an object whose __init__ failed
            return f"<{type(self).__name__} that was not created>"
        uds = f" over {self._connection_options.uds}" if self._connection_options.uds else ""
        return f"<{type(self).__name__} {self.base_url}{uds}>"


_KEYWORDS = frozenset({"base_url", *(AsyncVllmClient.__init__.__kwdefaults__ or ())})
