"""`client.embeddings`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import attrs
from typing_extensions import Unpack

from ..api.chat.request import Messages
from ..api.common.shown_keywords import shows_keywords
from ..api.pooling.embeddings import EmbeddingRequest, EmbeddingResponse, build_embeddings
from ..api.pooling.options import Conversation, EmbeddingKeywords, TextInput
from ..call.option_checks import ABSENT, with_content
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from .call_runner import AsyncCallRunner
from .row_builder import AsyncBulkBuilder, RowT

if TYPE_CHECKING:
    from .._async.bulk_run import AsyncBulkRun, AsyncRows
    from ..bulk.bulk_item import BulkItem
    from ..bulk.run_options import RunKeywords


@shows_keywords
@attrs.frozen
class AsyncEmbeddingBuilder(EmbeddingRequest, AsyncBulkBuilder):
    """A request, being filled in; `send()` sends it, `map()` sends many."""

    _form = "EMBEDDING"
    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> EmbeddingResponse:
        """Send it; the whole answer. Raises VllmError."""
        return await self._caller.ask(build_embeddings, self._options)

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        batch: int | None = None,
        ordered: bool = True,
        errors: Literal["raise"] = "raise",
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[EmbeddingResponse]: ...

    @overload
    def map(
        self,
        rows: AsyncRows[RowT],
        *,
        body: Callable[[RowT], Any] | None = None,
        batch: int | None = None,
        ordered: bool = True,
        errors: Literal["return"],
        **run: Unpack[RunKeywords],
    ) -> AsyncBulkRun[BulkItem[RowT, EmbeddingResponse]]: ...

    def map(
        self,
        rows: Any,
        *,
        body: Callable[[Any], Any] | None = None,
        batch: int | None = None,
        ordered: bool = True,
        errors: Literal["raise", "return"] = "raise",
        **run: Any,
    ) -> AsyncBulkRun[Any]:
        """Iterate over the embeddings of many rows; send as many at once as the server can use.

            for answer in ask.map(texts, batch=64):
                vector = answer[0].embedding

        It is lazy: rows are read as slots become free, from any iterable, also an endless one. A
        slow reader of the answers slows the input, so that memory does not grow.

        Args:
            rows: texts, token ids, or mappings of options. An iterable (read in a separate thread
                unless it is a list, tuple or range), an async iterable with the async client, a
                table of PyArrow, pandas or Polars, or a path that ends in .parquet (extra
                `parquet`).
            body: a function that turns one of your rows into a text, token ids or options; called
                in the thread that reads the rows.
            batch: rows in one request, each a text or token ids. Each row still gets an answer,
                without `usage`; if the server refuses the batch, its rows are sent one by one.
                Default: a request for each row.
            ordered: True gives answers in the order of the rows, False as they are ready.
            errors: "raise" gives responses, and raises the error of a failed row in its place;
                "return" gives BulkItems, which have `.ok`, `.response` and `.error`.
            **run: See `vllm_client.RunKeywords`.

        Raises:
            RequestError: A keyword is wrong.
        """
        return self._map(rows, run, body=body, ordered=ordered, errors=errors, batch=batch)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[EmbeddingResponse]:
        return build_embeddings(settings, options)


@shows_keywords
class AsyncEmbeddings:
    """POST /v1/embeddings."""

    def __init__(self, caller: AsyncCallRunner) -> None:
        self._caller = caller

    @overload
    def create(self) -> AsyncEmbeddingBuilder: ...

    @overload
    def create(
        self,
        input: TextInput | Conversation | Sequence[Conversation],
        **options: Unpack[EmbeddingKeywords],
    ) -> Coroutine[Any, Any, EmbeddingResponse]: ...

    @overload
    def create(
        self,
        *,
        messages: Messages | Sequence[Messages],
        **options: Unpack[EmbeddingKeywords],
    ) -> Coroutine[Any, Any, EmbeddingResponse]: ...

    def create(self, input: Any = ABSENT, **options: Any) -> Any:
        """Without arguments: a builder. With them: embeddings of texts, of token ids, or of a chat
        (or several) by its template.

        The answer has lists of floats; they travel as base64 unless `encoding_format` says
        otherwise. Raises VllmError.
        """
        given = with_content("input", input, options)
        if not given:
            return AsyncEmbeddingBuilder(caller=self._caller)
        return self._caller.ask(build_embeddings, given)
