"""A short run of the tool: a killed command loses no row and repeats none."""

import random
from pathlib import Path

from tests.tools.kill_bulk_command import kill_and_continue


def test_killed_command_can_be_continued(tmp_path: Path) -> None:
    assert 0 < kill_and_continue(tmp_path, 100, random.Random(1)) < 100
