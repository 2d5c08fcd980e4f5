"""What `read_bulk` gives, as type checkers see it."""

from typing import Any, assert_type

import attrs

from vllm_client import BulkResult, BulkResults, read_bulk
from vllm_client.api.chat.parse import ParsedChatCompletion


@attrs.frozen
class Invoice:
    total: int


def results_are_typed() -> None:
    results = read_bulk("out.jsonl", response_format=Invoice)
    assert_type(results, BulkResults[ParsedChatCompletion[Invoice]])
    assert_type(results["r1"], BulkResult[ParsedChatCompletion[Invoice]])
    for result in results:
        assert_type(result.unwrap().parsed, Invoice)
        assert_type(result.response, ParsedChatCompletion[Invoice] | None)


def results_of_any_route_are_not() -> None:
    with read_bulk("out.jsonl") as results:
        assert_type(results, BulkResults[Any])
