"""Which rows of an input are sent when a run continues, and how many there are of each kind."""

from __future__ import annotations

from enum import Enum, auto
from functools import cached_property
from typing import Literal, TypeAlias, get_args

import attrs

from ..errors import RequestError
from .hash_index import Occurrences
from .journal import LineHead, key_token
from .keys import body_hash, hash64, unnamed_key
from .requests import BulkRequest

OnChange: TypeAlias = Literal["error", "redo", "keep"]
"""For a custom_id that the output has with another body: refuse the run, send the row again, or
keep the answer to the earlier body."""


class Verdict(Enum):
    """Why a row is sent or not."""

    SEND = auto()
    DONE = auto()
    FAILED_BEFORE = auto()
    CHANGED = auto()


def _known(_: object, __: object, value: object) -> None:
    if value not in get_args(OnChange):
        raise RequestError(f"on_change: expected error, redo or keep, got {value!r:.40}")


@attrs.frozen
class ResumeRules:
    """How a run continues.

    Attributes:
        on_change: For rows whose body has changed since they were answered.
        keep_failed: Whether rows that failed in an earlier run stay failed.
    """

    on_change: OnChange = attrs.field(default="error", validator=_known)
    keep_failed: bool = False

    def verdict(
        self, body_hash: str, succeeded: LineHead | None, failed: LineHead | None
    ) -> Verdict:
        """Whether a row is sent.

        Args:
            body_hash: The hash of the row in the input.
            succeeded: Its last success in the output.
            failed: Its last failure.
        """
        if succeeded is not None and succeeded.body_hash != body_hash:
            return _VERDICT_OF_CHANGED[self.on_change]
        if succeeded is not None:
            return Verdict.DONE
        if self.keep_failed and failed is not None and failed.body_hash == body_hash:
            return Verdict.FAILED_BEFORE
        return Verdict.SEND


_VERDICT_OF_CHANGED = {
    "error": Verdict.CHANGED,
    "redo": Verdict.SEND,
    "keep": Verdict.DONE,
}


@attrs.define
class BulkCounts:
    """Number of rows of a run by outcome.

    Attributes:
        rows: Rows read from the input so far.
        done_before: Rows that an earlier run has answered.
        failed_before: Rows that failed in an earlier run and are not sent again (`keep_failed`).
        succeeded: Rows answered in this run.
        failed: Rows that failed in this run.
        changed: Rows whose body is not the one that was answered; they end the run.
    """

    rows: int = 0
    done_before: int = 0
    failed_before: int = 0
    succeeded: int = 0
    failed: int = 0
    changed: int = 0

    def add(self, verdict: Verdict) -> None:
        """Count a row of the input."""
        self.rows += 1
        self.done_before += verdict is Verdict.DONE
        self.failed_before += verdict is Verdict.FAILED_BEFORE
        self.changed += verdict is Verdict.CHANGED

    @property
    def to_send(self) -> int:
        """Rows that are sent in this run."""
        return self.rows - self.done_before - self.failed_before


@attrs.frozen(slots=False)
class NamedRow:
    """A row of the input by its key.

    Attributes:
        request: The row.
        key: The name of the row in the output.
        token: The key as JSON.
        is_duplicate: Whether its custom_id has occurred before.
    """

    request: BulkRequest
    key: str
    token: bytes
    is_duplicate: bool = False

    @cached_property
    def body_hash(self) -> str:
        """The hash of route and body; made only where it is needed. Raises RequestError."""
        return body_hash(self.request)

    @classmethod
    def of(cls, request: BulkRequest, occurrences: Occurrences | None) -> NamedRow:
        """Name a row.

        Args:
            request: The row.
            occurrences: Counts of the names so far; the name of the row is added. None if all
                names are known to differ.

        Raises:
            RequestError: The body has a number that JSON has no form for.
        """
        name = body_hash(request) if request.custom_id is None else request.custom_id
        token = key_token(name)
        number = 1 if occurrences is None else occurrences.count(hash64(token))
        if request.custom_id is not None or number == 1:
            return cls(request, name, token, number > 1)
        key = unnamed_key(name, number)
        return cls(request, key, key_token(key))
