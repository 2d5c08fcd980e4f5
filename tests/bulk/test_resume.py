"""The choice of rows to send when a run continues."""

import pytest

from vllm_client.bulk.hash_index import Occurrences
from vllm_client.bulk.journal import LineHead
from vllm_client.bulk.requests import BulkRequest
from vllm_client.bulk.resume import BulkCounts, NamedRow, ResumeRules, Verdict
from vllm_client.errors import RequestError
from vllm_client.vllm.routes import CHAT_COMPLETIONS

SAME = LineHead(b'"a"', 0, "/v1/chat/completions", "same")
OTHER = LineHead(b'"a"', 0, "/v1/chat/completions", "other")


@pytest.mark.parametrize(
    ("rules", "succeeded", "failed", "verdict"),
    [
        (ResumeRules(), None, None, Verdict.SEND),
        (ResumeRules(), SAME, None, Verdict.DONE),
        (ResumeRules(), SAME, SAME, Verdict.DONE),
        (ResumeRules(), None, SAME, Verdict.SEND),
        (ResumeRules(), OTHER, None, Verdict.CHANGED),
        (ResumeRules("redo"), OTHER, None, Verdict.SEND),
        (ResumeRules("keep"), OTHER, None, Verdict.DONE),
        (ResumeRules(keep_failed=True), None, SAME, Verdict.FAILED_BEFORE),
        (ResumeRules(keep_failed=True), None, OTHER, Verdict.SEND),
        (ResumeRules(keep_failed=True), None, None, Verdict.SEND),
        (ResumeRules(keep_failed=True), SAME, SAME, Verdict.DONE),
    ],
)
def test_verdicts(
    rules: ResumeRules, succeeded: LineHead | None, failed: LineHead | None, verdict: Verdict
) -> None:
    assert rules.verdict("same", succeeded, failed) is verdict


def test_unknown_on_change_is_rejected() -> None:
    with pytest.raises(RequestError, match="on_change: expected error, redo or keep, got 'skip'"):
        ResumeRules("skip")  # type: ignore[arg-type]


def test_rows_are_counted_by_verdict() -> None:
    counts = BulkCounts()
    for verdict in (Verdict.SEND, Verdict.DONE, Verdict.DONE, Verdict.FAILED_BEFORE):
        counts.add(verdict)
    counts.add(Verdict.CHANGED)

    assert counts == BulkCounts(rows=5, done_before=2, failed_before=1, changed=1)
    assert counts.to_send == 2


def request(content: str, custom_id: str | None = None) -> BulkRequest:
    return BulkRequest(CHAT_COMPLETIONS, {"content": content}, custom_id)


def test_row_without_custom_id_is_named_by_the_hash_of_its_body() -> None:
    occurrences = Occurrences()
    names = [NamedRow.of(request(text), occurrences).key for text in ("a", "b", "a", "a")]

    assert names[2:] == [f"{names[0]}-2", f"{names[0]}-3"]
    assert names[0] != names[1]
    assert NamedRow.of(request("a"), None).key == names[0]


def test_a_custom_id_that_occurs_again_is_a_duplicate() -> None:
    occurrences = Occurrences()
    rows = [NamedRow.of(request(text, "x"), occurrences) for text in ("a", "b")]

    assert [row.is_duplicate for row in rows] == [False, True]
    assert {row.key for row in rows} == {"x"}
    assert rows[0].body_hash != rows[1].body_hash
