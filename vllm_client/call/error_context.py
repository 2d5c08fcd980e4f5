"""The one place where an error is told its request and loses the request's secrets.

Every error that leaves a call passes here: from `Attempts` what fails before a response is decoded
or a stream has begun, from the stream what fails later, and from `RawResponse.json`.
"""

from __future__ import annotations

from typing import TypeVar

import attrs

from ..errors import VllmError
from ..http.secrets import without_secrets

E = TypeVar("E", bound=VllmError)


@attrs.frozen
class ErrorContext:
    """Which request an error belongs to, and the strings that it must not show."""

    method: str
    path: str
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)

    def named(self, error: E, request_ids: tuple[str, ...] = ()) -> E:
        """Add method, path and request ids to an error; remove the secrets from it and its causes.

        Args:
            error: the error, which is changed and returned.
            request_ids: of every attempt so far; empty keeps those that the error has.
        """
        error.of_request(self.method, self.path, request_ids)
        return without_secrets(error, self.secrets)
