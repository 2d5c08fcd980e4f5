# Generated from vllm_client/_async/pooling.py by `python tests/tools/generate_sync.py`.
"""The calls that give scores, classes and the like, which live on the client itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, overload

from typing_extensions import Unpack

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


@shows_keywords
class SyncPoolingCalls:
    """`client.pooling`, `client.classify`, `client.score`, `client.rerank` and their like."""

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
        """What the model's pooler makes of texts, token ids or a chat; or a plugin of `data`.

        Numbers travel as text unless `encoding_format` says otherwise: "bytes" is smaller, and
        tells the rows of tasks that look at each token. Raises VllmError.
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
        """Without arguments: a builder. With them: the class of each text, or of a chat.

        Raises VllmError.
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
        """Without keywords: a builder. With them: how well texts fit, one with each of many, or
        the first with the first and so on.

        version: "v1" asks at /v1/score, for gateways; the answer is the same. Raises VllmError.
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
        """Without keywords: a builder. With them: the documents by how well they answer the query,
        the best first.

        version: "v1" and "v2" ask at /v1/rerank and /v2/rerank, for gateways; the answer is the
        same. Raises VllmError.
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
        """Of a model that generates: how probable the first label is after query and item, for
        each item. Raises VllmError.
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
        """Of a model that generates: answers to questions about `state` (text, or what JSON can
        say), each read off the probabilities of a single token.

            client.systemone(
                state="It rains.",
                questions={"wet": {"type": "noul", "instructions": "Is it wet?"}},
            )

        Raises VllmError; an ApiError of 501 for models whose tokens do not suit.
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
        """Answers to questions about a text, each read off the probabilities of a single token of a
        model that generates. The same as `systemone`, in OpenAI's form; vLLM 0.33 and later.

            client.decisions(
                model="m",
                input="It rains.",
                questions=[{"type": "predicate", "instructions": "Is it wet?"}],
            )

        Raises VllmError; an ApiError of 501 for models whose tokens do not suit.
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
        """Embeddings of texts, of images (as URLs), or of inputs that mix them, by /v2/embed, which
        has Cohere's form. Raises VllmError.
        """
        given = with_content("texts", texts, options)
        return self._caller.ask(embeddings.build_embed_v2, given)
