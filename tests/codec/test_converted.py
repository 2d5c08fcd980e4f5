"""Fields whose JSON value may have several forms."""

from typing import Annotated

import attrs
import pytest

from vllm_client.codec.answer import Answer
from vllm_client.codec.answer_fields import CONTENT
from vllm_client.codec.converted import Converted
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError


def doubled(value: object) -> int:
    if isinstance(value, int):
        return 2 * value
    raise TypeError(f"expected a number, got {value!r}")


@attrs.frozen(repr=False)
class Odd(Answer):
    number: Annotated[int, Converted(doubled), "words"] = attrs.field(default=0, metadata=CONTENT)
    maybe: Annotated[int, Converted(doubled)] | None = attrs.field(default=None, metadata=CONTENT)
    plain: Annotated[int, "words"] = 0


def test_marked_field_is_converted_by_its_function() -> None:
    assert structure({"number": 1, "maybe": 2, "plain": 3}, Odd) == Odd(2, 4, 3)
    assert structure({"number": None, "maybe": None}, Odd) == Odd()


@pytest.mark.parametrize("name", ["number", "maybe"])
def test_error_of_the_function_has_the_path(name: str) -> None:
    with pytest.raises(ParseError, match=rf"^\$\.{name}: expected a number, got 'x'$"):
        structure({name: "x"}, Odd)
