"""`client.embeddings`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import attrs
from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
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


@explains_missing_await
@shows_keywords
@attrs.frozen
class AsyncEmbeddingBuilder(EmbeddingRequest, AsyncBulkBuilder):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "EMBEDDING"
    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> EmbeddingResponse:
        """Send the request and return the whole answer. Raises VllmError."""
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
        """Iterate over the embeddings of many rows, with adaptive concurrency.

            for answer in ask.map(texts, batch=64):
                vector = answer[0].embedding

        The run is lazy: rows are read as slots become free, also from an infinite iterable. A slow
        reader of the answers slows the input down, so memory stays constant.

        Args:
            rows: Texts, token ids, or mappings of options. `rows` is an iterable, a table of
                PyArrow, pandas or Polars, or a path that ends in .parquet (extra `parquet`); with
                the async client also an async iterable. An iterable other than a list, tuple or
                range is read in a separate thread.
            body: A function that converts a row to a text, token ids or options; called in the
                thread that reads the rows. Default: rows are passed unchanged.
            batch: Number of rows per request; each row is a text or token ids. Each row gets its
                own answer, without `usage`. If the server rejects a batch, its rows are sent one by
                one. Default: one row per request.
            ordered: True returns answers in the order of the rows, False in the order in which
                they finish. Default: True.
            errors: "raise" returns responses, and raises the error of a failed row in its place;
                "return" returns BulkItems, which have `.ok`, `.response` and `.error`.
                Default: "raise".
            **run: See `vllm_client.RunKeywords`.

        Raises:
            RequestError: A keyword is invalid.
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
        """Return embeddings of texts, token ids or chats; without arguments, return a builder.

        The vectors in the answer are lists of floats. They are transferred as base64 unless
        `encoding_format` is given.

        Args:
            input: A text or token ids, or a list of either.

        Raises:
            VllmError: The request failed.
        """
        given = with_content("input", input, options)
        if not given:
            return AsyncEmbeddingBuilder(caller=self._caller)
        return self._caller.ask(build_embeddings, given)
