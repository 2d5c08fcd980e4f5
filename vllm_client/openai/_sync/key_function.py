# Generated from vllm_client/openai/_async/key_function.py by `python tests/tools/generate_sync.py`.
"""A function as `api_key=`."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

from ... import VllmError
from ..._io.threads.api_key import check_key_function, key_from
from ...http.secrets import hidden
from ...http.timeouts import Deadline
from .._exceptions import OpenAIError

# The timeout of a call is applied by the vllm_client client, which calls this function.
_NO_LIMIT = Deadline(inf, "total", 0.0)


class KeyFunction:
    """The caller's function that returns API keys.

    Attributes:
        last_key: The last key that it returned; "" before the first call.

    Raises:
        OpenAIError: The function is async, and the client is not.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = hidden(function)
        self.last_key = ""
        try:
            check_key_function(self._function)
        except VllmError as error:
            raise OpenAIError(str(error)) from error

    def __call__(self) -> str:
        """Call the function. Raises what it raises, and VllmError if it returns no text."""
        self.last_key = key_from(self._function, _NO_LIMIT)
        return self.last_key


def checked_key(api_key: Any) -> Any:
    """Return a key as text whose repr does not show it, or a function as AsyncKeyFunction."""
    return KeyFunction(api_key) if callable(api_key) else hidden(api_key)
