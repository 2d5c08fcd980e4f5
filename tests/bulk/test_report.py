"""The report of a run over files."""

from __future__ import annotations

from vllm_client.bulk.report import BulkReport
from vllm_client.bulk.run_stats import RunStats

STATS = RunStats(
    done=1200,
    failed=3,
    failures={"400 BadRequestError": 2, "IoError": 1},
    prompt_tokens=5000,
    completion_tokens=90000,
    seconds=90.0,
    retries=7,
)


def test_report_of_a_complete_run() -> None:
    report = BulkReport(STATS, "out.jsonl", "out.errors.jsonl", done_before=800, is_complete=True)

    assert (report.done, report.failed) == (1200, 3)
    assert str(report).splitlines() == [
        "2,000 rows done (800 by earlier runs) in 1 min 30 s",
        "3 failed: 2 × 400 BadRequestError, 1 × IoError",
        "5,000 tokens in, 90,000 out (1,000 out per second); 7 retries",
        "the failed rows are in out.errors.jsonl; another run sends them again",
    ]


def test_report_of_an_incomplete_run_says_how_to_continue() -> None:
    report = BulkReport(RunStats(done=5, seconds=1.0), "out.jsonl", cut_bytes=40, failed_before=2)

    assert str(report).splitlines() == [
        "5 rows done in 1 s",
        "2 failed before and were not sent again",
        "0 tokens in, 0 out (0 out per second); 0 retries",
        "an incomplete line of 40 bytes at the end of out.jsonl was removed",
        "the output is not complete, and holds more short answers than long ones: "
        "run the same call or command to continue",
    ]


def test_report_of_a_run_without_answers_does_not_mention_their_length() -> None:
    end = "the output is not complete: run the same call or command to continue"

    assert str(BulkReport(RunStats(), "out.jsonl")).splitlines()[-1] == end


def test_report_of_a_dry_run_says_how_many_rows_would_be_sent() -> None:
    report = BulkReport(RunStats(), "out.jsonl", to_send=950, done_before=50)
    left = BulkReport(RunStats(), "out.jsonl", to_send=950, done_before=50, failed_before=2)

    assert str(report) == "950 rows would be sent; 50 are done"
    assert str(left).splitlines()[1:] == ["2 failed before and would not be sent again"]
