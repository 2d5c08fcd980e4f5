"""Schemas of pooling requests, as in vLLM 0.32, with alternatives in vLLM's order."""

from collections.abc import Mapping
from typing import Any

from .body_kinds import (
    Fields,
    Kind,
    ListOf,
    Literal,
    Maybe,
    OneOf,
    Problem,
    Required,
    Text,
    Whole,
)
from .body_shapes import MESSAGE, PROMPTS


class _Conversations:
    """A sequence of conversations. Its error differs from that of other sequences."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        if isinstance(value, list | str):
            return ListOf(ListOf(MESSAGE), noun="sequence").read(value, where, problems)
        message = "Input should be an instance of Sequence"
        problems.append(Problem("is_instance_of", where, message, value, {"class": "Sequence"}))
        return value


_COMMON: Mapping[str, Kind] = {
    "model": Maybe(Text()),
    "request_id": Text(),
    "truncate_prompt_tokens": Maybe(Whole(least=-1)),
}
_FORMATS: Mapping[str, Kind] = {
    "encoding_format": Literal("float", "base64", "bytes", "bytes_only"),
    "embed_dtype": Literal("float32", "float16", "bfloat16", "fp8_e4m3", "fp8_e5m2"),
    "endianness": Literal("native", "big", "little"),
}
_EMBEDDING: Mapping[str, Kind] = {**_COMMON, **_FORMATS, "dimensions": Maybe(Whole())}
_MESSAGES = Required(ListOf(MESSAGE))
_SEVERAL = Required(ListOf(ListOf(MESSAGE), noun="sequence"))
EMBEDDING = OneOf(
    Fields({"input": Required(PROMPTS), **_EMBEDDING}),
    Fields({**_EMBEDDING, "messages": _MESSAGES}),
    Fields({**_EMBEDDING, "messages": _SEVERAL}),
    Fields({**_EMBEDDING, "messages": _MESSAGES}),
    Fields({"input": _MESSAGES, **_EMBEDDING, "messages": _SEVERAL}),
    Fields({"input": Required(_Conversations())}),
)

_TASKS = Literal(
    "embed", "classify", "token_embed", "token_classify", "plugin", "embed&token_classify"
)
_POOLING: Mapping[str, Kind] = {
    **_COMMON,
    **_FORMATS,
    "dimensions": Maybe(Whole()),
    "task": Maybe(_TASKS),
}
POOLING = OneOf(
    Fields({"input": Required(PROMPTS), **_POOLING}),
    Fields({"messages": _MESSAGES, **_POOLING}),
    Fields({"data": Required(), **_POOLING}),
)
CLASSIFY = OneOf(
    Fields({"input": Required(PROMPTS), **_COMMON}), Fields({"messages": _MESSAGES, **_COMMON})
)

_SCORED = OneOf(Text(), Fields({"content": Required()}, "ScoreMultiModalParam", plain=True))
_ALL_SCORED = Required(OneOf(*_SCORED.kinds, ListOf(_SCORED)))
SCORE = OneOf(
    *(
        Fields({one: _ALL_SCORED, other: _ALL_SCORED, **_COMMON})
        for one, other in (
            ("queries", "documents"),
            ("queries", "items"),
            ("data_1", "data_2"),
            ("text_1", "text_2"),
        )
    )
)
RERANK = Fields(
    {
        "query": Required(_SCORED),
        "documents": _ALL_SCORED,
        "top_n": Whole(least=0),
        **_COMMON,
    }
)

EMBED_V2 = Fields(
    {
        "model": Maybe(Text()),
        "input_type": Maybe(Text()),
        "texts": Maybe(ListOf(Text())),
        "output_dimension": Maybe(Whole()),
        "embedding_types": Maybe(ListOf(Literal("float", "binary", "ubinary", "base64"))),
    }
)
