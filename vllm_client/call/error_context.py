"""Add the request to an error, and remove secrets from it.

Every error of a call passes through `ErrorContext.named`. It is called by `Attempts` for errors
before a response is decoded or a stream begins, by the stream for later errors, and by
`RawResponse.json`.
"""

from __future__ import annotations

from typing import TypeVar

import attrs

from ..errors import VllmError
from ..http.secrets import without_secrets

E = TypeVar("E", bound=VllmError)


@attrs.frozen
class ErrorContext:
    """The request of an error, and the secrets to remove from the error."""

    method: str
    path: str
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)

    def named(self, error: E, request_ids: tuple[str, ...] = ()) -> E:
        """Add method, path and request ids to an error; remove secrets from it and its causes.

        Args:
            error: The error, which is modified and returned.
            request_ids: The ids of all attempts so far; empty to keep the ids that the error has.
        """
        error.of_request(self.method, self.path, request_ids)
        return without_secrets(error, self.secrets)
