"""Decide which rows of the input a continued run sends, and count rows by outcome."""

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
"""Action for a custom_id that has a different body in the output.

"error" ends the run, "redo" sends the row again, "keep" keeps the answer to the earlier body.
"""


class Verdict(Enum):
    """The decision about a row: send it, or the reason why it is not sent."""

    SEND = auto()
    DONE = auto()
    FAILED_BEFORE = auto()
    CHANGED = auto()


def _known(_: object, __: object, value: object) -> None:
    if value not in get_args(OnChange):
        raise RequestError(f"on_change: expected error, redo or keep, got {value!r:.40}")


@attrs.frozen
class ResumeRules:
    """Rules for a run that continues an earlier one.

    Attributes:
        on_change: The action for rows whose body has changed since they were answered.
        keep_failed: Whether rows that failed in an earlier run are not sent again.
    """

    on_change: OnChange = attrs.field(default="error", validator=_known)
    keep_failed: bool = False

    def verdict(
        self, body_hash: str, succeeded: LineHead | None, failed: LineHead | None
    ) -> Verdict:
        """Decide whether to send a row.

        Args:
            body_hash: The hash of the row in the input.
            succeeded: The row's last success in the output; None if there is none.
            failed: The row's last failure in the errors file; None if there is none.
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
    """The number of rows of a run by outcome.

    Attributes:
        rows: Rows read from the input so far.
        done_before: Rows that an earlier run has answered.
        failed_before: Rows that failed in an earlier run and are not sent again (`keep_failed`).
        succeeded: Rows answered in this run.
        failed: Rows that failed in this run.
        changed: Rows whose body differs from the one that was answered; they end the run.
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
        """The number of rows that this run sends."""
        return self.rows - self.done_before - self.failed_before


@attrs.frozen(slots=False)
class NamedRow:
    """A row of the input with its key.

    Attributes:
        request: The row.
        key: The name of the row in the output.
        token: The key, as JSON.
        is_duplicate: Whether the custom_id of the row has occurred before.
    """

    request: BulkRequest
    key: str
    token: bytes
    is_duplicate: bool = False

    @cached_property
    def body_hash(self) -> str:
        """The hash of route and body, computed on first use. Raises RequestError."""
        return body_hash(self.request)

    @classmethod
    def of(cls, request: BulkRequest, occurrences: Occurrences | None) -> NamedRow:
        """Give a row its key.

        Args:
            request: The row.
            occurrences: The counts of names so far, to which the name of this row is added; None if
                all names are known to differ.

        Raises:
            RequestError: The body has a number that JSON cannot represent.
        """
        name = body_hash(request) if request.custom_id is None else request.custom_id
        token = key_token(name)
        number = 1 if occurrences is None else occurrences.count(hash64(token))
        if request.custom_id is not None or number == 1:
            return cls(request, name, token, number > 1)
        key = unnamed_key(name, number)
        return cls(request, key, key_token(key))
