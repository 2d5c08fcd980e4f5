"""The arguments of `vllm-client bulk`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

_EPILOG = """\
exit status: 0 all rows done, 1 some rows failed (or more than --max-errors), 2 could not run
(wrong input or API key, server unavailable for too long), 130 after Ctrl-C, 143 after SIGTERM. Run
the command again to continue."""


def add_bulk_options(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    command.epilog = _EPILOG
    command.add_argument(
        "input",
        help="file of requests in the format of OpenAI's batch files, or of prompts, one per line "
        "(for .txt files, or with --model, --max-tokens or --system); - is stdin",
    )
    command.add_argument(
        "output", help="file for the answers; an existing file is continued; - is stdout"
    )
    command.add_argument(
        "--base-url",
        help="base URL of the server; default: VLLM_BASE_URL, else http://localhost:8000/v1",
    )
    _add_prompt_options(command)
    _add_run_options(command)
    _add_file_options(command)
    command.add_argument("--quiet", action="store_true", help="show no progress")


def _add_prompt_options(command: argparse.ArgumentParser) -> None:
    prompts = command.add_argument_group("prompts")
    prompts.add_argument("--model", help="name of the model; default: the model that is served")
    prompts.add_argument(
        "--max-tokens", type=int, metavar="N", help="max tokens of an answer; default: vLLM's"
    )
    prompts.add_argument("--system", metavar="TEXT", help="system message before each prompt")
    prompts.add_argument("--key", metavar="COLUMN", help="column that contains the custom_id")


def _add_run_options(command: argparse.ArgumentParser) -> None:
    run = command.add_argument_group("run")
    run.add_argument(
        "--concurrency",
        type=_concurrency,
        default="auto",
        help="max requests in flight; default: auto",
    )
    run.add_argument(
        "--background", action="store_true", help="yield to interactive users of the server"
    )
    run.add_argument(
        "--max-errors",
        type=_errors,
        metavar="N",
        help="end the run when more rows than this have failed: a number, or a fraction below 1; "
        "default: never",
    )
    run.add_argument(
        "--server-patience",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="max time that the server may be unavailable; default: 600",
    )


def _add_file_options(command: argparse.ArgumentParser) -> None:
    files = command.add_argument_group("files")
    files.add_argument(
        "--dry-run", action="store_true", help="check the input and print what would be sent"
    )
    files.add_argument(
        "--sort", action="store_true", help="also write OUTPUT.sorted.jsonl, in input order"
    )
    files.add_argument(
        "--keep-failed", action="store_true", help="skip rows that failed in an earlier run"
    )
    files.add_argument(
        "--on-change",
        choices=["error", "redo", "keep"],
        default="error",
        help="for rows whose body has changed since they were answered: stop, send them again, or "
        "keep the earlier answer; default: error",
    )
    files.add_argument(
        "--repair",
        action="store_true",
        help="move damaged lines of the output to OUTPUT.damaged.jsonl",
    )


def _concurrency(text: str) -> int | Literal["auto"]:
    with _refused(text, '"auto" or a whole number'):
        return "auto" if text == "auto" else int(text)


def _errors(text: str) -> int | float:
    with _refused(text, "a whole number, or a fraction such as 0.1"):
        return float(text) if "." in text else int(text)


@contextmanager
def _refused(text: str, expected: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}") from error
