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
    """Add all options but `host` and `port`. Without defaults: SimulatedVllm has them."""
    add = partial(command.add_argument, default=argparse.SUPPRESS)
    add("--uds", metavar="PATH", help="listen on a Unix socket instead")
    add("--version", metavar="X.Y.Z", help="the version of vLLM to behave as")
    add(
        "--task",
        choices=("generate", "embed", "score", "classify", "transcription"),
        help="serve only the routes of such a model; default: all",
    )
    add("--models", nargs="+", metavar="NAME", help="the only names that are served; default: any")
    add("--api-key", nargs="+", metavar="KEY", help="keys, of which /v1 requires one")
    add("--root-path", metavar="PATH", help="a prefix of all paths")
    add("--max-model-len", type=int, metavar="TOKENS", help="the length of the context")
    add("--pace", type=float, metavar="SECONDS", help="before each token; default: 0")
    add(
        "--engine",
        type=parse_engine,
        metavar="ENGINE",
        help='times and queue of h100, a10g, …, or as in Python: "Engine(max_num_seqs=2)"',
    )
    add("--keep-alive", type=float, metavar="SECONDS", help="until an idle connection is closed")
    for parser in ("--reasoning-parser", "--tool-parser"):
        add(parser, action=argparse.BooleanOptionalAction, help="default: on")
    add("--dev-mode", action="store_true", help="serve the routes of dev mode")
    add("--response-store", action="store_true", help="keep responses, to be retrieved")
    add("--embedding-size", type=int, metavar="NUMBERS", help="length of a vector; default: 384")
    add("--labels", nargs="+", metavar="LABEL", help="the classes of the classifier")
    add(
        "--faults",
        nargs="+",
        type=parse_fault,
        metavar="FAULT",
        help="in the answer of every generation, as in Python: \"Cut(after=3, of='events')\"",
    )


def parse_engine(text: str) -> Engine:
    """A preset of the engine model by its name, or an engine as Python writes it."""
    from ..testing import Engine

    if "(" in text:
        return _made(text, Engine, "an engine such as Engine(max_num_seqs=2)")
    try:
        return Engine.preset(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def parse_fault(text: str) -> Fault:
    """A fault as Python writes it: the name of its class, and literals as arguments."""
    from ..testing import Fault

    return _made(text, Fault, "a fault such as Cut(after=100)")


def _made(text: str, base: type[T], example: str) -> T:
    """The object that a call in Python makes, of a subclass of `base` in `vllm_client.testing`."""
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
