r"""A simulated vLLM server for your tests: it runs in a thread, on a real loopback socket.

    from vllm_client import SyncVllmClient
    from vllm_client.testing import Call, ErrorReply, Reply, SimulatedVllm

    with SimulatedVllm() as server:
        client = SyncVllmClient(server.base_url)

It has the routes of all endpoint families; testing/README.md lists them. With a task, such as
`SimulatedVllm(task="embed")`, it has only the routes of a server for that task. Requests that vLLM
rejects get vLLM's error messages.

Without a script it generates plausible answers. Chat, Responses and Messages get a little reasoning
and a sentence that repeats the prompt. With `tools`, the first tool is called with arguments made
from its schema; after a `tool` message the sentence repeats the tool's result. A schema in
`response_format` or `structured_outputs` gets JSON made from it, and a `choice` gets its first
option. The server supports `n`, `max_tokens`, `stop`, `stream`, `stream_options`, `logprobs`,
`return_token_ids` and `tool_choice`; `enable_thinking: false` removes the reasoning, also from
scripted replies. Vectors, scores and classes are derived from the texts: equal texts have equal
results, and texts that share words have similar ones.

**Scripts.** Each `reply()` queues answers. A request takes the first queued answer that fits its
family: texts fit every family that answers with text.

    server.reply("Hello!")                                     # a text
    server.reply(Reply("Hello!", reasoning="A greeting."))     # reasoning, then text
    server.reply(Reply(tool_calls=[Call("get_weather", {"location": "Tokyo"})]))
    server.reply(Reply(["He", "llo"]))                         # exactly these deltas
    server.reply(["one", "two"])                               # the choices of one answer with n=2
    server.reply("one", "two", "three")                        # three answers, for three requests
    server.reply(Reply("a long story", pace=0.05))             # seconds between two tokens
    server.reply(Reply("Hello!", error=InStreamError(after=2)))  # fails after two deltas
    server.reply(Embeddings([[0.6, 0.8]]))                     # a vector for each text
    server.reply(Scores([0.9, 0.1]))                           # for score and rerank, by document
    server.reply(Labels([{"POSITIVE": 0.9, "NEGATIVE": 0.1}]))    # for classify and decisions
    server.reply(ErrorReply(503, "busy", retry_after=1))       # vLLM's error body, any status
    server.reply(RawReply(502, b"<html>bad gateway</html>", {"content-type": "text/html"}))
    server.reply(RawReply(503), path="/health")                # the next answer of that path

**Faults** are values, applied in order. `SimulatedVllm(faults=…)` applies them to all answers.

    server.reply("Hello!", faults=[Cut(after=300)])            # EOF after 300 bytes of the answer
    server.reply("Hello!", faults=[Cut(after=3, of="events")]) # … after three events of the stream
    server.reply("Hello!", faults=[Reset()])                   # a TCP reset before any answer
    server.reply("Hello!", faults=[Stall(after=100, of="body")])   # silence until the client leaves
    server.reply("Hello!", faults=[Garbage()])                 # bytes that are not HTTP
    server.reply("Hello!", faults=[Garbage(after=2, of="events")])  # broken chunked encoding
    server.reply("Hello!", faults=[SlowHead(seconds=2)])       # the head arrives slowly
    server.reply("Hello!", faults=[LineEnds("\r\n"), KeepAlives(), Split(1)])
    server.reply("Hello!", faults=[WrongLength(+5)])           # a wrong content-length
    server.reply("Hello!", faults=[CloseAfter()])              # close without `connection: close`

**Requests and disconnects** can be inspected:

    server.requests[-1].json["temperature"]     # also .method .path .query .headers .body
    server.requests[0].connection == server.requests[1].connection  # the connection was reused
    server.running, server.disconnects          # generations in flight; client disconnects
    server.wait_until(lambda: server.running == 0)                  # no sleeping in tests
    server.close_idle_connections()             # drop the client's pooled connections now
    server.stop(), server.start()               # shut down; start again on the same port

An answer without `pace` is sent at once: set a pace if the test has to disconnect, or look at the
server, while the answer is in flight. In async tests wait in a thread:
`await asyncio.to_thread(server.wait_until, …)`.

**Realistic timing and queueing** come from a model of vLLM's engine: continuous batching, a KV
cache with preemption, a prefix cache, a waiting queue that rejects requests when it is full, and
/metrics that show all this:

    SimulatedVllm(engine=Engine.preset("h100"))            # also a10g, 4xh100-70b, h200-mla, cpu …
    SimulatedVllm(engine=Engine(max_num_seqs=2, step_seconds=0.01, max_num_queued_reqs=4))

**Record and replay** a real server, for offline tests that need its answers:

    with record("cassette.jsonl", base_url="http://gpu:8000/v1") as recorder:
        client = SyncVllmClient(recorder.base_url)    # any client; its requests go to the server
    with replay("cassette.jsonl") as replayer:
        client = SyncVllmClient(replayer.base_url)    # equal requests get the same answers

Under pytest, the fixture `simulated_vllm` is a fresh simulated server for each test;
`vllm_cassette` replays a cassette for each test, or records it (`--vllm-record`).
`simulate(host, port)` runs a simulated server by hand until Ctrl-C.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cassette.recorder import Recorder, record
    from .cassette.replayer import Replayer, replay
    from .engine.settings import Engine
    from .faults import (
        CloseAfter,
        Cut,
        Fault,
        Garbage,
        KeepAlives,
        LineEnds,
        Reset,
        SlowHead,
        Split,
        Stall,
        WrongLength,
    )
    from .replies import (
        AnyReply,
        Call,
        Embeddings,
        ErrorReply,
        InStreamError,
        Labels,
        RawReply,
        ReceivedRequest,
        Reply,
        Scores,
    )
    from .run_server import simulate
    from .server import SimulatedVllm

__all__ = [
    "AnyReply",
    "Call",
    "CloseAfter",
    "Cut",
    "Embeddings",
    "Engine",
    "ErrorReply",
    "Fault",
    "Garbage",
    "InStreamError",
    "KeepAlives",
    "Labels",
    "LineEnds",
    "RawReply",
    "ReceivedRequest",
    "Recorder",
    "Replayer",
    "Reply",
    "Reset",
    "Scores",
    "SimulatedVllm",
    "SlowHead",
    "Split",
    "Stall",
    "WrongLength",
    "record",
    "replay",
    "simulate",
]

_HOMES = {
    "engine.settings": "Engine",
    "faults": """
        CloseAfter Cut Fault Garbage KeepAlives LineEnds Reset SlowHead Split Stall WrongLength
    """,
    "replies": """
        AnyReply Call Embeddings ErrorReply InStreamError Labels RawReply ReceivedRequest Reply
        Scores
    """,
    "cassette.recorder": "Recorder record",
    "cassette.replayer": "Replayer replay",
    "server": "SimulatedVllm",
    "run_server": "simulate",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


# Because of the plugin, pytest loads this package in every run wherever it is installed. Load
# submodules on first use only, so that those runs stay fast.
def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
