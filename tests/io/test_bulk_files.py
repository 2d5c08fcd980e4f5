"""All files of a run: it continues after any interruption, and after changes of its input."""

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.helpers.bulk_lines import (
    answer_to,
    answers_of,
    api_error,
    batch_line,
    body_of,
    content_of,
    keys_of,
    lines_of,
    run,
    write_lines,
)
from tests.helpers.small_files import small_files
from vllm_client._io.bulk_files import BulkFiles, BulkPlan
from vllm_client.bulk.batch_file import Template
from vllm_client.bulk.requests import BulkRequest
from vllm_client.bulk.resume import BulkCounts
from vllm_client.errors import BulkFileError, IoError, RequestError
from vllm_client.vllm.routes import CHAT_COMPLETIONS

NAMED = [batch_line(f"q{number}", f"r{number}") for number in range(6)]
UNNAMED = [batch_line(f"q{number}") for number in range(6)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "in.jsonl", NAMED)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.fixture(autouse=True)
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable syncing to disk, which takes most of the time of a small run."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda descriptor: None)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_each_row_is_answered_once(source: Path, output: Path) -> None:
    files = run(source, output)

    assert files.counts == BulkCounts(rows=6, succeeded=6)
    assert files.planned == BulkCounts(rows=6)
    assert files.total == 6
    assert answers_of(output) == {f"r{number}": f"re: q{number}" for number in range(6)}
    assert names(output.parent) == {"in.jsonl", "out.jsonl", "out.run.json"}


def test_a_second_run_has_nothing_to_send(source: Path, output: Path) -> None:
    run(source, output)
    before = output.read_bytes()
    files = run(source, output)

    assert files.counts == BulkCounts(rows=6, done_before=6)
    assert output.read_bytes() == before


def test_rows_have_index_key_route_and_body(source: Path, output: Path) -> None:
    with BulkFiles.open(source, output) as files:
        rows = list(files.rows())

    assert [(row.key, row.index, row.url, row.custom_id) for row in rows[:2]] == [
        ("r0", 0, "/v1/chat/completions", "r0"),
        ("r1", 1, "/v1/chat/completions", "r1"),
    ]
    assert rows[0].body == body_of("q0")


@pytest.mark.parametrize("lines", [NAMED, UNNAMED])
def test_a_run_that_ended_early_continues(tmp_path: Path, output: Path, lines: list[str]) -> None:
    source = write_lines(tmp_path / "in.jsonl", lines)
    with BulkFiles.open(source, output) as files:
        rows = files.rows()
        for row in (next(rows), next(rows)):
            files.succeeded(row, answer_to(row), attempts=1, seconds=0)
    assert json.loads((tmp_path / "out.run.json").read_text())["complete"] is False

    assert run(source, output).counts == BulkCounts(rows=6, done_before=2, succeeded=4)
    assert len(keys_of(output)) == len(set(keys_of(output))) == 6
    assert json.loads((tmp_path / "out.run.json").read_text())["complete"] is True


Change = Callable[[list[str]], list[str]]


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        (lambda lines: [*lines[:2], batch_line("edited"), *lines[3:]], 1),
        (lambda lines: lines[::-1], 0),
        (lambda lines: [*lines[:2], batch_line("new"), *lines[2:]], 1),
        (lambda lines: [*lines, batch_line("new"), batch_line("newer")], 2),
        (lambda lines: lines[3:], 0),
        (lambda lines: [line.replace('"model": "m"', '"model": "n"') for line in lines], 6),
        (lambda lines: [*lines, *lines[:2]], 2),
    ],
    ids=["edited", "reordered", "inserted", "longer", "shorter", "parameters", "repeated"],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_changed_input_without_ids_sends_only_new_rows(
    tmp_path: Path, output: Path, change: Change, sent: int, stream: bool
) -> None:
    source = write_lines(tmp_path / "in.jsonl", UNNAMED)
    run(source, output)
    before = output.read_bytes()
    changed = change(UNNAMED)
    write_lines(source, changed)

    files = _run_stream(source, output) if stream else run(source, output)

    assert (files.counts.rows, files.counts.succeeded) == (len(changed), sent)
    assert output.read_bytes().startswith(before)
    assert len(set(keys_of(output))) == len(keys_of(output)) == 6 + sent


def _run_stream(source: Path, output: Path) -> BulkFiles:
    """Run with an input that cannot be read twice."""
    fifo = source.with_name("fifo")
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_bytes(source.read_bytes()))
    writer.start()
    try:
        return run(fifo, output)
    finally:
        writer.join()


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        (lambda lines: lines[::-1], 0),
        (lambda lines: [*lines[:2], batch_line("new", "x"), *lines[2:]], 1),
        (lambda lines: [*lines, batch_line("new", "x")], 1),
    ],
    ids=["reordered", "inserted", "longer"],
)
def test_a_changed_input_with_ids_sends_only_new_rows(
    source: Path, output: Path, change: Change, sent: int
) -> None:
    run(source, output)
    write_lines(source, change(NAMED))

    assert run(source, output).counts.succeeded == sent
    assert answers_of(output).items() >= {f"r{n}": f"re: q{n}" for n in range(6)}.items()


EDITED = [*NAMED[:2], batch_line("edited", "r2"), batch_line("q3", "r3", top_p=1), *NAMED[4:]]


def test_a_changed_body_under_the_same_id_is_an_error_before_anything_is_written(
    source: Path, output: Path
) -> None:
    run(source, output)
    before = {path: path.read_bytes() for path in output.parent.iterdir()}
    write_lines(source, EDITED)

    with pytest.raises(RequestError, match=r"2 rows have a different body .*'r2' .*'r3' "):
        run(source, output)
    assert {path: path.read_bytes() for path in output.parent.iterdir()} == {
        **before,
        source: source.read_bytes(),
    }


def test_redo_sends_changed_rows_again_and_the_later_answer_counts(
    source: Path, output: Path
) -> None:
    run(source, output)
    write_lines(source, EDITED)

    assert run(source, output, on_change="redo").counts.succeeded == 2
    assert answers_of(output)["r2"] == "re: edited"
    assert run(source, output).counts.succeeded == 0
    write_lines(source, NAMED)
    assert run(source, output, on_change="redo").counts.succeeded == 2


def test_keep_keeps_the_earlier_answers(source: Path, output: Path) -> None:
    run(source, output)
    write_lines(source, EDITED)

    assert run(source, output, on_change="keep").counts.succeeded == 0
    assert answers_of(output)["r2"] == "re: q2"


def test_a_changed_row_of_a_stream_ends_the_run_when_it_is_read(source: Path, output: Path) -> None:
    run(source, output)
    write_lines(source, [batch_line("new", "x"), *EDITED])

    with pytest.raises(RequestError, match=r"1 row has a different body .*'r2' \(.*fifo:4\)"):
        _run_stream(source, output)
    assert answers_of(output)["x"] == "re: new"


def test_duplicate_ids_of_a_file_are_rejected_before_anything_is_written(
    source: Path, output: Path
) -> None:
    write_lines(source, [*NAMED, batch_line("other", "r0")])

    with pytest.raises(RequestError, match=r"in.jsonl:7: custom_id 'r0' occurs a second time"):
        run(source, output)
    assert names(output.parent) == {"in.jsonl"}


def test_a_duplicate_id_of_a_stream_is_rejected_when_it_is_read(source: Path, output: Path) -> None:
    write_lines(source, [*NAMED, batch_line("other", "r0")])

    with pytest.raises(RequestError, match=r"fifo:7: custom_id 'r0' occurs a second time"):
        _run_stream(source, output)
    assert len(keys_of(output)) == 6


def test_failed_rows_are_written_to_the_errors_file_and_sent_again(
    source: Path, output: Path
) -> None:
    errors = output.with_name("out.errors.jsonl")
    files = run(source, output, fails=lambda row: row.index in (1, 4))
    assert files.counts == BulkCounts(rows=6, succeeded=4, failed=2)
    assert keys_of(errors) == ["r1", "r4"]

    files = run(source, output, fails=lambda row: row.index == 4)
    assert files.counts == BulkCounts(rows=6, done_before=4, succeeded=1, failed=1)
    assert keys_of(errors) == ["r4"]

    run(source, output)
    assert not errors.exists()
    assert sorted(keys_of(output)) == [f"r{number}" for number in range(6)]


def test_keep_failed_skips_failed_rows(source: Path, output: Path) -> None:
    run(source, output, fails=lambda row: row.index == 1)
    files = run(source, output, keep_failed=True)

    assert files.counts == BulkCounts(rows=6, done_before=5, failed_before=1)
    assert keys_of(output.with_name("out.errors.jsonl")) == ["r1"]


def test_an_errors_file_can_be_the_input_of_a_run(tmp_path: Path, output: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", [*UNNAMED, UNNAMED[0]])
    run(source, output, fails=lambda row: row.index in (0, 3, 6))

    files = run(tmp_path / "out.errors.jsonl", output)

    assert files.counts == BulkCounts(rows=3, succeeded=3)
    assert run(source, output).counts == BulkCounts(rows=7, done_before=7)
    assert not (tmp_path / "out.errors.jsonl").exists()


def test_an_errors_file_as_input_ends_even_if_its_rows_fail_again(
    source: Path, output: Path
) -> None:
    errors = output.with_name("out.errors.jsonl")
    run(source, output, fails=lambda row: row.index < 3)

    assert run(errors, output, fails=lambda row: True).counts.failed == 3
    assert keys_of(errors) == ["r0", "r1", "r2"]


def test_an_output_written_through_a_pipe_is_continued(source: Path, output: Path) -> None:
    fifo = output.with_name("pipe")
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: output.write_bytes(fifo.read_bytes()))
    reader.start()
    run(source, fifo, fails=lambda row: row.index == 2)
    reader.join()
    assert [line["error"] is None for line in lines_of(output)].count(False) == 1

    assert run(source, output, keep_failed=True).counts.failed_before == 1
    assert run(source, output).counts == BulkCounts(rows=6, done_before=5, succeeded=1)


def test_sorted_answers_are_in_input_order(source: Path, output: Path) -> None:
    run(source, output, fails=lambda row: row.index == 1)
    run(source, output)
    write_lines(source, [NAMED[5], *NAMED[:3], batch_line("new", "x")])
    run(source, output, sort=True)

    assert keys_of(output.with_name("out.sorted.jsonl")) == ["r5", "r0", "r1", "r2", "x"]
    assert len(keys_of(output)) == 7


@pytest.mark.parametrize("lines", [NAMED, UNNAMED, [UNNAMED[0]] * 6])
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 10_000), seed=st.integers(0, 99))
def test_an_output_truncated_anywhere_is_continued(
    tmp_path: Path, lines: list[str], cut: int, seed: int
) -> None:
    source, output = write_lines(tmp_path / "in.jsonl", lines), tmp_path / "out.jsonl"
    output.unlink(missing_ok=True)
    rows = run(source, output)
    whole = output.read_bytes()
    shuffled = random.Random(seed).sample(whole.splitlines(keepends=True), 6)
    output.write_bytes(b"".join(shuffled)[: cut % (len(whole) + 1)])
    kept = output.read_bytes().count(b"\n")

    files = run(source, output)

    assert files.counts == BulkCounts(rows=6, done_before=kept, succeeded=6 - kept)
    assert sorted(keys_of(output)) == sorted(keys_of_text(whole))
    assert rows.counts.succeeded == 6


def keys_of_text(text: bytes) -> list[str]:
    return [json.loads(line)["vllm_client"]["key"] for line in text.splitlines()]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 10_000))
def test_an_errors_file_truncated_anywhere_is_continued(tmp_path: Path, cut: int) -> None:
    source, output = write_lines(tmp_path / "in.jsonl", NAMED), tmp_path / "out.jsonl"
    errors = tmp_path / "out.errors.jsonl"
    output.unlink(missing_ok=True)
    errors.unlink(missing_ok=True)
    run(source, output, fails=lambda row: row.index % 2 == 0)
    whole = errors.read_bytes()
    errors.write_bytes(whole[: cut % (len(whole) + 1)])
    kept = errors.read_bytes().count(b"\n")

    files = run(source, output, keep_failed=True)

    assert files.counts == BulkCounts(rows=6, done_before=3, failed_before=kept, succeeded=3 - kept)
    assert len(keys_of(output)) == 6 - kept


def test_an_output_reformatted_by_hand_is_read(source: Path, output: Path) -> None:
    run(source, output)
    lines = lines_of(output)
    edited = [json.dumps(line, indent=None) for line in lines[::-1] if line["custom_id"] != "r3"]
    write_lines(output, ["", *edited])

    assert run(source, output).counts == BulkCounts(rows=6, done_before=5, succeeded=1)


def test_a_damaged_line_ends_a_run_before_the_first_request(source: Path, output: Path) -> None:
    run(source, output)
    lines = output.read_text().splitlines()
    write_lines(output, [*lines[:2], lines[2][:-40], *lines[3:]])
    before = output.read_bytes()

    with pytest.raises(BulkFileError, match="the line at byte ") as caught:
        run(source, output)
    assert caught.value.offset == before.index(lines[2][:-40].encode())
    assert output.read_bytes() == before

    files = run(source, output, repair=True)
    assert files.moved_lines == 1
    assert files.counts == BulkCounts(rows=6, done_before=5, succeeded=1)
    assert output.with_name("out.damaged.jsonl").read_text() == lines[2][:-40] + "\n"


@pytest.mark.parametrize("text", ["important", "important\n", '{"custom_id": "a"}\n'])
def test_a_file_that_is_not_an_output_is_not_changed(source: Path, output: Path, text: str) -> None:
    output.write_text(text)

    with pytest.raises(BulkFileError, match="the line at byte 0 is not a line of a bulk run"):
        run(source, output)
    assert output.read_text() == text


def test_two_runs_cannot_write_the_same_output(source: Path, output: Path) -> None:
    with BulkFiles.open(source, output) as files:
        row = next(files.rows())
        files.succeeded(row, answer_to(row), attempts=1, seconds=0)
        with pytest.raises(BulkFileError, match=rf"another run .*process {os.getpid()} on"):
            run(source, output)
    assert run(source, output).counts.succeeded == 5


def test_a_run_in_another_process_cannot_write_the_output(source: Path, output: Path) -> None:
    program = (
        "import sys; from vllm_client._io.bulk_files import BulkFiles\n"
        "files = BulkFiles.open(sys.argv[1], sys.argv[2]); print('open', flush=True); input()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, source, output],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"open\n"
    with pytest.raises(BulkFileError, match=rf"another run .*process {child.pid} on"):
        run(source, output)

    child.kill()
    child.communicate()
    assert run(source, output).counts.succeeded == 6


def test_a_full_disk_ends_a_run_and_loses_nothing(source: Path, output: Path) -> None:
    run(source, output)
    size = len(output.read_bytes())
    output.unlink()

    with small_files(size // 2), pytest.raises(BulkFileError, match=r"cannot write .*too large"):
        run(source, output)
    kept = output.read_bytes().count(b"\n")
    assert 0 < kept < 6

    files = run(source, output)
    assert files.torn_bytes == 0
    assert files.counts == BulkCounts(rows=6, done_before=kept, succeeded=6 - kept)


def test_a_full_device_is_reported(source: Path) -> None:
    with pytest.raises(BulkFileError, match="cannot write /dev/full: No space left on device"):
        run(source, Path("/dev/full"))


def test_no_secret_is_in_any_file(tmp_path: Path, output: Path) -> None:
    lines = [batch_line("q", "r0", cache_salt="hush"), batch_line("q", "r1", cache_salt="hush")]
    source = write_lines(tmp_path / "in.jsonl", lines)
    with BulkFiles.open(source, output) as files:
        held = (tmp_path / "out.lock").read_bytes()
        first, second = files.rows()
        assert first.body["cache_salt"] == "hush"
        files.succeeded(first, answer_to(first), attempts=1, seconds=0)
        files.failed(second, api_error(), attempts=1, seconds=0)

    written = [path.read_bytes() for path in tmp_path.glob("out*")]
    assert b"hush" not in b"".join([held, *written])
    assert len(written) == 3


def test_a_failed_connection_is_a_failed_row(source: Path, output: Path) -> None:
    with BulkFiles.open(source, output) as files:
        files.failed(next(files.rows()), IoError("reset"), attempts=3, seconds=1)

    (line,) = lines_of(output.with_name("out.errors.jsonl"))
    assert line["vllm_client"]["attempts"] == 3
    assert line["response"] is None


def test_rows_may_be_passed_one_by_one(output: Path) -> None:
    for sent in (3, 0):
        with BulkFiles.open(None, output) as files:
            rows = [
                files.admit(BulkRequest.of(CHAT_COMPLETIONS, body_of(text), name))
                for text, name in (("a", "1"), ("b", None), ("b", None))
            ]
            to_send = [row for row in rows if row is not None]
            for row in to_send:
                files.succeeded(row, answer_to(row), attempts=1, seconds=0)
            files.finish(complete=True)
            assert len(to_send) == sent
            assert files.total is None

    assert json.loads(output.with_name("out.run.json").read_text())["input"] is None


def test_a_duplicate_among_passed_rows_is_rejected_by_its_number(output: Path) -> None:
    with BulkFiles.open(None, output) as files:
        request = BulkRequest.of(CHAT_COMPLETIONS, body_of("a"), "1")
        files.admit(request)
        with pytest.raises(RequestError, match="row 1: custom_id '1' occurs a second time"):
            files.admit(request)


def test_rows_of_a_template_take_their_keys_from_a_column(tmp_path: Path, output: Path) -> None:
    rows = [json.dumps({"id": number, "q": f"q{number}"}) for number in range(3)]
    source = write_lines(tmp_path / "rows.jsonl", rows)
    template = Template(CHAT_COMPLETIONS, lambda row: body_of(row["q"]), "id")

    run(source, output, template=template)
    assert answers_of(output) == {"0": "re: q0", "1": "re: q1", "2": "re: q2"}
    assert run(source, output, template=template).counts.done_before == 3


def test_lines_of_text_are_prompts(tmp_path: Path, output: Path) -> None:
    source = write_lines(tmp_path / "prompts.txt", ["What?", "Why?"])
    run(source, output, template=Template(CHAT_COMPLETIONS, body_of))

    assert set(answers_of(output).values()) == {"re: What?", "re: Why?"}


def test_a_plan_writes_nothing(source: Path, output: Path) -> None:
    assert BulkFiles.plan(source, output) == BulkPlan(BulkCounts(rows=6), 0)
    assert BulkFiles.plan(source, "-") == BulkPlan(BulkCounts(rows=6), 0)
    assert names(output.parent) == {"in.jsonl"}

    run(source, output, fails=lambda row: row.index == 0)
    torn = output.read_bytes()[:-10]
    output.write_bytes(torn)
    plan = BulkFiles.plan(source, output, keep_failed=True)
    assert plan.counts == BulkCounts(rows=6, done_before=4, failed_before=1)
    assert plan.torn_bytes > 0
    assert output.read_bytes() == torn


def test_the_input_cannot_be_the_output(source: Path) -> None:
    before = source.read_bytes()

    with pytest.raises(RequestError, match=r"in.jsonl is both the input and the output"):
        run(source, source)
    assert source.read_bytes() == before


def test_a_pipe_cannot_be_sorted(source: Path) -> None:
    with pytest.raises(RequestError, match="sort: a pipe cannot be sorted"):
        run(source, Path("/dev/null"), sort=True)


def test_windows_is_not_supported(
    source: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    for use in (lambda: BulkFiles.open(source, output), lambda: BulkFiles.plan(source, output)):
        with pytest.raises(RequestError, match="bulk files are not supported on Windows"):
            use()


def test_an_error_of_the_run_is_not_hidden_by_an_error_of_close(source: Path, output: Path) -> None:
    class OddError(Exception):
        pass

    def fail() -> None:
        with BulkFiles.open(source, output) as files:
            row = next(files.rows())
            files.failed(row, api_error("x" * 1000), attempts=1, seconds=0)
            with small_files(10):
                try:
                    raise OddError(content_of(row))
                except OddError as error:
                    files.__exit__(OddError, error, None)
                    raise

    with pytest.raises(OddError):
        fail()


def test_an_error_of_close_is_raised_if_the_block_had_none(source: Path, output: Path) -> None:
    files = BulkFiles.open(source, output)
    files.failed(next(files.rows()), api_error("x" * 1000), attempts=1, seconds=0)

    with small_files(10), pytest.raises(BulkFileError, match="too large"):
        files.close()
    assert not output.with_name("out.lock").exists()


def test_an_answer_may_be_any_json(source: Path, output: Path) -> None:
    answer: Any = {"text": "é\u2028\n", "list": [1, None]}
    with BulkFiles.open(source, output) as files:
        row = next(files.rows())
        pretty = json.dumps(answer, indent=2, ensure_ascii=False).encode()
        files.succeeded(row, pretty, attempts=1, seconds=0)

    assert lines_of(output)[0]["response"]["body"] == answer
