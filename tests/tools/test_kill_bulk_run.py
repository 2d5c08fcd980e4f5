"""A short run of the tool: killed runs lose no row and repeat none."""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.tools.kill_bulk_run import Moment, kill_and_continue, moments


@pytest.fixture(autouse=True)
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip fsync in continued runs: a kill of a process loses nothing that it has written."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda descriptor: None)


@pytest.mark.parametrize("kill", range(6))
def test_run_killed_at_any_row_can_be_continued(tmp_path: Path, kill: int) -> None:
    killed = kill_and_continue(tmp_path, 400, "row", random.Random(kill))

    assert 0 < killed.rows + len(killed.torn) <= 400


@pytest.mark.parametrize("moment", ["failure", "half"])
@pytest.mark.parametrize("kill", range(2))
def test_run_killed_while_a_failed_row_is_written_can_be_continued(
    tmp_path: Path, moment: Moment, kill: int
) -> None:
    killed = kill_and_continue(tmp_path, 40, moment, random.Random(kill), large=500_000)

    assert killed.moment == moment
    if moment == "half":
        assert killed.torn == ("out.errors.jsonl",)


def test_three_of_ten_kills_hit_a_failed_row() -> None:
    assert Counter(moments(20)) == {"row": 14, "failure": 4, "half": 2}
