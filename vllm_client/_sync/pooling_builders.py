# Generated from vllm_client/_async/pooling_builders.py by `python tests/tools/generate_sync.py`.
"""The builders of `client.score()`, `client.rerank()` and `client.classify()`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .._io.threads.mix_ups import explains_missing_await
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
from .call_runner import SyncCallRunner
from .row_builder import SyncBulkBuilder, SyncMapBuilder


@explains_missing_await
@attrs.frozen
class SyncScoreBuilder(ScoreRequest, SyncMapBuilder[ScoreResponse], SyncBulkBuilder):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "SCORE"
    _caller: SyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def send(self) -> ScoreResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        return self._caller.ask(self._build, self._options)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[ScoreResponse]:
        return build_score(settings, options)


@explains_missing_await
@attrs.frozen
class SyncRerankBuilder(RerankRequest, SyncMapBuilder[RerankResponse], SyncBulkBuilder):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "RERANK"
    _caller: SyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def send(self) -> RerankResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        return self._caller.ask(self._build, self._options)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[RerankResponse]:
        return build_rerank(settings, options)


@explains_missing_await
@attrs.frozen
class SyncClassifyBuilder(
    ClassifyRequest, SyncMapBuilder[ClassificationResponse], SyncBulkBuilder
):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "CLASSIFY"
    _caller: SyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def send(self) -> ClassificationResponse:
        """Send the request and return the whole answer. Raises VllmError."""
        return self._caller.ask(self._build, self._options)

    def _build(
        self, settings: ClientSettings, options: Mapping[str, Any]
    ) -> RequestSpec[ClassificationResponse]:
        return build_classify(settings, options)
