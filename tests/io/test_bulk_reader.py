"""Reading the answers of a run from its output."""

import json
from pathlib import Path

import attrs
import pytest

from tests.helpers.bulk_lines import batch_line, run, write_lines
from tests.io.test_journal_index import failure
from vllm_client import BulkFileError, RequestError, read_bulk
from vllm_client._io import bulk_reader
from vllm_client.bulk.results import BulkResult

LINES = [batch_line(f"q{number}", f"r{number}") for number in range(6)]


@attrs.frozen
class Invoice:
    total: int


@pytest.fixture
def output(tmp_path: Path) -> Path:
    path = tmp_path / "out.jsonl"
    run(write_lines(tmp_path / "in.jsonl", LINES), path)
    lines = path.read_text().splitlines()
    return write_lines(path, lines[3:] + lines[:3])


def text_of(result: BulkResult[object]) -> str:
    content = result.unwrap().choices[0].message.content  # type: ignore[attr-defined]
    return str(content)


def test_results_are_in_input_order(output: Path) -> None:
    with read_bulk(output) as results:
        assert [result.key for result in results] == [f"r{number}" for number in range(6)]
        assert [text_of(result) for result in results] == [f"re: q{n}" for n in range(6)]
        assert len(results) == 6


def test_results_need_not_be_closed(output: Path) -> None:
    assert len(list(read_bulk(output))) == 6


def test_results_are_found_by_key(output: Path) -> None:
    with read_bulk(str(output)) as results:
        assert text_of(results["r4"]) == "re: q4"
        assert "r4" in results
        assert "r9" not in results
        with pytest.raises(KeyError, match="r9"):
            results["r9"]


def test_several_groups_of_rows_are_in_order(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_reader, "_GROUP_BITS", 1)

    with read_bulk(output) as results:
        assert [result.index for result in results] == list(range(6))


def test_the_later_answer_of_a_row_counts(tmp_path: Path, output: Path) -> None:
    changed = write_lines(tmp_path / "in.jsonl", [LINES[0], batch_line("new", "r1")])
    run(changed, output, on_change="redo")

    with read_bulk(output) as results:
        assert text_of(results["r1"]) == "re: new"
        assert [text_of(result) for result in results][:3] == ["re: q0", "re: new", "re: q2"]
        assert len(results) == 6


def test_failed_rows_of_a_pipe_have_their_error_unless_a_success_follows(tmp_path: Path) -> None:
    source, output = write_lines(tmp_path / "in.jsonl", LINES[:1]), tmp_path / "out.jsonl"
    output.write_bytes(failure("r0") + failure("x"))
    with read_bulk(output) as results:
        assert [(result.key, result.ok) for result in results] == [("r0", False), ("x", False)]

    run(source, output)
    with read_bulk(output) as results:
        assert [(result.key, result.ok) for result in results] == [("x", False), ("r0", True)]


def test_answers_are_parsed_as_the_given_type(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", LINES[:2])
    output = tmp_path / "out.jsonl"
    run(source, output)
    first, second = output.read_text().splitlines()
    write_lines(output, [first.replace("re: q0", '{\\"total\\": 7}'), second])

    with read_bulk(output, response_format=Invoice) as results:
        assert results["r0"].unwrap().parsed == Invoice(7)
        assert [result.ok for result in results] == [True, False]


def test_an_output_being_written_is_read_up_to_its_last_complete_line(output: Path) -> None:
    output.write_bytes(output.read_bytes()[:-5])

    with read_bulk(output) as results:
        assert len(results) == 5


def test_a_damaged_line_is_reported_with_its_offset(output: Path) -> None:
    output.write_bytes(b"hello\n" + output.read_bytes())

    with pytest.raises(BulkFileError, match="the line at byte 0"):
        read_bulk(output)


def test_a_damaged_answer_is_reported_with_its_offset(output: Path) -> None:
    fields = json.loads(output.read_bytes().splitlines()[0])
    del fields["response"]["body"]
    write_lines(output, [json.dumps(fields)])

    with (
        read_bulk(output) as results,
        pytest.raises(BulkFileError, match="cannot be read") as caught,
    ):
        results["r3"]
    assert caught.value.offset == 0


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BulkFileError, match=r"cannot read .*out.jsonl: No such file"):
        read_bulk(tmp_path / "out.jsonl")


def test_a_type_without_a_schema_is_rejected(output: Path) -> None:
    with pytest.raises(RequestError, match="response_format"):
        read_bulk(output, response_format=object())  # type: ignore[arg-type]  # the test


def test_a_type_for_answers_other_than_chat_is_rejected(output: Path) -> None:
    line = output.read_text().splitlines()[0].replace("/v1/chat/completions", "/v1/embeddings")
    write_lines(output, [line])

    with (
        read_bulk(output, response_format=Invoice) as results,
        pytest.raises(RequestError, match="only chat answers can be parsed"),
    ):
        list(results)
