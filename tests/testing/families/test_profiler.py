"""The profiler, compared with recorded answers, in the order of the recordings."""

from tests.testing.recorded import header_names, headers_of, load_further, repeat
from vllm_client.testing import SimulatedVllm

IN_ORDER = (
    "start_profile",
    "start_profile_again",
    "stop_profile",
    "stop_profile_again",
    "start_profile_options",
    "start_profile_kind",
    "start_profile_negative",
    "stop_profile_last",
)


def test_a_session_is_started_and_stopped() -> None:
    with SimulatedVllm() as server:
        for name in IN_ORDER:
            recording = load_further("chat-dev", name)
            answer = repeat(server, recording)
            assert (answer.status, answer.body) == (recording.status, recording.body), name
            assert list(headers_of(answer)) == header_names(recording.headers)
