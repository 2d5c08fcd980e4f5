"""The builders of `client.score()`, `client.rerank()` and `client.classify()`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .._io.asyncio_.mix_ups import explains_missing_await
from ..api.pooling.pooling import ClassificationResponse, ClassifyRequest, build_classify
from ..api.pooling.scoring import (
    RerankRequest,
    RerankResponse,
    ScoreRequest,
    ScoreResponse,
    build_rerank,
    build_score,
)
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from .call_runner import AsyncCallRunner
from .row_builder import AsyncBulkBuilder, AsyncMapBuilder


@explains_missing_await
@attrs.frozen
class AsyncScoreBuilder(ScoreRequest, AsyncMapBuilder[ScoreResponse], AsyncBulkBuilder):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "SCORE"
    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> ScoreResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        return await self._caller.ask(self._build, self._options)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[ScoreResponse]:
        return build_score(settings, options)


@explains_missing_await
@attrs.frozen
class AsyncRerankBuilder(RerankRequest, AsyncMapBuilder[RerankResponse], AsyncBulkBuilder):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "RERANK"
    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> RerankResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        return await self._caller.ask(self._build, self._options)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[RerankResponse]:
        return build_rerank(settings, options)


@explains_missing_await
@attrs.frozen
class AsyncClassifyBuilder(
    ClassifyRequest, AsyncMapBuilder[ClassificationResponse], AsyncBulkBuilder
):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "CLASSIFY"
    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    async def send(self) -> ClassificationResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        return await self._caller.ask(self._build, self._options)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[ClassificationResponse]:
        return build_classify(settings, options)
