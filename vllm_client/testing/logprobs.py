"""Invented log probabilities in vLLM's format: the chosen token first, then alternatives.

`rivals` is the number of alternatives that the request asks for.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from .tokenizer import Tokenizer

Json = dict[str, Any]

_CHOSEN = -0.0009765625
_RIVALS = (" the", " a", " and", " of", " to")


def chat_logprobs(request: Mapping[str, Any], tokens: Sequence[str]) -> Json | None:
    """Return chat's `logprobs` of these tokens; None if they were not requested."""
    if not request.get("logprobs"):
        return None
    rivals = request.get("top_logprobs") or 0
    return {"content": [_chat_token(token, rivals) for token in tokens]}


def _chat_token(token: str, rivals: int) -> Json:
    top = [_named(name, number) for name, number in _ranked(token, rivals)]
    return {**_named(token, _CHOSEN), "top_logprobs": top}


def _named(token: str, logprob: float) -> Json:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8", "replace"))}


def response_logprobs(tokens: Sequence[str], rivals: int) -> list[Json]:
    """Return the log probabilities of the text of a response."""
    return [_in_response(token, rivals) for token in tokens]


def _in_response(token: str, rivals: int) -> Json:
    top = [_with_bytes(name, number) for name, number in _ranked(token, rivals)]
    return {**_with_bytes(token, _CHOSEN), "top_logprobs": top}


def _with_bytes(token: str, logprob: float) -> Json:
    return {"token": token, "bytes": list(token.encode("utf-8", "replace")), "logprob": logprob}


def streamed_logprobs(token: str, rivals: int) -> list[Json]:
    """Return the log probabilities of a delta of a response. They have no `bytes`."""
    top = [{"token": name, "logprob": number} for name, number in _ranked(token, rivals)]
    return [{"token": token, "logprob": _CHOSEN, "top_logprobs": top}]


def token_logprobs(tokens: Sequence[str], rivals: int, vocabulary: Tokenizer) -> Json:
    """Return log probabilities that name tokens by their ids only."""
    return {"content": [_numbered(token, rivals, vocabulary) for token in tokens]}


def _numbered(token: str, rivals: int, vocabulary: Tokenizer) -> Json:
    ranked = _ranked(token, max(rivals, 1))
    ids = vocabulary.encode(name for name, _ in ranked)
    top = [
        {"token_id": id, "logprob": logprob, "rank": rank + 1}
        for rank, (id, (_, logprob)) in enumerate(zip(ids, ranked, strict=True))
    ]
    return {**top[0], "top_logprobs": top[:rivals]}


def completion_logprobs(
    request: Mapping[str, Any], tokens: Sequence[str], offset: int
) -> Json | None:
    """Return completions' `logprobs`; None if not requested. The first token is at `offset`."""
    rivals = request.get("logprobs")
    if rivals is None:
        return None
    lengths = accumulate((len(token) for token in tokens[:-1]), initial=offset)
    return {
        "text_offset": list(lengths),
        "token_logprobs": [_CHOSEN] * len(tokens),
        "tokens": list(tokens),
        "top_logprobs": [dict(_ranked(token, rivals)) for token in tokens],
    }


def _ranked(token: str, most: int) -> list[tuple[str, float]]:
    """Return the token and then alternatives, `most` in total."""
    names = [token, *(rival for rival in _RIVALS if rival != token)]
    return [(name, _CHOSEN * 4096**rank) for rank, name in enumerate(names[:most])]
