"""A server that speaks vLLM's dialect, for your tests: in a thread, on a real loopback socket.

    from vllm_client import SyncVllmClient
    from vllm_client.testing import Call, ErrorReply, Reply, SimulatedVllm

    with SimulatedVllm() as server:
        client = SyncVllmClient(server.base_url)

It serves every family of routes; testing/README.md lists them. `SimulatedVllm(task="embed")` has
only those of such a server. Requests that vLLM refuses are refused in its words.

Without a script it answers sensibly: chat, Responses and Messages get a little reasoning and a
sentence that repeats the prompt; with `tools`, the first tool is called with arguments made from
its schema; after a `tool` message the sentence repeats the tool's result; a schema in
`response_format` or `structured_outputs` gets JSON made from it, and a `choice` its first one. `n`,
`max_tokens`, `stop`, `stream`, `stream_options`, `logprobs`, `return_token_ids` and `tool_choice`
are honoured, and `enable_thinking: false` takes away the reasoning, that of a script too. Vectors,
scores and classes follow from the texts: equal texts have equal ones, and texts that share words
are similar.

**Scripts.** Each `reply()` queues answers. A request uses up the first one that fits it: texts fit
every family that answers in words.

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

**Faults** are values, too, applied in order; `SimulatedVllm(faults=…)` has them in every answer.

    server.reply("Hello!", faults=[Cut(after=300)])            # EOF after 300 bytes of the answer
    server.reply("Hello!", faults=[Cut(after=3, of="events")]) # … after three events of the stream
    server.reply("Hello!", faults=[Reset()])                   # a TCP reset before any answer
    server.reply("Hello!", faults=[Stall(after=100, of="body")])   # then silence, until you leave
    server.reply("Hello!", faults=[Garbage()])                 # bytes that are no HTTP
    server.reply("Hello!", faults=[Garbage(after=2, of="events")])  # … in the midst of the chunking
    server.reply("Hello!", faults=[SlowHead(seconds=2)])       # the head dribbles
    server.reply("Hello!", faults=[LineEnds("\\r\\n"), KeepAlives(), Split(1)])
    server.reply("Hello!", faults=[WrongLength(+5)])           # content-length that does not hold
    server.reply("Hello!", faults=[CloseAfter()])              # hangs up after it, unannounced

**What was asked**, and who left:

    server.requests[-1].json["temperature"]     # also .method .path .query .headers .body
    server.requests[0].connection == server.requests[1].connection  # the connection was reused
    server.running, server.disconnects          # generations in flight; answers you did not await
    server.wait_until(lambda: server.running == 0)                  # no sleeping in tests
    server.close_idle_connections()             # pooled connections die now
    server.stop(), server.start()               # gone, and back on the same port

An answer without `pace` is sent at once: give it one to leave, or to look, in its midst. In async
tests wait in a thread: `await asyncio.to_thread(server.wait_until, …)`.

**Times and a queue** like those of a GPU come with a model of vLLM's engine: continuous batching,
KV cache with preemption, prefix cache, waiting requests and refusals, and /metrics that show them:

    SimulatedVllm(engine=Engine.preset("h100"))            # also a10g, 4xh100-70b, h200-mla, cpu …
    SimulatedVllm(engine=Engine(max_num_seqs=2, step_seconds=0.01, max_num_queued_reqs=4))

**Record and replay** a real server, for tests that need its answers and run without it:

    with record("cassette.jsonl", base_url="http://gpu:8000/v1") as recorder:
        client = SyncVllmClient(recorder.base_url)    # any client; its requests go to the server
    with replay("cassette.jsonl") as replayer:
        client = SyncVllmClient(replayer.base_url)    # equal requests get the same answers

Under pytest, the fixture `simulated_vllm` is such a server, fresh for each test; `vllm_cassette`
replays a cassette for each test, or records it (`--vllm-record`). `simulate(host,
port)` runs one by hand until Ctrl-C.
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


# pytest loads this package in every run of everybody who has it installed, because of the plugin:
# so nothing is imported before it is used.
def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
