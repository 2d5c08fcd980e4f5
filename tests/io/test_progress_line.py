"""Showing the state of a run as one line."""

from __future__ import annotations

import io
import sys
from types import ModuleType
from typing import Any

import pytest

from vllm_client import ProgressLine
from vllm_client._io import progress_line
from vllm_client.bulk.report import BulkReport
from vllm_client.bulk.run_stats import RunStats

REPORT = BulkReport(RunStats(done=5), "out.jsonl")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def _without_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.setitem(sys.modules, "rich.live", None)


def test_without_a_terminal_a_line_is_written_every_thirty_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = iter([0.0, 1.0, 29.9, 30.0, 30.0, 31.0, 60.0, 60.0])
    monkeypatch.setattr(progress_line, "monotonic", lambda: next(moments))
    file = io.StringIO()
    line = ProgressLine(file)

    for _ in range(5):
        line(REPORT)
    line.end()

    assert file.getvalue() == f"{REPORT.stats}\n" * 2


@pytest.mark.usefixtures("_without_rich")
def test_a_terminal_shows_one_line_that_is_removed_at_the_end() -> None:
    file = Terminal()
    line = ProgressLine(file)

    line(REPORT)
    line.end()

    shown = str(REPORT.stats)[:79]
    assert file.getvalue() == f"\r\x1b[2K{shown}\r\x1b[2K"


def test_rich_draws_the_line_if_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, Any]] = []

    class Live:
        def __init__(self, **options: Any) -> None:
            calls.append(("made", options["console"]))

        def start(self) -> None:
            calls.append(("start", None))

        def update(self, text: str, refresh: bool) -> None:
            calls.append(("update", text))

        def stop(self) -> None:
            calls.append(("stop", None))

    console, live = ModuleType("rich.console"), ModuleType("rich.live")
    console.Console = lambda file: "the console"  # type: ignore[attr-defined]
    live.Live = Live  # type: ignore[attr-defined]
    text = ModuleType("rich.text")
    text.Text = lambda plain: f"plain: {plain}"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rich", ModuleType("rich"))
    monkeypatch.setitem(sys.modules, "rich.text", text)
    monkeypatch.setitem(sys.modules, "rich.console", console)
    monkeypatch.setitem(sys.modules, "rich.live", live)
    line = ProgressLine(Terminal())

    line(REPORT)
    line.end()

    assert calls == [
        ("made", "the console"),
        ("start", None),
        ("update", f"plain: {REPORT.stats}"),
        ("stop", None),
    ]


def test_the_default_is_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    ProgressLine().end()

    assert capsys.readouterr().out == ""


def test_a_closed_pipe_is_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(progress_line, "LOG_SECONDS", 0.0)
    ProgressLine(Broken())(REPORT)
