"""Looking up input rows in the lines of earlier runs."""

from pathlib import Path

import pytest

from tests.io.test_journal_index import failure, success
from vllm_client._io.earlier_lines import EarlierLines, beside
from vllm_client.bulk.requests import BulkRequest
from vllm_client.bulk.resume import NamedRow, ResumeRules, Verdict
from vllm_client.vllm.routes import CHAT_COMPLETIONS

KEEP = ResumeRules(keep_failed=True)


def row(key: str, body_hash: str = "0" * 32) -> NamedRow:
    named = NamedRow(BulkRequest(CHAT_COMPLETIONS, {}), key, f'"{key}"'.encode())
    vars(named)["body_hash"] = body_hash
    return named


@pytest.fixture
def earlier(tmp_path: Path) -> EarlierLines:
    (tmp_path / "out.jsonl").write_bytes(success("done") + success("both") + failure("inline"))
    (tmp_path / "out.errors.jsonl").write_bytes(failure("failed") + failure("both"))
    return EarlierLines.scan(tmp_path / "out.jsonl")


@pytest.mark.parametrize(
    ("key", "verdict", "found", "failed_before"),
    [
        ("done", Verdict.DONE, True, False),
        ("both", Verdict.DONE, True, False),
        ("failed", Verdict.FAILED_BEFORE, False, True),
        ("inline", Verdict.FAILED_BEFORE, False, True),
        ("new", Verdict.SEND, False, False),
    ],
)
def test_states_of_rows(
    earlier: EarlierLines, key: str, verdict: Verdict, found: bool, failed_before: bool
) -> None:
    standing = earlier.standing(row(key), KEEP)

    assert standing.verdict is verdict
    assert (standing.success is not None) is found
    assert standing.failed_before is failed_before
    assert earlier.has_success(row(key).token) is found
    earlier.close()


def test_a_failed_row_is_sent_again(earlier: EarlierLines) -> None:
    standing = earlier.standing(row("failed"), ResumeRules())

    assert (standing.verdict, standing.failed_before) == (Verdict.SEND, True)
    earlier.close()


def test_a_row_with_a_different_body_has_changed(earlier: EarlierLines) -> None:
    assert earlier.standing(row("done", "1" * 32), KEEP).verdict is Verdict.CHANGED
    earlier.close()


def test_a_pipe_has_no_lines() -> None:
    assert EarlierLines.none().standing(row("done"), KEEP).verdict is Verdict.SEND


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("a/out.jsonl", "a/out.errors.jsonl"),
        ("out", "out.errors.jsonl"),
        ("o.txt", "o.txt.errors.jsonl"),
    ],
)
def test_files_beside_an_output_are_named_after_it(output: str, expected: str) -> None:
    assert beside(Path(output), ".errors.jsonl") == Path(expected)
