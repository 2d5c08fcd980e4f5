"""The end of streams: each row of the table at each stage of a stream, and the errors."""

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest

from tests.helpers.decoding import finished, said, text_chunk
from vllm_client.api.anthropic.stream import MessagesMachine
from vllm_client.api.audio.stream import AudioMachine
from vllm_client.api.chat.stream import ChatMachine
from vllm_client.api.completions.stream import CompletionMachine
from vllm_client.api.inference.stream import InferenceMachine
from vllm_client.api.responses.stream import ResponsesMachine
from vllm_client.api.server.raw import RawMachine
from vllm_client.call.retry import is_retryable
from vllm_client.errors import (
    ApiError,
    HttpError,
    IoError,
    IoTimeout,
    ParseError,
    StreamError,
    StreamTimeout,
    VllmError,
)
from vllm_client.streams.endings import (
    ENDINGS,
    Ending,
    Signal,
    StreamProtocol,
    closed_by_reader,
    connection_lost,
    ended_early,
    error_for_reader,
)
from vllm_client.streams.generation import ChunkReader
from vllm_client.streams.state import StreamMachine

Stage = tuple[Any, ...]
LAST, DONE, END = Signal.LAST_EVENT, Signal.DONE, Signal.END_OF_BYTES
GRACE = Signal.END_OF_GRACE

MACHINES: dict[StreamProtocol, Callable[[], StreamMachine[Any, Any]]] = {
    "chat": ChatMachine,
    "completions": CompletionMachine,
    "inference": InferenceMachine,
    "audio": AudioMachine,
    "responses": ResponsesMachine,
    "anthropic": MessagesMachine,
    "raw": RawMachine,
}


def state(name: str) -> dict[str, Any]:
    return {"type": f"response.{name}", "response": {"id": "resp_1", "output": []}}


def token(**fields: Any) -> dict[str, Any]:
    return {"request_id": "1", "choices": [{"index": 0, "token_ids": [1], **fields}]}


def piece(text: str, reason: str | None = None) -> dict[str, Any]:
    choice = {"delta": {"content": text}, "finish_reason": reason}
    return {"id": "t", "created": 1, "model": "w", "choices": [choice]}


TEXT_DELTA = {"type": "response.output_text.delta", "delta": "a", "output_index": 0}
BLOCK_DELTA = {
    "type": "content_block_delta",
    "index": 0,
    "delta": {"type": "text_delta", "text": "a"},
}
MESSAGE_DELTA = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
MESSAGE_STOP = {"type": "message_stop"}

# For each protocol the stages of a stream: the data received, and the signals at which the stream
# is then complete. At all other signals it is an error.
STAGES: dict[StreamProtocol, list[tuple[Stage, set[Signal]]]] = {
    "chat": [
        ((), set()),
        ((said("a"),), set()),
        ((said("a"), finished()), {DONE, END, GRACE}),
        ((finished(), said("a", 1)), set()),
        ((finished(), finished("length", 1)), {DONE, END, GRACE}),
    ],
    "completions": [
        ((), set()),
        ((text_chunk("a"),), set()),
        ((text_chunk("a", "stop"),), {DONE, END, GRACE}),
    ],
    "inference": [
        ((), set()),
        ((token(),), set()),
        ((token(), token(finish_reason="stop")), {DONE, END, GRACE}),
    ],
    "audio": [
        ((), set()),
        ((piece("a"),), set()),
        ((piece("a"), piece("", "stop")), {DONE}),
        ((piece("a", "stop"), piece("b")), set()),
        ((piece("a", "stop"), piece("b", "stop")), {DONE}),
    ],
    "responses": [
        ((), set()),
        ((state("created"),), set()),
        ((TEXT_DELTA,), set()),
        ((TEXT_DELTA, state("in_progress")), set()),
        ((TEXT_DELTA, state("completed")), {LAST}),
        ((TEXT_DELTA, state("incomplete")), {LAST}),
        ((TEXT_DELTA, state("failed")), {LAST}),
    ],
    "anthropic": [
        ((), set()),
        (({"type": "ping"},), set()),
        ((BLOCK_DELTA,), set()),
        ((BLOCK_DELTA, MESSAGE_DELTA), set()),
        ((BLOCK_DELTA, MESSAGE_STOP), set()),
        ((BLOCK_DELTA, MESSAGE_DELTA, MESSAGE_STOP), {LAST}),
    ],
    "raw": [
        ((), {END}),
        ((b"half",), {END}),
    ],
}
CASES = [
    pytest.param(protocol, stage, complete_at, signal, id=f"{protocol}-{number}-{signal.name}")
    for protocol, stages in STAGES.items()
    for number, (stage, complete_at) in enumerate(stages)
    for signal in (DONE, END)
    if (protocol, signal) != ("raw", DONE)  # [DONE] has no meaning in a raw stream
]
GRACES = [
    pytest.param(protocol, stage, complete_at, id=f"{protocol}-{number}")
    for protocol, stages in STAGES.items()
    for number, (stage, complete_at) in enumerate(stages)
]
ERRORS = [
    pytest.param(protocol, stage, id=f"{protocol}-{number}")
    for protocol, stages in STAGES.items()
    for number, (stage, complete_at) in enumerate(stages)
    if protocol != "raw" and LAST not in complete_at
]
SERVER_ERROR = {"error": {"message": "dead", "type": "T", "code": 500}}


def at(protocol: StreamProtocol, stage: Stage) -> StreamMachine[Any, Any]:
    """Return a machine that has received the data of this stage."""
    machine = MACHINES[protocol]()
    for one in stage:
        machine.receive([one if isinstance(one, bytes) else json.dumps(one)])
    return machine


def ended(protocol: StreamProtocol, stage: Stage, signal: Signal) -> StreamMachine[Any, Any]:
    """Return a machine after this stage and this signal."""
    machine = at(protocol, stage)
    if signal is DONE:
        machine.receive(["[DONE]"])
    machine.end()
    return machine


# The table.


def test_every_protocol_has_a_row_and_a_state_machine() -> None:
    assert set(ENDINGS) == set(get_args(StreamProtocol)) == set(MACHINES) == set(STAGES)
    for protocol, new in MACHINES.items():
        assert new().protocol == protocol


def test_the_stages_cover_every_signal_of_every_row() -> None:
    for protocol, stages in STAGES.items():
        assert set().union(*(signals for _, signals in stages)) == ENDINGS[protocol].complete_at


@pytest.mark.parametrize(("protocol", "stage", "complete_at", "signal"), CASES)
def test_a_stream_is_complete_at_the_signals_of_its_row_if_everything_required_has_arrived(
    protocol: StreamProtocol, stage: Stage, complete_at: set[Signal], signal: Signal
) -> None:
    machine = ended(protocol, stage, signal)

    assert machine.over
    if complete_at & {signal, LAST}:
        assert machine.error is None
    else:
        assert type(machine.error) is StreamError
        by_done = signal is DONE and not at(protocol, stage).over
        done = ", although [DONE] arrived" if by_done else ""
        missing = f"the stream ended before {ENDINGS[protocol].required}"
        assert machine.error.message == missing + done
        assert is_retryable(machine.error) is not machine.begun
        assert (machine.error.partial is not None) is machine.begun


@pytest.mark.parametrize(("protocol", "stage"), ERRORS)
def test_an_error_of_the_server_breaks_the_stream_at_every_stage(
    protocol: StreamProtocol, stage: Stage
) -> None:
    machine = at(protocol, stage)
    was_over, before = machine.over, machine.error
    machine.receive([json.dumps(SERVER_ERROR), "[DONE]"])

    assert machine.over
    if was_over:
        assert machine.error is before
    else:
        assert type(machine.error) is (StreamError if machine.begun else ApiError)
        assert machine.error.message == "dead"


@pytest.mark.parametrize("protocol", ["responses", "anthropic"])
def test_data_after_the_last_event_are_ignored(protocol: StreamProtocol) -> None:
    stage = STAGES[protocol][-1][0]
    machine = at(protocol, stage)

    assert machine.over
    machine.receive([json.dumps(SERVER_ERROR)])
    machine.lose_connection(IoError("reset"))
    assert machine.error is None


@pytest.mark.parametrize(("protocol", "stage", "complete_at"), GRACES)
def test_a_timeout_ends_a_finished_stream_without_an_error_if_the_row_allows_it(
    protocol: StreamProtocol, stage: Stage, complete_at: set[Signal]
) -> None:
    machine = at(protocol, stage)

    assert machine.finished is (GRACE in complete_at)
    machine.lose_connection(IoTimeout("silent", "token", 600.0))
    assert machine.over
    assert (machine.error is None) is bool(complete_at & {GRACE, LAST})


@pytest.mark.parametrize("protocol", ["chat", "completions", "inference"])
def test_a_finished_stream_whose_connection_is_lost_is_an_error(protocol: StreamProtocol) -> None:
    machine = at(protocol, STAGES[protocol][-1][0])

    assert machine.finished
    machine.lose_connection(IoError("reset"))
    assert machine.error is not None


def test_a_choice_that_begins_late_must_finish() -> None:
    machine = at("chat", (finished(),))

    assert machine.finished
    machine.receive([json.dumps(said("a", 1))])
    assert not machine.finished


def test_a_chunk_reader_finishes_at_the_same_chunk_as_its_event_machine() -> None:
    reader: ChunkReader[Any, Any] = ChunkReader(ChatMachine())
    reader.receive([json.dumps(said("a"))])

    assert not reader.finished
    reader.receive([json.dumps(finished())])
    assert reader.finished
    reader.lose_connection(IoTimeout("silent", "grace", 5.0))
    assert (reader.over, reader.error) == (True, None)


def test_done_has_no_meaning_in_a_raw_stream() -> None:
    machine = at("raw", (b"[DONE]",))

    assert not machine.over


# The errors.


def test_the_error_after_an_early_close_has_the_partial_response() -> None:
    error = closed_by_reader(True, "partial")

    assert type(error) is StreamError
    assert (error.message, error.begun, error.partial) == ("closed by the reader", True, "partial")
    assert not is_retryable(error)


def test_the_error_of_an_early_end_names_the_missing_part_and_is_retryable() -> None:
    error = ended_early(Ending(frozenset(), "the third verse"), Signal.END_OF_BYTES)

    assert type(error) is StreamError
    assert error.message == "the stream ended before the third verse"
    assert is_retryable(error)


def test_a_lost_connection_is_a_stream_error_with_the_cause() -> None:
    lost = IoError("reset")
    error = connection_lost(lost)

    assert type(error) is StreamError
    assert (error.message, error.failure, is_retryable(error)) == ("reset", "cut", True)
    assert error.__cause__ is lost


def test_a_timeout_is_a_stream_timeout_with_its_limit() -> None:
    silent = IoTimeout("silent", "idle", 120.0)
    error = connection_lost(silent)

    assert isinstance(error, StreamTimeout)
    assert (error.message, error.clock, error.seconds) == ("silent", "idle", 120.0)
    assert not is_retryable(error)
    assert error.__cause__ is silent


def test_other_errors_of_a_connection_are_unchanged() -> None:
    error = HttpError("no HTTP")

    assert connection_lost(error) is error


@pytest.mark.parametrize("error", [ApiError("no", 503), StreamError("cut"), ParseError("no JSON")])
def test_an_error_before_the_first_delta_is_unchanged(error: VllmError) -> None:
    retryable = is_retryable(error)

    assert error_for_reader(error, False, lambda: "partial") is error
    assert is_retryable(error) is retryable
    assert getattr(error, "partial", None) is None


def test_a_stream_error_after_the_first_delta_gets_the_partial_response() -> None:
    error = ended_early(ENDINGS["chat"], Signal.DONE)

    assert error_for_reader(error, True, lambda: "partial") is error
    assert (error.partial, is_retryable(error)) == ("partial", False)
    assert error.__cause__ is None


def test_any_other_error_after_the_first_delta_becomes_the_cause_of_a_stream_error() -> None:
    refused = ApiError("busy", 503)
    refused.type, refused.param = "T", "p"
    error = error_for_reader(refused, True, lambda: "partial")

    assert type(error) is StreamError
    assert (error.message, error.code, error.type, error.param) == ("busy", 503, "T", "p")
    assert (error.partial, is_retryable(error)) == ("partial", False)
    assert error.__cause__ is refused
