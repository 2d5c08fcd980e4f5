"""The JSON names of fields, current and earlier, and which fields are content."""

import attrs
import pytest

from vllm_client.codec.answer import Answer
from vllm_client.codec.answer_fields import (
    CONTENT,
    EARLIER_NAME,
    earlier_names,
    is_content,
    is_optional,
    json_fields,
    with_new_names,
)


@attrs.frozen(repr=False)
class Sized(Answer):
    _name: str
    size: int = attrs.field(default=0, metadata={EARLIER_NAME: "length"})


def test_fields_are_found_by_their_json_names() -> None:
    fields = json_fields(Sized)

    assert {name: field.name for name, field in fields.items()} == {"name": "_name", "size": "size"}
    assert earlier_names(Sized) == {"length": "size"}


@pytest.mark.parametrize(
    ("value", "renamed"),
    [
        ({"name": "a"}, {"name": "a"}),
        ({"length": 1}, {"size": 1}),
        ({"length": 1, "size": 2}, {"size": 2}),
        ({"length": 1, "size": 0}, {"size": 1}),
        ({"length": None, "size": 2}, {"length": None, "size": 2}),
    ],
)
def test_earlier_names_of_keys_are_replaced(
    value: dict[str, object], renamed: dict[str, object]
) -> None:
    before = dict(value)

    assert with_new_names(value, {"length": "size"}) == renamed
    assert value == before


@attrs.frozen(repr=False)
class Text(Answer):
    text: str = attrs.field(default="", metadata=CONTENT)
    index: int = 0
    count: int = attrs.field(kw_only=True)


def test_only_metadata_with_a_default_is_optional() -> None:
    fields = json_fields(Text)

    assert [name for name, field in fields.items() if is_content(field)] == ["text"]
    assert [name for name, field in fields.items() if is_optional(field)] == ["index"]
