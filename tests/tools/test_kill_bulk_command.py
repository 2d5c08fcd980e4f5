"""A small version: a command that is killed loses no row and repeats none."""

import random
from pathlib import Path

from tests.tools.kill_bulk_command import kill_and_continue


def test_a_command_that_is_killed_continues(tmp_path: Path) -> None:
    assert 0 < kill_and_continue(tmp_path, 100, random.Random(1)) < 100
