# Generated from vllm_client/_async/resource.py by `python tests/tools/generate_sync.py`.
"""Attributes of a client that are created at each access, such as `client.embeddings`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    resource = property
else:

    class resource:  # noqa: N801  # used like `property`
        """A read-only property that IPython evaluates to complete keywords.

        Without jedi IPython evaluates `client.embeddings.create(` only if no part of it is a
        `property`, as the code of a property could have side effects.
        """

        def __init__(self, create: Callable[[Any], Any]) -> None:
            self._create = create
            self.__doc__ = create.__doc__

        def __get__(self, client: Any, kind: Any = None) -> Any:
            return self if client is None else self._create(client)

        def __set__(self, client: Any, value: object) -> NoReturn:
            raise AttributeError(f"{self._create.__name__} is read-only")
