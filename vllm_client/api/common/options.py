"""Options that several groups of calls share, as typed keywords.

They are body fields of vLLM 0.33, each defined once; a group redefines an option only if it has
another meaning there. An option that is not given is not sent. "Range" says what the server accepts
and "Default" what it does without the option; a test compares both with the server's schemas.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, TypeAlias, TypedDict

from ...call.retry import RetryPolicy
from ...http.base_url import QueryValue
from ...http.timeouts import Timeout

Strings: TypeAlias = list[str] | tuple[str, ...]
"""Several strings. Not Sequence[str], because a single str is also a Sequence[str]."""

ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class ModelOption(TypedDict, total=False):
    """The model to use."""

    model: str | None
    """The name of a served model or LoRA adapter. Default: the served model."""


class UserOption(TypedDict, total=False):
    """The end user."""

    user: str | None
    """An identifier of the end user, accepted for compatibility with OpenAI; vLLM ignores it."""


class StreamOptions(TypedDict, total=False):
    """What a stream contains in addition to deltas."""

    include_usage: bool | None
    """Whether the last chunk reports the token counts. Default: False."""
    continuous_usage_stats: bool | None
    """Whether every chunk reports the token counts so far. Default: False."""


class Streaming(TypedDict, total=False):
    """The content of a stream."""

    stream_options: StreamOptions | None
    """What a stream contains in addition to deltas. Only for streams. Default: nothing."""


class Priority(TypedDict, total=False):
    """The order of requests in the server's queue."""

    priority: int
    """The priority in the server's queue; lower is earlier. A server without priority scheduling
    accepts only 0. Default: 0."""


class Scheduling(Priority, total=False):
    """The order and the ids of requests in the server's queue."""

    request_id: str
    """The id of the request; the id of the response contains it. Default: the X-Request-Id header,
    else a random one."""


class Session(TypedDict, total=False):
    """The conversation that a request belongs to."""

    session_id: str | None
    """An id that all requests of one conversation have, for routing. Default: none."""


class CacheSalt(TypedDict, total=False):
    """The requests that share a prefix cache."""

    cache_salt: str | None
    """A secret; only requests with the same secret share cached prefixes. It must not contain "@",
    "/", "\\" or NUL. Range: 1 to 128 characters. Default: none."""


class Transfer(TypedDict, total=False):
    """How caches are transferred between servers."""

    kv_transfer_params: Mapping[str, Any] | None
    """Where the KV cache goes, if prefill and decode are separate servers. Default: none."""
    ec_transfer_params: Mapping[str, Any] | None
    """Where the encoder cache goes, if the encoder is a separate server. Default: none."""


class Extensions(TypedDict, total=False):
    """Arguments for extensions of the server."""

    vllm_xargs: Mapping[str, str | int | float | Sequence[str | int | float]] | None
    """Arguments for extensions of the server. Default: none."""


class CallOptions(TypedDict, total=False):
    """Client settings for this call only; not sent to the server."""

    extra_headers: Mapping[str, str]
    """Headers to send in addition to the client's."""
    extra_query: Mapping[str, QueryValue | None]
    """Parameters to add to the URL; None leaves out one of the client's."""
    timeout: float | timedelta | Timeout | None
    """Max seconds of the whole call, a Timeout, or None for no limit. Default: the client's."""
    retry: RetryPolicy | int | None
    """Max number of retries, or a RetryPolicy; None for no retries. Default: the client's."""
    server: str
    """The name of the server to use, for a client with several servers. Default: chosen by the
    client's policy."""


class GenerationCallOptions(CallOptions, total=False):
    """Client settings for one call with a body."""

    extra_body: Mapping[str, Any]
    """Fields to add to the body unchanged; they override options of the same name."""


class StreamWait(TypedDict, total=False):
    """Whether a call waits before it returns a stream."""

    wait: bool
    """Whether to wait for the first delta before returning the stream. If not, errors before the
    first delta are raised by the first read. Only for streams. Default: True."""


class ReadingStreamOptions(CallOptions, StreamWait, total=False):
    """Client settings for one call that sends no body and may return a stream."""


class StreamCallOptions(GenerationCallOptions, StreamWait, total=False):
    """Client settings for one call that sends a body and may return a stream."""
