# Generated from vllm_client/_async/pooling.py by `python tests/tools/generate_sync.py`.
"""The methods of the client for scores, classes and pooled vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, overload

from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from ..api.common.options import Strings
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import ABSENT, with_content, with_hidden_headers
from .call_runner import SyncCallRunner
from .lazy_module import LazyModule

if TYPE_CHECKING:
    from ..api.chat.request import Messages
    from ..api.pooling import decisions, embeddings, pooling, scoring, systemone
    from ..api.pooling.decisions import (
        DecisionInputMessage,
        DecisionQuestion,
        DecisionsKeywords,
        DecisionsResponse,
    )
    from ..api.pooling.embeddings import EmbedV2Response
    from ..api.pooling.options import (
        ClassifyKeywords,
        EmbedV2Input,
        EmbedV2Keywords,
        GenerativeScoringKeywords,
        PoolingKeywords,
        RerankKeywords,
        ScoreInput,
        ScoreInputs,
        ScoreKeywords,
        TextInput,
    )
    from ..api.pooling.pooling import (
        ClassificationResponse,
        IOProcessorResponse,
        PoolingResponse,
    )
    from ..api.pooling.scoring import (
        RerankResponse,
        ScoreResponse,
    )
    from ..api.pooling.systemone import (
        Question,
        StructuredDecisionResponse,
        SystemOneKeywords,
    )
    from .pooling_builders import SyncClassifyBuilder, SyncRerankBuilder, SyncScoreBuilder
else:
    decisions = LazyModule("api.pooling.decisions")
    embeddings = LazyModule("api.pooling.embeddings")
    pooling = LazyModule("api.pooling.pooling")
    scoring = LazyModule("api.pooling.scoring")
    systemone = LazyModule("api.pooling.systemone")


@explains_missing_await
@shows_keywords
class SyncPoolingCalls:
    """`client.pooling`, `client.classify`, `client.score`, `client.rerank` and similar calls."""

    _caller: SyncCallRunner

    @overload
    def pooling(
        self, input: TextInput, **options: Unpack[PoolingKeywords]
    ) -> PoolingResponse: ...

    @overload
    def pooling(
        self, *, messages: Messages, **options: Unpack[PoolingKeywords]
    ) -> PoolingResponse: ...

    @overload
    def pooling(
        self, *, data: Any, **options: Unpack[PoolingKeywords]
    ) -> IOProcessorResponse: ...

    def pooling(self, input: Any = ABSENT, **options: Any) -> Any:
        """Return the output of the model's pooler for texts, token ids or a chat.

        Numbers are transferred as JSON unless `encoding_format` is given: "bytes" is smaller, and
        preserves the shape of outputs per token. A server with an IO processor plugin takes `data`
        instead.

        Args:
            input: A text or token ids, or a list of either.

        Raises:
            VllmError: The request failed.
        """
        given = with_content("input", input, options)
        return self._caller.ask(pooling.build_pooling, given)

    @overload
    def classify(self) -> SyncClassifyBuilder: ...

    @overload
    def classify(
        self, input: TextInput, **options: Unpack[ClassifyKeywords]
    ) -> ClassificationResponse: ...

    @overload
    def classify(
        self, *, messages: Messages, **options: Unpack[ClassifyKeywords]
    ) -> ClassificationResponse: ...

    def classify(self, input: Any = ABSENT, **options: Any) -> Any:
        """Classify texts or a chat; without arguments, return a builder.

        Args:
            input: A text or token ids, or a list of either.

        Raises:
            VllmError: The request failed.
        """
        given = with_content("input", input, options)
        if not given:
            from .pooling_builders import SyncClassifyBuilder

            return SyncClassifyBuilder(caller=self._caller)
        return self._caller.ask(pooling.build_classify, given)

    @overload
    def score(self) -> SyncScoreBuilder: ...

    @overload
    def score(
        self,
        *,
        queries: ScoreInputs,
        documents: ScoreInputs,
        version: Literal["v1"] | None = None,
        **options: Unpack[ScoreKeywords],
    ) -> ScoreResponse: ...

    @overload
    def score(
        self,
        *,
        queries: ScoreInputs,
        items: ScoreInputs,
        version: Literal["v1"] | None = None,
        **options: Unpack[ScoreKeywords],
    ) -> ScoreResponse: ...

    @overload
    def score(
        self,
        *,
        text_1: ScoreInputs,
        text_2: ScoreInputs,
        version: Literal["v1"] | None = None,
        **options: Unpack[ScoreKeywords],
    ) -> ScoreResponse: ...

    @overload
    def score(
        self,
        *,
        data_1: ScoreInputs,
        data_2: ScoreInputs,
        version: Literal["v1"] | None = None,
        **options: Unpack[ScoreKeywords],
    ) -> ScoreResponse: ...

    def score(self, *, version: Literal["v1"] | None = None, **options: Any) -> Any:
        """Score the similarity of pairs of texts; without arguments, return a builder.

        One text is compared with each text of a list, or two lists of equal length item by item.

        Args:
            version: "v1" uses the route /v1/score, for gateways; the answer is the same. Default:
                /score.

        Raises:
            VllmError: The request failed.
        """
        if version is None and not options:
            from .pooling_builders import SyncScoreBuilder

            return SyncScoreBuilder(caller=self._caller)
        return self._caller.ask(partial(scoring.build_score, version=version), options)

    @overload
    def rerank(self) -> SyncRerankBuilder: ...

    @overload
    def rerank(
        self,
        *,
        query: ScoreInput,
        documents: ScoreInputs,
        version: Literal["v1", "v2"] | None = None,
        **options: Unpack[RerankKeywords],
    ) -> RerankResponse: ...

    def rerank(self, *, version: Literal["v1", "v2"] | None = None, **options: Any) -> Any:
        """Sort documents by their relevance to a query; without arguments, return a builder.

        The most relevant document is the first result.

        Args:
            version: "v1" and "v2" use the routes /v1/rerank and /v2/rerank, for gateways; the
                answer is the same. Default: /rerank.

        Raises:
            VllmError: The request failed.
        """
        if version is None and not options:
            from .pooling_builders import SyncRerankBuilder

            return SyncRerankBuilder(caller=self._caller)
        return self._caller.ask(partial(scoring.build_rerank, version=version), options)

    def generative_scoring(
        self,
        *,
        query: str | Sequence[int],
        items: Strings | Sequence[Sequence[int]],
        label_token_ids: Sequence[int],
        **options: Unpack[GenerativeScoringKeywords],
    ) -> ScoreResponse:
        """Score items with a generative model: the probability of the first label per item.

        Args:
            query: The text that each item is combined with, or its token ids.
            items: The items to score: texts or token ids.
            label_token_ids: The token ids of the labels; the score is the probability that the
                first label follows.

        Raises:
            VllmError: The request failed.
        """
        return self._caller.ask(
            scoring.build_generative_scoring,
            {
                "query": query,
                "items": items,
                "label_token_ids": label_token_ids,
                **with_hidden_headers(options),
            },
        )

    def systemone(
        self,
        *,
        state: Any,
        questions: Mapping[str, Question],
        **options: Unpack[SystemOneKeywords],
    ) -> StructuredDecisionResponse:
        """Answer questions with a generative model.

        Each answer is derived from the probabilities of a single token.

            client.systemone(
                state="It rains.",
                questions={"wet": {"type": "noul", "instructions": "Is it wet?"}},
            )

        Args:
            state: What the questions are about: a text or any JSON value.
            questions: The questions, by name.

        Raises:
            ApiError: With code 501 if the model is not supported, for example because a label of an
                answer is not a single token.
            VllmError: The request failed.
        """
        return self._caller.ask(
            systemone.build_systemone,
            {"state": state, "questions": questions, **with_hidden_headers(options)},
        )

    def decisions(
        self,
        *,
        model: str,
        input: str | Sequence[DecisionInputMessage],
        questions: Sequence[DecisionQuestion],
        **options: Unpack[DecisionsKeywords],
    ) -> DecisionsResponse:
        """Answer questions about a text with a generative model.

        Each answer is derived from the probabilities of a single token. This is `systemone` in
        the format of OpenAI; vLLM 0.33 and later.

            client.decisions(
                model="m",
                input="It rains.",
                questions=[{"type": "predicate", "instructions": "Is it wet?"}],
            )

        Args:
            model: The name of the model.
            input: The text, or messages.
            questions: The questions.

        Raises:
            ApiError: With code 501 if the model is not supported, for example because a label of an
                answer is not a single token.
            VllmError: The request failed.
        """
        return self._caller.ask(
            decisions.build_decisions,
            {
                "model": model,
                "input": input,
                "questions": questions,
                **with_hidden_headers(options),
            },
        )

    @overload
    def embed_v2(
        self, texts: Strings, **options: Unpack[EmbedV2Keywords]
    ) -> EmbedV2Response: ...

    @overload
    def embed_v2(
        self, *, images: Strings, **options: Unpack[EmbedV2Keywords]
    ) -> EmbedV2Response: ...

    @overload
    def embed_v2(
        self, *, inputs: Sequence[EmbedV2Input], **options: Unpack[EmbedV2Keywords]
    ) -> EmbedV2Response: ...

    def embed_v2(self, texts: Any = ABSENT, **options: Any) -> EmbedV2Response:
        """Return embeddings of texts, images or mixed inputs, in the format of Cohere (/v2/embed).

        Raises VllmError.
        """
        given = with_content("texts", texts, options)
        return self._caller.ask(embeddings.build_embed_v2, given)
