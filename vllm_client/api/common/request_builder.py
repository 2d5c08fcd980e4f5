"""The steps that the chained builders share: those of all, and those of chat and completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Self

import attrs

from .options import Strings

# Options that may hold a key, or are one.
_SECRET = frozenset({"extra_headers", "extra_query", "extra_body", "cache_salt"})


def _shown(options: Mapping[str, Any]) -> str:
    return repr({name: value for name, value in options.items() if name not in _SECRET})


@attrs.frozen
class OptionsBuilder:
    """A request builder.

    Every method returns a new builder, so that an incomplete one is a template that tasks and
    threads can share.
    """

    _options: dict[str, Any] = attrs.field(alias="options", factory=dict, repr=_shown)

    def model(self, name: str) -> Self:
        """The model to use. Without one, vLLM takes the model that it serves."""
        return self._with(model=name)

    def extra(self, fields: Mapping[str, Any]) -> Self:
        """Further fields of the body, sent as they are. They win over options; the later wins."""
        earlier = self._options.get("extra_body") or {}
        return self._with(extra_body={**earlier, **fields})

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}: it is a request that "
                f"is not sent yet; send() sends it, and options({name}=…) is for options without "
                "a method of their own",
                name=name,
                obj=self,
            )

    def _with(self, **changes: Any) -> Self:
        return attrs.evolve(self, options={**self._options, **changes})


class RequestBuilder(OptionsBuilder):
    """The steps of chat and of text completions."""

    def temperature(self, temperature: float | None) -> Self:
        """How random the choice of tokens is: 0 takes the likeliest."""
        return self._with(temperature=temperature)

    def max_tokens(self, tokens: int | None) -> Self:
        """The most tokens to generate. Of text completions vLLM's default is 16."""
        return self._with(max_tokens=tokens)

    def top_p(self, p: float | None) -> Self:
        """Choose among the likeliest tokens that together have this probability."""
        return self._with(top_p=p)

    def top_k(self, k: int | None) -> Self:
        """Choose among so many of the likeliest tokens; 0 or -1 for all."""
        return self._with(top_k=k)

    def stream(self, enable: bool = True) -> Self:
        """Whether a stream is meant; it is opened by `send_stream()`."""
        return self._with(stream=enable)

    def stop(self, stop: str | Strings) -> Self:
        """Strings at which the text ends."""
        return self._with(stop=stop)

    def seed(self, seed: int | None) -> Self:
        """A number that makes the same request choose the same tokens."""
        return self._with(seed=seed)

    def n(self, n: int) -> Self:
        """How many answers to generate; of several prompts, for each."""
        return self._with(n=n)

    def _for_stream(self, wait: bool) -> dict[str, Any]:
        return self._options if wait else {**self._options, "wait": wait}
