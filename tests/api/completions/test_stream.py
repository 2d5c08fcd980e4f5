"""Test streams of text completions: events, and the assembled response."""

from typing import Any

import attrs
import pytest

from tests.helpers.decoding import (
    COMPLETION_STREAMS,
    decode,
    machine_of,
    plain_answer,
    run,
    text_chunk,
)
from tests.recordings import Recording, load
from vllm_client.api.completions.answers import (
    CompletionChoice,
    CompletionLogprobs,
    CompletionResponse,
)
from vllm_client.api.completions.stream import CompletionMachine
from vllm_client.codec.usage import RequestMetrics, Usage
from vllm_client.codec.weight_version import WeightVersion
from vllm_client.streams.events import ContentEvent, DoneEvent, UsageEvent

VERSIONS = [{"version": "2", "start": 0, "end": 2}]
GOOD = [stream for stream in COMPLETION_STREAMS if not stream.name.startswith("err_")]


def usual(answer: CompletionResponse) -> dict[str, Any]:
    """Return the answer without ids, times and counts of cached tokens."""
    fields = attrs.evolve(answer, id="", created=0).to_dict()
    del fields["usage"]["prompt_tokens_details"]
    return fields


@pytest.mark.parametrize("stream", GOOD, ids=str)
def test_recorded_stream_assembles_to_the_plain_answer(stream: Recording) -> None:
    machine = machine_of(stream)
    decode(machine, [stream.body])
    plain = plain_answer(load(stream.config, stream.name.replace("stream", "plain")))

    assert usual(machine.partial()) == usual(plain)


def test_text_arrives_in_pieces_and_is_assembled() -> None:
    machine = CompletionMachine()
    events = run(machine, [text_chunk("Once"), text_chunk(""), text_chunk(" upon", "length")])

    assert events == [
        ContentEvent("Once"),
        ContentEvent(" upon"),
        DoneEvent("length", {0: "length"}),
    ]
    assert machine.partial() == CompletionResponse(
        [CompletionChoice("Once upon", finish_reason="length")],
        id="cmpl-1",
        created=7,
        model="tiny",
    )


def test_answer_contains_everything_from_the_chunks_beside_text() -> None:
    def logprobs(token: str) -> dict[str, Any]:
        return {
            "text_offset": [0],
            "token_logprobs": [None],
            "tokens": [token],
            "top_logprobs": [{token: -1.0}],
        }

    machine = CompletionMachine()
    chunks = [
        text_chunk("a", logprobs=logprobs("a"), token_ids=[1], prompt_token_ids=[9]),
        text_chunk("b", logprobs=logprobs("b"), token_ids=[2], more=3) | {"x": 4},
        text_chunk("", "stop", stop_reason="END", weight_versions=VERSIONS)
        | {"usage": {"prompt_tokens": 1}, "system_fingerprint": "f", "metrics": {"mean_itl_ms": 2}}
        | {"kv_transfer_params": {"remote_port": 5}},
    ]

    assert run(machine, chunks)[2:] == [UsageEvent(Usage(1)), DoneEvent("stop", {0: "stop"})]
    rows = CompletionLogprobs([0, 0], [None, None], ["a", "b"], [{"a": -1.0}, {"b": -1.0}])
    assert machine.partial() == CompletionResponse(
        [
            CompletionChoice(
                "ab",
                finish_reason="stop",
                logprobs=rows,
                stop_reason="END",
                token_ids=[1, 2],
                prompt_token_ids=[9],
                weight_versions=[WeightVersion("2", 0, 2)],
                unknown_fields={"more": 3},
            )
        ],
        id="cmpl-1",
        created=7,
        model="tiny",
        usage=Usage(1),
        system_fingerprint="f",
        kv_transfer_params={"remote_port": 5},
        metrics=RequestMetrics(mean_itl_ms=2),
        unknown_fields={"x": 4},
    )


def test_unknown_keys_of_every_chunk_are_kept() -> None:
    machine = CompletionMachine()
    first, second = (text_chunk("a", y=number) | {"x": number} for number in (1, 2))
    run(machine, [first, second, first])

    assert machine.partial().unknown_fields == {"x": 1}
    assert machine.partial().choices[0].unknown_fields == {"y": 1}


def test_choices_of_all_prompts_are_separated_by_index() -> None:
    machine = CompletionMachine(choices=2)
    chunks = [
        text_chunk("b", index=1),
        text_chunk("a", "stop", index=0),
        text_chunk("B", "length", index=1),
    ]

    assert run(machine, chunks)[-1] == DoneEvent("stop", {0: "stop", 1: "length"})
    assert [choice.text for choice in machine.partial().choices] == ["a", "bB"]


def test_plain_object_is_accepted_as_a_stream() -> None:
    # vLLM 0.32 sends this for a beam search
    machine = CompletionMachine(choices=2)
    whole = text_chunk("a", "stop")
    whole["choices"].append(whole["choices"][0] | {"index": 1, "text": "b"})

    assert run(machine, [whole, "[DONE]"])[:2] == [ContentEvent("a"), ContentEvent("b", 1)]
    assert machine.error is None
