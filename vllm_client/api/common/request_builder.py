"""Base classes of the chained builders: of all, and of those of chat and text completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Self

import attrs

from .options import Strings

# Options that may contain a secret. The repr of a builder leaves them out.
_SECRET = frozenset({"extra_headers", "extra_query", "extra_body", "cache_salt"})


def _shown(options: Mapping[str, Any]) -> str:
    return repr({name: value for name, value in options.items() if name not in _SECRET})


@attrs.frozen
class OptionsBuilder:
    """Builder of a request. It is immutable: each method returns a new builder.

    A partly built request can be used as a template, and shared between tasks and threads.
    """

    _options: dict[str, Any] = attrs.field(alias="options", factory=dict, repr=_shown)

    def model(self, name: str) -> Self:
        """Set the model.

        Args:
            name: The name of a served model or LoRA adapter. By default vLLM uses the served model.
        """
        return self._with(model=name)

    def extra(self, fields: Mapping[str, Any]) -> Self:
        """Add fields to the body.

        Args:
            fields: Fields that are sent unchanged. They override options of the same name, and
                fields of earlier calls.
        """
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
    """Builder of a request for a chat or a text completion."""

    def temperature(self, temperature: float | None) -> Self:
        """Set the randomness of the sampling.

        Args:
            temperature: 0 always picks the most probable token; None for the server's default.
        """
        return self._with(temperature=temperature)

    def max_tokens(self, tokens: int | None) -> Self:
        """Limit the length of the answer.

        Args:
            tokens: Max tokens to generate; None for the server's default, which is 16 for text
                completions.
        """
        return self._with(max_tokens=tokens)

    def top_p(self, p: float | None) -> Self:
        """Sample only from the most probable tokens, up to a total probability.

        Args:
            p: The total probability, above 0 and up to 1; None for the server's default.
        """
        return self._with(top_p=p)

    def top_k(self, k: int | None) -> Self:
        """Sample only from a number of the most probable tokens.

        Args:
            k: How many tokens; 0 or -1 for all, None for the server's default.
        """
        return self._with(top_k=k)

    def stream(self, enable: bool = True) -> Self:
        """Set whether the request is for a stream, which `send_stream()` opens.

        Args:
            enable: Whether the request is for a stream.
        """
        return self._with(stream=enable)

    def stop(self, stop: str | Strings) -> Self:
        """Set strings that end the text.

        Args:
            stop: One stop string or several; they are not part of the text.
        """
        return self._with(stop=stop)

    def seed(self, seed: int | None) -> Self:
        """Make the sampling repeatable.

        Args:
            seed: The seed of the random generator; None for a random one.
        """
        return self._with(seed=seed)

    def n(self, n: int) -> Self:
        """Set the number of answers.

        Args:
            n: How many answers to generate, for each prompt.
        """
        return self._with(n=n)

    def _for_stream(self, wait: bool) -> dict[str, Any]:
        return self._options if wait else {**self._options, "wait": wait}
