"""`vllm-client bulk`: send a file of requests or prompts to a live server."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import (
    AsyncVllmClient,
    BulkError,
    BulkReport,
    ProgressLine,
    VllmError,
    system,
    user,
)
from .text import print_error, print_on_stderr

DONE, SOME_FAILED, COULD_NOT_RUN = 0, 1, 2
_RUN = (
    *("concurrency", "background", "max_errors", "server_patience"),
    *("dry_run", "sort", "keep_failed", "on_change", "repair"),
)


def bulk(options: argparse.Namespace) -> int:
    """Run the command, and return its exit status."""
    return asyncio.run(_Command(options).run())


class _Command:
    """One run of the command."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._report: BulkReport | None = None
        self._signal: signal.Signals | None = None
        self._line = None if options.quiet or options.dry_run else ProgressLine()

    async def run(self) -> int:
        """Run the command, and return its exit status."""
        task = asyncio.create_task(self._bulk())
        self._on_signals(task)
        try:
            report = await task
        except asyncio.CancelledError:
            self._end(stopped=True)
            return 128 + (self._signal or signal.SIGINT)
        except VllmError as error:
            self._end()
            print_error(error)
            too_many = isinstance(error, BulkError) and error.reason == "max_errors"
            return SOME_FAILED if too_many else COULD_NOT_RUN
        self._report = report
        self._end()
        return SOME_FAILED if report.failed or report.failed_before else DONE

    async def _bulk(self) -> BulkReport:
        options = self._options
        keywords = {name: getattr(options, name) for name in _RUN}
        async with AsyncVllmClient(options.base_url) as client:
            if not _holds_prompts(options):
                return await client.bulk(
                    options.input, options.output, progress=self._show, **keywords
                )
            ask = client.chat.completions.create()
            if options.model is not None:
                ask = ask.model(options.model)
            if options.max_tokens is not None:
                ask = ask.max_tokens(options.max_tokens)
            body = None if options.system is None else _after_system(options)
            return await ask.bulk(
                options.input,
                options.output,
                key=options.key,
                body=body,
                progress=self._show,
                **keywords,
            )

    def _show(self, report: BulkReport) -> None:
        self._report = report
        if self._line is not None:
            self._line(report)

    def _end(self, *, stopped: bool = False) -> None:
        """Print the summary on stderr, since stdout may be the output."""
        if self._line is not None:
            self._line.end()
        if self._report is not None:
            print_on_stderr(str(self._report))
        if stopped:
            print_on_stderr(f"stopped; to continue: {_command()}")

    def _on_signals(self, task: asyncio.Task[Any]) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop, number, task)

    def _stop(self, number: signal.Signals, task: asyncio.Task[Any]) -> None:
        """At the first signal finish the requests in flight; at the second one close at once."""
        if self._signal is None:
            in_flight = 0 if self._report is None else self._report.stats.in_flight
            print_on_stderr(
                f"vllm-client: stopping when {in_flight} requests in flight have finished, "
                "in 30 s at most; the same signal again stops at once"
            )
        self._signal = self._signal or number
        task.cancel()


def _holds_prompts(options: argparse.Namespace) -> bool:
    """Return whether the input contains prompts, and not the lines of a batch file."""
    given = (options.model, options.max_tokens, options.system, options.key)
    name = Path(options.input.removesuffix(".gz"))
    return any(value is not None for value in given) or name.suffix in {".txt", ".text", ".md"}


def _after_system(options: argparse.Namespace) -> Callable[[Any], Any]:
    """Make the function that puts a system message before a prompt, or before messages."""
    text = options.system

    def body(row: Any) -> Any:
        if isinstance(row, str):
            return [system(text), user(row)]
        if isinstance(row, list):
            return [system(text), *row]
        asked = {name: value for name, value in row.items() if name != options.key}
        return {**asked, "messages": [system(text), *row.get("messages", ())]}

    return body


def _command() -> str:
    """Return the command line to run again, without arguments that contain credentials."""
    words = [word for word in sys.argv[1:] if "@" not in word or "://" not in word]
    return shlex.join(["vllm-client", *words])
