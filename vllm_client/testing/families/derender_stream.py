"""The derender routes for streams: each request has one chunk and the state after the last one."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from attrs import frozen

from ..ids import new_id
from ..parsed_text import ParsedText
from ..request_checks import Refusal
from ..server_state import ServerState
from .answer_text import frame, parse, text_of, usage

Json = Mapping[str, Any]

_FIRST_STATE: Json = {
    "prev_tokens": [],
    "prefix_offset": 0,
    "read_offset": 0,
    "role_sent": False,
    "logprob_context_token_ids": [],
    "logprob_text_offset": 0,
    "output_token_ids": [],
    "output_chunk_lens": [],
    "tools_streamed": False,
    "last_tool_call_ids": [],
}
# The number of context tokens in the state.
_CONTEXT = 4


@frozen
class _Chunk:
    """A request for one chunk, and the server's state."""

    body: Json
    state: ServerState

    @property
    def carried(self) -> Json:
        return {**_FIRST_STATE, **(self.body.get("stream_state") or {})}

    @property
    def choice(self) -> Json | None:
        """The only choice; None in a chunk with usage only."""
        return next(iter(self.body["generate_chunk"]["choices"]), None)

    @property
    def ids(self) -> list[int]:
        """The tokens that this chunk adds."""
        return list((self.choice or {}).get("token_ids") or ())

    @property
    def context(self) -> list[int]:
        return [*self.carried["logprob_context_token_ids"], *self.ids][-_CONTEXT:]

    def frame(self, object: str) -> Json:
        return frame(self.body["generate_chunk"], object, self.body, self.state)

    def usage(self) -> Json | None:
        given = self.body["generate_chunk"].get("usage")
        if given is None:
            return None
        prompt, completion = self.body.get("prompt_tokens"), given.get("completion_tokens") or 0
        prompt = given.get("prompt_tokens") or 0 if prompt is None else prompt
        return usage(prompt, completion)

    def ends(self, reason: str | None) -> Json:
        """Return the fields that say why the choice ended, if it has."""
        return {
            "finish_reason": reason,
            "stop_reason": (self.choice or {}).get("stop_reason"),
        }

    def shown_ids(self, asked: str) -> list[int] | None:
        return self.ids if (self.body.get(asked) or {}).get("return_token_ids") else None


def chat_chunk(body: Json, state: ServerState) -> Json:
    """Return a chat chunk and the state after it."""
    chunk = _Chunk(body, state)
    if len(body["generate_chunk"]["choices"]) > 1:
        number = len(body["generate_chunk"]["choices"])
        raise Refusal(f"derender_chat_stream expects at most one choice per chunk (got {number}).")
    step = _parsed_step(chunk) if state.settings.dialect.parses else _plain_step(chunk)
    dialect = state.settings.dialect
    return {
        "chunk": {
            **chunk.frame("chat.completion.chunk"),
            "choices": [step.choice] if step.choice else [],
            "usage": chunk.usage(),
            "system_fingerprint": None,
            "prompt_token_ids": None,
            "prompt_text": None,
            "metrics": None,
            **dialect.transfer_params,
        },
        "stream_state": step.state,
    }


@frozen
class _Step:
    """The choice of a chunk, if it has one, and the state after it."""

    choice: Json | None
    state: Json


def _chat_choice(chunk: _Chunk, delta: Json, reason: str | None) -> Json:
    role = None if chunk.carried["role_sent"] else "assistant"
    return {
        "index": (chunk.choice or {})["index"],
        "delta": {"role": role, **delta},
        "logprobs": None,
        **chunk.ends(reason),
        "token_ids": chunk.shown_ids("chat_request"),
        **chunk.state.settings.dialect.weight_versions(None),
    }


def _plain_step(chunk: _Chunk) -> _Step:
    if chunk.choice is None:
        return _Step(None, chunk.carried)
    text = text_of(chunk.ids, chunk.state.vocabulary)
    choice = _chat_choice(
        chunk, {"content": text or None, "reasoning": None}, chunk.choice.get("finish_reason")
    )
    return _Step(choice, {**chunk.carried, **_plain_state(chunk), "role_sent": True})


def _plain_state(chunk: _Chunk) -> Json:
    """Return the state that vLLM needs to continue detokenizing: the last token."""
    tokens = chunk.state.vocabulary.tokens(chunk.ids)[-1:]
    return {
        "prev_tokens": tokens,
        "read_offset": len(tokens),
        "logprob_context_token_ids": chunk.context,
    }


def _parsed_step(chunk: _Chunk) -> _Step:
    """Parse all tokens so far again, because the parsers keep no state."""
    carried, choice = chunk.carried, chunk.choice
    if choice is None:
        return _Step(None, carried)
    ids = [*carried["output_token_ids"], *chunk.ids]
    asked = chunk.body["chat_request"]
    before, after = (
        parse(text_of(some, chunk.state.vocabulary), asked, chunk.state.settings.dialect)
        for some in (carried["output_token_ids"], ids)
    )
    known = [*carried["last_tool_call_ids"]]
    calls = list(_call_deltas(before, after, known))
    streamed = carried["tools_streamed"] or bool(calls)
    reason = choice.get("finish_reason")
    delta = {
        "content": after.content[len(before.content) :] or None,
        "reasoning": after.reasoning[len(before.reasoning) :] or None,
        **({"tool_calls": calls} if calls else {}),
    }
    state = {
        **carried,
        "role_sent": True,
        **_parsed_context(chunk),
        "output_token_ids": ids,
        "output_chunk_lens": [
            *carried["output_chunk_lens"],
            *([len(chunk.ids)] if chunk.ids else []),
        ],
        "tools_streamed": streamed,
        "last_tool_call_ids": known,
    }
    return _Step(_chat_choice(chunk, delta, "tool_calls" if reason and streamed else reason), state)


def _parsed_context(chunk: _Chunk) -> Json:
    """Return the token ids that the next chunk needs for log probabilities; none before 0.33."""
    newer = chunk.state.settings.dialect.since(0, 33)
    return {"logprob_context_token_ids": chunk.context} if newer else {}


def _call_deltas(before: ParsedText, after: ParsedText, known: list[str]) -> Iterator[Json]:
    """Yield new calls, whose ids are added to `known`, and new parts of arguments."""
    pairs: Sequence[tuple[Any, Any]] = list(zip_longest(before.calls, after.calls))
    for index, (old, new) in enumerate(pairs):
        if old is None:
            known.append(f"chatcmpl-tool-{new_id()}")
            yield _call(index, known[-1], "function", new[0], None)
        if gained := new[1][len(old[1]) if old else 0 :]:
            yield _call(index, None, None, None, gained)


def _call(
    index: int, id: str | None, type: str | None, name: str | None, arguments: str | None
) -> Json:
    function = {"name": name, "arguments": arguments}
    return {"id": id, "type": type, "index": index, "function": function}


def completion_chunk(body: Json, state: ServerState) -> Json:
    """Return a completion chunk and the state after it."""
    chunk = _Chunk(body, state)
    dialect = state.settings.dialect
    texts = [text_of(choice.get("token_ids") or (), state.vocabulary) for choice in _choices(body)]
    offset = chunk.carried["logprob_text_offset"] + sum(map(len, texts))
    return {
        "chunk": {
            **chunk.frame("text_completion"),
            "choices": [
                {
                    "index": choice["index"],
                    "text": text,
                    "logprobs": None,
                    **chunk.ends(choice.get("finish_reason")),
                    "prompt_token_ids": None,
                    "token_ids": chunk.shown_ids("completion_request"),
                    **dialect.weight_versions(None),
                }
                for choice, text in zip(_choices(body), texts, strict=True)
            ],
            "usage": chunk.usage(),
            "system_fingerprint": None,
            "metrics": None,
            **dialect.transfer_params,
        },
        "stream_state": {**chunk.carried, **_plain_state(chunk), "logprob_text_offset": offset},
    }


def _choices(body: Json) -> Sequence[Json]:
    return list(body["generate_chunk"]["choices"])
