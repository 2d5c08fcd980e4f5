"""The options of `vllm-client simulate`: those of `SimulatedVllm`, by the same names."""

from __future__ import annotations

import argparse
import ast
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ..testing import Engine, Fault

T = TypeVar("T")


def add_simulator_options(command: argparse.ArgumentParser) -> None:
    """Add all options except `host` and `port`. Defaults are those of SimulatedVllm."""
    add = partial(command.add_argument, default=argparse.SUPPRESS)
    add("--uds", metavar="PATH", help="listen on a Unix socket instead")
    add("--version", metavar="X.Y.Z", help="version of vLLM to simulate")
    add(
        "--task",
        choices=("generate", "embed", "score", "classify", "transcription"),
        help="serve only the routes of a model with this task; default: all routes",
    )
    add("--models", nargs="+", metavar="NAME", help="names of the models; default: accept any name")
    add("--api-key", nargs="+", metavar="KEY", help="API keys that /v1 accepts; default: no key")
    add("--root-path", metavar="PATH", help="prefix of all paths")
    add("--max-model-len", type=int, metavar="TOKENS", help="length of the context")
    add("--pace", type=float, metavar="SECONDS", help="delay before each token; default: 0")
    add(
        "--engine",
        type=parse_engine,
        metavar="ENGINE",
        help="simulate the speed and the queue of an engine: a preset (h100, a10g, …), or a Python "
        'expression such as "Engine(max_num_seqs=2)"',
    )
    add(
        "--keep-alive",
        type=float,
        metavar="SECONDS",
        help="time after which an idle connection is closed",
    )
    for parser in ("--reasoning-parser", "--tool-parser"):
        add(parser, action=argparse.BooleanOptionalAction, help="default: on")
    add("--dev-mode", action="store_true", help="serve the routes of dev mode")
    add("--response-store", action="store_true", help="store responses for later retrieval")
    add("--embedding-size", type=int, metavar="NUMBERS", help="length of a vector; default: 384")
    add("--labels", nargs="+", metavar="LABEL", help="classes of the classifier")
    add(
        "--faults",
        nargs="+",
        type=parse_fault,
        metavar="FAULT",
        help="faults in the answer of every generation, as Python expressions such as "
        "\"Cut(after=3, of='events')\"",
    )


def parse_engine(text: str) -> Engine:
    """Parse an engine: the name of a preset, or a Python expression."""
    from ..testing import Engine

    if "(" in text:
        return _made(text, Engine, "an engine such as Engine(max_num_seqs=2)")
    try:
        return Engine.preset(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def parse_fault(text: str) -> Fault:
    """Parse a fault: a Python expression of a class name with literal arguments."""
    from ..testing import Fault

    return _made(text, Fault, "a fault such as Cut(after=100)")


def _made(text: str, base: type[T], example: str) -> T:
    """Evaluate a Python call of a subclass of `base` in `vllm_client.testing`."""
    from .. import testing

    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise ValueError(f"expected {example}")
        kind = getattr(testing, call.func.id, None)
        if not (isinstance(kind, type) and issubclass(kind, base)):
            raise ValueError(f"there is no {base.__name__.lower()} {call.func.id}")
        arguments = map(ast.literal_eval, call.args)
        keywords = {item.arg: ast.literal_eval(item.value) for item in call.keywords if item.arg}
        return kind(*arguments, **keywords)
    except (ValueError, TypeError, SyntaxError) as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error
