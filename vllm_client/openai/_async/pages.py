"""Lists of the API, which have a single page in vLLM."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Generic, NoReturn, Self, TypeVar

from .._models import BaseModel

T = TypeVar("T")


class AsyncPage(BaseModel, Generic[T]):
    """A page of a list. vLLM returns the whole list as one page."""

    data: list[T]
    object: str | None = None

    @classmethod
    def of(cls, page: Any, item: type[BaseModel]) -> Self:
        """Return the page of an answer, with its items converted to the class `item`."""
        data = [item._of(one) if type(one) is dict else one for one in page.data]
        return cls._of({**page.__dict__, "data": data})

    async def __aiter__(self) -> AsyncIterator[T]:  # type: ignore[override,unused-ignore]
        for item in self.data:
            yield item

    async def iter_pages(self) -> AsyncIterator[Self]:
        """Yield this page, which is the only one."""
        yield self

    def has_next_page(self) -> bool:
        """Return False: there is no next page."""
        return False

    def next_page_info(self) -> None:
        """Return None: there is no next page."""

    async def get_next_page(self) -> NoReturn:
        """Raise RuntimeError: there is no next page."""
        raise RuntimeError(
            "No next page expected; please check `.has_next_page()` before calling "
            "`.get_next_page()`."
        )
