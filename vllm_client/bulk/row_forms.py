"""Convert rows to options of a call: the accepted types of rows for each API method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ..errors import RequestError
from ..vllm import routes
from ..vllm.routes import Route

Options = dict[str, Any]


@attrs.frozen
class RowForm:
    """The rows that an API method accepts.

    Attributes:
        route: The route of the requests.
        field: The option that is set to the row, unless the row is a mapping of options.
        kinds: The accepted types of rows, apart from mappings.
        words: A description of the accepted rows, for error messages.
        of_text: Converts a text to the value of `field`. Default: the text itself.
        in_files: Default options in a run over files.
        pair: The names of the two options that are set from a row that is a pair; None for methods
            whose rows are no pairs.
    """

    route: Route
    field: str
    kinds: tuple[type, ...]
    words: str
    of_text: Callable[[str], Any] | None = attrs.field(default=None, kw_only=True)
    in_files: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    pair: tuple[str, str] | None = attrs.field(default=None, kw_only=True)

    def options(self, row: Any) -> Options:
        """Return the options of the call for a row. Raise RequestError for an invalid row."""
        row = _plain(row)
        if isinstance(row, Mapping):
            return self._of_mapping(row)
        if self.pair is not None:
            return self._of_pair(row, self.pair)
        if isinstance(row, str) and self.of_text is not None:
            return {self.field: self.of_text(row)}
        if not isinstance(row, self.kinds):
            raise self._refused(row)
        return {self.field: row}

    def _of_mapping(self, row: Mapping[Any, Any]) -> Options:
        if self.of_text is not None and "role" in row and "content" in row:
            return {self.field: [row]}  # a single message
        return dict(row)

    def _of_pair(self, row: Any, pair: tuple[str, str]) -> Options:
        if not isinstance(row, list | tuple) or len(row) != 2:
            raise self._refused(row)
        return dict(zip(pair, row, strict=True))

    def _refused(self, row: Any) -> RequestError:
        return RequestError(
            f"row: expected {self.words}, or a mapping of options; got {row!r:.80} "
            "(use body= to build the request of a row)"
        )


def _plain(row: Any) -> Any:
    """Convert a NumPy or PyArrow value to plain Python; return other rows as they are."""
    for name in ("as_py", "tolist"):
        convert = getattr(row, name, None)
        if convert is not None:
            return convert()
    return row


def _message(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


_TEXT_OR_IDS = "a text or token ids"

CHAT = RowForm(
    routes.CHAT_COMPLETIONS, "messages", (list, tuple), "a text or messages", of_text=_message
)
COMPLETION = RowForm(routes.COMPLETIONS, "prompt", (str, list, tuple), _TEXT_OR_IDS)
EMBEDDING = RowForm(
    routes.EMBEDDINGS,
    "input",
    (str, list, tuple),
    _TEXT_OR_IDS,
    in_files={
        "encoding_format": "float"
    },  # lists of floats, so that other programs can read the output
)
CLASSIFY = RowForm(routes.CLASSIFY, "input", (str, list, tuple), _TEXT_OR_IDS)
RESPONSE = RowForm(routes.RESPONSES, "input", (str, list, tuple), "a text or input items")
MESSAGES = RowForm(
    routes.MESSAGES, "messages", (list, tuple), "a text or messages", of_text=_message
)
SCORE = RowForm(routes.SCORE, "queries", (), "a pair of texts", pair=("queries", "documents"))
RERANK = RowForm(
    routes.RERANK, "query", (), "a pair of query and documents", pair=("query", "documents")
)
TRANSCRIPTION = RowForm(routes.TRANSCRIPTIONS, "file", (object,), "a recording")
