"""The arguments of `vllm-client bulk`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

_EPILOG = """\
exit status: 0 all rows done, 1 some rows failed (or more than --max-errors), 2 could not run
(wrong input or API key, server away for too long), 130 after Ctrl-C, 143 after SIGTERM. Run it
again to continue."""


def add_bulk_options(command: argparse.ArgumentParser) -> None:
    """Add the arguments to the parser of the command."""
    command.epilog = _EPILOG
    command.add_argument(
        "input",
        help="requests in the format of OpenAI's batch files; or prompts, one a line (.txt, or "
        "with --model, --max-tokens or --system); - is stdin",
    )
    command.add_argument("output", help="the file of the answers, which is continued; - is stdout")
    command.add_argument("--base-url", help="default: VLLM_BASE_URL, else http://localhost:8000/v1")
    _add_prompt_options(command)
    _add_run_options(command)
    _add_file_options(command)
    command.add_argument("--quiet", action="store_true", help="show no progress")


def _add_prompt_options(command: argparse.ArgumentParser) -> None:
    prompts = command.add_argument_group("prompts")
    prompts.add_argument("--model", help="default: the model that the server serves")
    prompts.add_argument("--max-tokens", type=int, metavar="N", help="default: vLLM's")
    prompts.add_argument("--system", metavar="TEXT", help="a system message before each prompt")
    prompts.add_argument("--key", metavar="COLUMN", help="the column that holds the custom_id")


def _add_run_options(command: argparse.ArgumentParser) -> None:
    run = command.add_argument_group("run")
    run.add_argument(
        "--concurrency", type=_concurrency, default="auto", help="requests at once; default: auto"
    )
    run.add_argument(
        "--background", action="store_true", help="make way for interactive users of the server"
    )
    run.add_argument(
        "--max-errors",
        type=_errors,
        metavar="N",
        help="end the run once more rows have failed: a number, or a share below 1; default: never",
    )
    run.add_argument(
        "--server-patience",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="how long the server may be away; default: 600",
    )


def _add_file_options(command: argparse.ArgumentParser) -> None:
    files = command.add_argument_group("files")
    files.add_argument(
        "--dry-run", action="store_true", help="check the input, and say what would be sent"
    )
    files.add_argument("--sort", action="store_true", help="write OUTPUT.sorted.jsonl, too")
    files.add_argument(
        "--keep-failed", action="store_true", help="leave out rows that failed in an earlier run"
    )
    files.add_argument(
        "--on-change",
        choices=["error", "redo", "keep"],
        default="error",
        help="for a row whose custom_id has an answer to another body; default: error",
    )
    files.add_argument(
        "--repair", action="store_true", help="move damaged lines of the output aside"
    )


def _concurrency(text: str) -> int | Literal["auto"]:
    with _refused(text, '"auto" or a whole number'):
        return "auto" if text == "auto" else int(text)


def _errors(text: str) -> int | float:
    with _refused(text, "a whole number, or a share such as 0.1"):
        return float(text) if "." in text else int(text)


@contextmanager
def _refused(text: str, expected: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}") from error
