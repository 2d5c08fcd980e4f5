"""Start and stop the profiler."""

from ...vllm.routes import STOP_PROFILE
from ..body_kinds import Fields, Maybe, Text, Whole
from ..replies import ReceivedRequest
from ..request_checks import Refusal, read_json, read_shape
from ..server_state import ServerState
from ..server_version import plain_answer
from ..socket_steps import SocketResponse

_OPTIONS = Fields(
    {
        "profile_prefix": Maybe(Text()),
        "delay_iterations": Maybe(Whole(strict=True)),
        "max_iterations": Maybe(Whole(strict=True)),
        "profiler_kwargs": Maybe(Fields(plain=True)),
    }
)


def start(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    if request.body:
        read_shape(_OPTIONS, read_json(request))
    if state.profiles:
        raise Refusal(_ACTIVE, code=409)
    state.profiles = True
    return plain_answer(b"")


_ACTIVE = (
    f"A profiling session is already active. Call {STOP_PROFILE.path} before starting another"
    " session."
)


def stop(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Stop profiling. Stopping twice is not an error."""
    state.profiles = False
    return plain_answer(b"")
