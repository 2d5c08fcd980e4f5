"""The recorded answers of a cassette, and the choice of one for each request."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..replies import ReceivedRequest
from ..script import Scripted
from ..server_version import json_answer
from ..socket_steps import SocketResponse
from .exchange import Exchange, RecordedResponse, readable_request
from .matching import Difference, comparable, key_of, nearest
from .playing import played

# "Misdirected Request" (RFC 9110, 15.5.20): the server is not able to answer this request. vLLM
# never sends 421, clients do not retry it, and no test expects it as a normal error.
NOT_RECORDED = 421
_SHOWN_DIFFERENCES = 5


class RecordedAnswers:
    """Answer each request with the answer recorded for an equal request.

    Equal requests are answered in recorded order; then the last answer is repeated, because the
    number of polls and retries of a client depends on timing.
    """

    def __init__(self, exchanges: Sequence[Exchange], name: str) -> None:
        self._name = name
        self._requests = [comparable(exchange.request) for exchange in exchanges]
        self._answers: defaultdict[str, list[RecordedResponse]] = defaultdict(list)
        for exchange, request in zip(exchanges, self._requests, strict=True):
            self._answers[key_of(request)].append(exchange.response)
        self.missing: list[str] = []
        self.released = asyncio.Event()
        self.released.set()

    def generates(self, request: ReceivedRequest) -> bool:
        """Return False: recorded answers are sent even if generation is paused."""
        return False

    def answer(self, request: ReceivedRequest) -> tuple[SocketResponse, Scripted | None]:
        """Return the answer recorded for an equal request, or an error with the nearest request."""
        headers = list(request.headers.items())
        readable = readable_request(request.method, request.target, headers, request.body)
        requested = comparable(readable)
        answers = self._answers.get(key_of(requested))
        if answers is None:
            return self._not_recorded(f"{request.method} {request.target}", requested), None
        response = answers.pop(0) if len(answers) > 1 else answers[0]
        answer, faults = played(response)
        return answer, Scripted(faults=faults)

    def _not_recorded(self, asked: str, requested: dict[str, Any]) -> SocketResponse:
        message, where = self._explained(asked, requested)
        self.missing.append(message)
        error = {"message": message, "type": "NotRecorded", "param": where, "code": NOT_RECORDED}
        return json_answer({"error": error}, NOT_RECORDED)

    def _explained(self, asked: str, requested: dict[str, Any]) -> tuple[str, str | None]:
        """Return the message, and the first difference from the nearest recorded request."""
        found = nearest(requested, self._requests)
        if found is None:
            return f"{asked} is not recorded in {self._name}: the cassette is empty", None
        index, (first, *others) = found
        recorded = self._requests[index]
        more = f"; it also differs at {_listed(others)}" if others else ""
        message = (
            f"{asked} is not recorded in {self._name}. The nearest of its {len(self._requests)}"
            f" requests is number {index + 1}, {recorded['method']} {recorded['path']}, which"
            f" differs at {first}{more}"
        )
        return message, first.where


def _listed(differences: Sequence[Difference]) -> str:
    more = len(differences) - _SHOWN_DIFFERENCES
    shown = ", ".join(difference.where for difference in differences[:_SHOWN_DIFFERENCES])
    return f"{shown} and {more} other places" if more > 0 else shown
