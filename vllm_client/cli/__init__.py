"""The commands of `vllm-client`: chat, bulk, servers, demo, simulate, record, replay, launch."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import VllmError, __version__
from .bulk_options import add_bulk_options
from .simulator_options import add_simulator_options
from .text import print_error

# Exit status that a shell reports for a program ended by Ctrl-C.
INTERRUPTED = 130
# Exit status that a shell reports for a program that wrote to a closed pipe.
PIPE_CLOSED = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status."""
    _open_missing_streams()
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The pipe is closed. The interpreter flushes stdout again at exit, which must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED


def _open_missing_streams() -> None:
    """Open the null device for each standard stream that the caller has closed.

    Otherwise the next file or socket gets the descriptor of that stream, and is read or written in
    its place. The null device is opened write-only for stdin and read-only for stdout, so that
    using them fails as if they were closed.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest free descriptor
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def _run(arguments: Sequence[str] | None) -> int:
    options = _parse(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except VllmError as error:
        print_error(error)
        return 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the options of a command; `launch` passes unknown options to vLLM."""
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if options.run is _launch:
        options.args = [argument for argument in unknown if argument != "--"]
        given = sys.argv[1:] if arguments is None else arguments
        if _is_value(options.model, unknown, given):
            parser.error("put the model first: vllm-client launch MODEL --max-model-len 8192 …")
    elif unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return options


def _is_value(model: str, unknown: Sequence[str], arguments: Sequence[str]) -> bool:
    """Return whether the model follows an option for vLLM, so that it may be a value of it."""
    before = arguments[: arguments.index(model)]
    return any(argument in before for argument in unknown if argument.startswith("-"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vllm-client",
        description="Talk to a vLLM server from the command line.",
        epilog="The API key for the server is taken from VLLM_API_KEY.",
    )
    parser.add_argument("--version", action="version", version=f"vllm-client {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    chat = commands.add_parser("chat", help="stream a chat to the terminal")
    chat.add_argument("prompt", nargs="*", help="the prompt; default: hold a conversation")
    chat.add_argument("--system", help="a system message")
    chat.add_argument("--no-thinking", action="store_true", help="ask the model not to think")
    chat.add_argument("--stats", action="store_true", help="print times and token counts on stderr")
    _add_server(chat, default="VLLM_BASE_URL, else http://localhost:8000/v1")
    chat.set_defaults(run=_chat)

    bulk = commands.add_parser("bulk", help="send a file of requests or prompts")
    add_bulk_options(bulk)
    bulk.set_defaults(run=_bulk)

    servers = commands.add_parser("servers", help="print the state of several servers")
    servers.add_argument(
        "--base-url",
        help="base URLs separated by commas; default: VLLM_BASE_URL, else http://localhost:8000/v1",
    )
    servers.set_defaults(run=_servers)

    demo = commands.add_parser("demo", help="show a streamed chat with thinking and a tool call")
    _add_server(demo, default="a simulated server")
    demo.set_defaults(run=_demo)

    simulate = commands.add_parser("simulate", help="run a simulated vLLM server, for tests")
    add_simulator_options(simulate)
    _add_address(simulate)
    simulate.set_defaults(run=_serve, serve="simulate")

    record = commands.add_parser("record", help="record the traffic between clients and a server")
    record.add_argument("file", help="the cassette file, which is overwritten")
    record.add_argument("--base-url", required=True, help="the server")
    record.add_argument("--timing", action="store_true", help="record the timing of answers")
    _add_address(record, port=8001)
    record.set_defaults(run=_serve, serve="record")

    replay = commands.add_parser("replay", help="serve recorded answers, without the server")
    replay.add_argument("file", help="the cassette file")
    _add_address(replay)
    replay.set_defaults(run=_serve, serve="replay")

    launch = commands.add_parser(
        "launch",
        help="run vLLM servers until Ctrl-C",
        description="Start vLLM servers and print their base URLs when all are ready. The servers "
        "end with this command, even if it is killed. Further arguments are passed to each "
        "`vllm serve`.",
        allow_abbrev=False,
    )
    launch.add_argument("model", help="the model, as for `vllm serve`")
    launch.add_argument(
        "--replicas", type=int, default=1, help="number of servers; default: %(default)s"
    )
    launch.add_argument("--python", help="the Python that has vLLM; default: `vllm` on the PATH")
    launch.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; default: %(default)s"
    )
    launch.add_argument("--port", type=int, help="port of the first server; default: free ports")
    launch.add_argument("--logs", help="folder for the logs; default: a temporary folder")
    launch.add_argument(
        "--timeout",
        type=float,
        default=600.0,
        help="max seconds until all servers are ready; default: %(default)g",
    )
    launch.set_defaults(run=_launch)
    return parser


def _add_server(command: argparse.ArgumentParser, default: str) -> None:
    command.add_argument("--base-url", help=f"base URL of the server; default: {default}")
    command.add_argument("--model", help="name of the model; default: the model that is served")


def _add_address(command: argparse.ArgumentParser, port: int = 8000) -> None:
    command.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; default: %(default)s"
    )
    command.add_argument(
        "--port", type=int, default=port, help="port to listen on; default: %(default)s"
    )


def _chat(options: argparse.Namespace) -> int:
    from .chat import chat
    from .waiting import announce_waiting

    announce_waiting()
    return chat(options)


def _servers(options: argparse.Namespace) -> int:
    from .servers import servers

    return servers(options)


def _bulk(options: argparse.Namespace) -> int:
    from .bulk import bulk

    return bulk(options)


def _demo(options: argparse.Namespace) -> int:
    from .demo import demo
    from .waiting import announce_waiting

    announce_waiting()
    return demo(options)


def _launch(options: argparse.Namespace) -> int:
    from .launch import run_launch

    return run_launch(options)


def _serve(options: argparse.Namespace) -> int:
    from . import serve

    try:
        getattr(serve, options.serve)(options)
    except (OSError, OverflowError, ValueError) as error:  # a port above 65535 is an OverflowError
        is_address = not isinstance(error, ValueError) and getattr(error, "filename", None) is None
        where = f"{options.host}:{options.port}: " if is_address else ""
        print(f"vllm-client: {where}{error}", file=sys.stderr)
        return 1
    return 0
