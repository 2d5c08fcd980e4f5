"""Writing the answers in input order."""

from pathlib import Path

import pytest

from vllm_client._io.sorted_output import SortedOutput
from vllm_client.errors import BulkFileError


def test_lines_are_copied_in_input_order(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_bytes(b"second\nold\nfirst\n")
    order = SortedOutput()
    for offset in (None, 0, None):
        order.add_row(offset)
    order.answered(0, 11)

    order.write(output, tmp_path / "out.sorted.jsonl")

    assert (tmp_path / "out.sorted.jsonl").read_bytes() == b"first\nsecond\n"


def test_a_removed_output_is_a_clear_error(tmp_path: Path) -> None:
    order = SortedOutput()
    order.add_row(0)

    with pytest.raises(BulkFileError, match=r"cannot read .*out.jsonl: No such file"):
        order.write(tmp_path / "out.jsonl", tmp_path / "sorted")
