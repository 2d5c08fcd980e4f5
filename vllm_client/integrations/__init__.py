"""Use the client with other libraries: mount its transport in httpx, export OpenTelemetry spans.

    from vllm_client.integrations import SyncVllmTransport

Each name loads what it needs when it is first used.
"""

TYPE_CHECKING = False

if TYPE_CHECKING:
    from .httpx_async import AsyncVllmTransport as AsyncVllmTransport
    from .httpx_sync import SyncVllmTransport as SyncVllmTransport
    from .opentelemetry import OpenTelemetryObserver as OpenTelemetryObserver

_HOME_OF = {
    "AsyncVllmTransport": "httpx_async",
    "OpenTelemetryObserver": "opentelemetry",
    "SyncVllmTransport": "httpx_sync",
}

if not TYPE_CHECKING:
    __all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
