"""Options that several families share, as keywords for editors and type checkers.

They are body fields of vLLM 0.33, each written once; a family defines an option anew only where it
means something else there. An option that is not given is not sent. "Range" names what the server
accepts and "Default" what it does when the option is absent; a test compares both with the
server's schemas.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, TypeAlias, TypedDict

from ...call.retry import RetryPolicy
from ...http.base_url import QueryValue
from ...http.timeouts import Timeout

Strings: TypeAlias = list[str] | tuple[str, ...]
"""Several strings. A lone `str` would pass as a Sequence[str], and be sent letter by letter."""

ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class ModelOption(TypedDict, total=False):
    """Which model answers."""

    model: str | None
    """Name of a served model or LoRA adapter. Default: the served model."""


class UserOption(TypedDict, total=False):
    """Who asks."""

    user: str | None
    """The end user's name, accepted for compatibility with OpenAI; vLLM ignores it."""


class StreamOptions(TypedDict, total=False):
    """What a stream carries beside its deltas."""

    include_usage: bool | None
    """Whether a last chunk reports the token counts. Default: False."""
    continuous_usage_stats: bool | None
    """Whether every chunk reports the token counts so far. Default: False."""


class Streaming(TypedDict, total=False):
    """What a stream carries."""

    stream_options: StreamOptions | None
    """What a stream carries beside its deltas; only with a stream. Default: nothing."""


class Priority(TypedDict, total=False):
    """The order of requests in the server's queue."""

    priority: int
    """Lower goes first; other than 0 only on a server with priority scheduling. Default: 0."""


class Scheduling(Priority, total=False):
    """The order of requests in the server's queue, and their names there."""

    request_id: str
    """The stem of the answer's id. Default: the X-Request-Id header, else a random one."""


class Session(TypedDict, total=False):
    """Which requests belong together."""

    session_id: str | None
    """The same for all requests of one conversation, for routing. Default: none."""


class CacheSalt(TypedDict, total=False):
    """Who shares the prefix cache."""

    cache_salt: str | None
    """Secret that separates our prefix cache from that of others; none of "@", "/", "\\", NUL.
    Range: 1 to 128 characters. Default: none."""


class Transfer(TypedDict, total=False):
    """How caches move between servers."""

    kv_transfer_params: Mapping[str, Any] | None
    """Where key-value caches go when prefill and decode are separate servers. Default: none."""
    ec_transfer_params: Mapping[str, Any] | None
    """Where encoder caches go when the encoder is a separate server. Default: none."""


class Extensions(TypedDict, total=False):
    """Arguments for plugins of the server."""

    vllm_xargs: Mapping[str, str | int | float | Sequence[str | int | float]] | None
    """Arguments for the server's own extensions. Default: none."""


class CallOptions(TypedDict, total=False):
    """Client settings for this call only; not sent to the server."""

    extra_headers: Mapping[str, str]
    """Headers to add to the client's."""
    extra_query: Mapping[str, QueryValue | None]
    """Parameters to add to the URL; None leaves out one of the client's."""
    timeout: float | timedelta | Timeout | None
    """Seconds for the whole call, a Timeout, or None for no limit. Default: the client's."""
    retry: RetryPolicy | int | None
    """How many times to try again, or a RetryPolicy; None is never. Default: the client's."""
    server: str
    """The name of the server to use, for a client with several. Default: the policy chooses."""


class GenerationCallOptions(CallOptions, total=False):
    """Client settings for one call with a body."""

    extra_body: Mapping[str, Any]
    """Fields to add to the body as they are; they win over options of the same name."""


class StreamWait(TypedDict, total=False):
    """When a stream is handed out."""

    wait: bool
    """Whether a stream is returned only with its first delta; if not, it is returned once the
    request is sent, and its first read raises what failed. Only with a stream. Default: True."""


class ReadingStreamOptions(CallOptions, StreamWait, total=False):
    """Client settings for one call without a body that may be a stream."""


class StreamCallOptions(GenerationCallOptions, StreamWait, total=False):
    """Client settings for one call with a body that may be a stream."""
