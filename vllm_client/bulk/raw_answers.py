"""Raw answers of a run over files: checked for completeness, and kept as the server sent them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import attrs

from ..api.pooling.results import count_inputs
from ..call.build_request import build_request
from ..call.request import RequestSpec
from ..call.response import HttpResponse, read_success, unexpected
from ..call.settings import ClientSettings
from ..vllm import routes
from ..vllm.routes import Route
from .requests import BulkRow
from .run_job import BulkAnswer

# Route -> the field that holds the results, and whether there is one result for each input.
_RESULTS: Mapping[Route, tuple[str, bool]] = {
    routes.CHAT_COMPLETIONS: ("choices", False),
    routes.COMPLETIONS: ("choices", False),
    routes.INFERENCE_GENERATE: ("choices", False),
    routes.RESPONSES: ("output", False),
    routes.MESSAGES: ("content", False),
    routes.EMBEDDINGS: ("data", True),
    routes.POOLING: ("data", False),
    routes.CLASSIFY: ("data", True),
    routes.SCORE: ("data", False),
    routes.SCORE_V1: ("data", False),
    routes.GENERATIVE_SCORING: ("data", False),
    routes.RERANK: ("results", False),
    routes.RERANK_V1: ("results", False),
    routes.RERANK_V2: ("results", False),
    routes.EMBED_V2: ("embeddings", False),
}

# Fields that may be empty in a complete answer.
_MAY_BE_EMPTY = frozenset({"output", "content"})


@attrs.frozen
class FileRequests:
    """Build the requests of the rows of a file.

    Attributes:
        settings: The settings of the client, adapted by `RowRequests.run_settings`.
        call: The options of each call: header fields, query, timeout.
    """

    settings: ClientSettings
    call: Mapping[str, Any]

    def request(self, row: BulkRow) -> tuple[int, RequestSpec[BulkAnswer]]:
        """Build the request of a row. Its response is kept as bytes.

        Returns:
            The number of rows in the request, here 1, and the request.

        Raises:
            RequestError: The request is invalid.
        """
        read = partial(raw_answer, row)
        return 1, build_request(self.settings, row.route, read, body=row.body, call=self.call)


def raw_answer(row: BulkRow, reply: HttpResponse) -> BulkAnswer:
    """Return the bytes of an answer.

    Raises:
        ApiError: The status is an error.
        ParseError: The answer is incomplete.
    """
    payload = read_success(reply)
    field, for_each_input = _RESULTS[row.route]
    results = payload.get(field) if isinstance(payload, dict) else None
    found = len(results) if isinstance(results, list | dict) else 0
    expected = count_inputs(row.body) if for_each_input else 1
    if results is None or (found < expected and field not in _MAY_BE_EMPTY):
        where = f"$.{field}"
        raise unexpected(reply, f"{where}: expected {expected} results, got {found}", where)
    return BulkAnswer(reply.body, len(reply.body), _tokens(payload))


def _tokens(payload: Any) -> tuple[int, int]:
    usage = payload.get("usage")
    if not isinstance(usage, dict):
        return 0, 0
    prompt = usage.get("prompt_tokens") or usage.get("input_tokens")
    answer = usage.get("completion_tokens") or usage.get("output_tokens")
    return _whole(prompt), _whole(answer)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
