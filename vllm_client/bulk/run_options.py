"""The options of a run, as typed keywords and as validated values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import attrs

from ..api.common.shown_keywords import shows_keys
from ..call.option_checks import refuse_unknown
from ..errors import RequestError
from .concurrency import Concurrency
from .resume import OnChange

DEFAULT_PATIENCE = 600.0


@shows_keys
class RunKeywords(TypedDict, total=False):
    """Keywords that control how a run sends its rows; the command line has the same names."""

    concurrency: int | Literal["auto"] | Concurrency
    """Max requests in flight: a number, or Concurrency(min=, start=, max=).

    Default: "auto", which keeps a short queue at the server.
    """
    background: bool
    """Whether to give way to interactive users of the same server. Default: False."""
    max_errors: int | float | None
    """Max failed rows before the run ends.

    An int is a number of rows; a float below 1 is a share of the finished rows, checked from 100
    rows on. Default: no limit.
    """
    server_patience: float | None
    """Seconds for which the server may be unreachable or refuse requests before the run ends.

    None waits forever. Default: 600.
    """


@shows_keys
class BulkKeywords(RunKeywords, total=False):
    """Keywords of a run over files; the command line has the same names."""

    on_change: OnChange
    """Action for a row whose custom_id has a different body in the output.

    "error" ends the run, "redo" sends the row again, "keep" keeps the earlier answer. Default:
    "error".
    """
    keep_failed: bool
    """Whether rows that failed in an earlier run are not sent again. Default: False."""
    dry_run: bool
    """Whether to only read and check the input, without sending or writing anything.

    The report says how many rows would be sent. Only for inputs that are files. Default: False.
    """
    repair: bool
    """Whether to move damaged lines of the output to NAME.damaged.jsonl.

    Otherwise a damaged line is an error. Default: False.
    """
    sort: bool
    """Whether to also write NAME.sorted.jsonl, in the order of the input. Default: False."""


@attrs.frozen
class RunOptions:
    """The validated options of a run. Raises RequestError for an invalid value."""

    concurrency: Concurrency = attrs.field(factory=Concurrency)
    background: bool = False
    max_errors: int | float | None = None
    server_patience: float | None = DEFAULT_PATIENCE
    ordered: bool = True
    raises: bool = False

    def __attrs_post_init__(self) -> None:
        for name in ("background", "ordered"):
            if not isinstance(getattr(self, name), bool):
                raise RequestError(f"{name}: expected True or False, got {getattr(self, name)!r}")
        if self.max_errors is not None and not _is_count_or_share(self.max_errors):
            expected = "a number of rows, or a share of them below 1"
            raise RequestError(f"max_errors: expected {expected}, got {self.max_errors!r}")
        patience = self.server_patience
        if patience is not None and not (_is_number(patience) and patience > 0):
            raise RequestError(f"server_patience: expected seconds above 0, got {patience!r}")

    @classmethod
    def of(cls, keywords: Mapping[str, Any], **more: Any) -> RunOptions:
        """Convert and validate the keywords of a caller. Raise RequestError if one is invalid."""
        given: dict[str, Any] = {**keywords, **more}
        refuse_unknown(given, {field.name for field in attrs.fields(cls)}, "a run", _ELSEWHERE)
        given["concurrency"] = Concurrency.of(given.get("concurrency", "auto"))
        return cls(**given)

    def too_many(self, failed: int, finished: int) -> bool:
        """Return whether more rows have failed than `max_errors` allows."""
        if self.max_errors is None:
            return False
        if isinstance(self.max_errors, float):
            return failed > self.max_errors * max(finished, MIN_ROWS_OF_SHARE)
        return failed > self.max_errors


_ELSEWHERE = {
    "batch": "only map() of embeddings sends several rows in one request",
    "response_format": "only map() of chat completions accepts it",
}

# A share in `max_errors` is applied to at least this number of rows.
MIN_ROWS_OF_SHARE = 100


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count_or_share(value: object) -> bool:
    if isinstance(value, float):
        return 0.0 <= value < 1.0
    return _is_number(value) and value >= 0  # type: ignore[operator]
