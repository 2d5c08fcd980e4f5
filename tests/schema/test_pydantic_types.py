"""Types whose schemas are made and whose values are read by pydantic."""

from __future__ import annotations

import dataclasses
from math import inf, nan
from typing import Any

import pytest

pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")

from pydantic import Field  # noqa: E402

from vllm_client.errors import ParseError, RequestError  # noqa: E402
from vllm_client.schema.pydantic_types import PydanticType, is_finite  # noqa: E402
from vllm_client.schema.types import shape_of, shape_of_arguments  # noqa: E402


@pydantic.dataclasses.dataclass
class Account:
    number: int = Field(gt=0)
    name: str = Field(alias="fullName")
    limit: int = Field(5, description="How much.")


class Limits(pydantic.BaseModel):
    most: float = inf
    some: float = 1.5


@dataclasses.dataclass
class Plain:
    account: Account


class Odd:
    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        raise ValueError("no schema")


def test_a_pydantic_dataclass_is_handled_by_pydantic() -> None:
    shape = shape_of(Account, "it")

    assert shape.schema == pydantic.TypeAdapter(Account).json_schema()
    read = shape.read({"number": 1, "fullName": "x"})
    assert (read.number, read.name, read.limit) == (1, "x", 5)
    with pytest.raises(ParseError, match=r"^\$: number: Input should be greater than 0$"):
        shape.read({"number": 0, "fullName": "x"})


def test_a_pydantic_dataclass_as_a_field_of_another_class() -> None:
    shape = shape_of(Plain, "it")

    assert shape.read({"account": {"number": 1, "fullName": "x"}}).account.name == "x"
    assert shape.schema["properties"]["account"]["required"] == ["number", "fullName"]


def test_an_infinite_default_is_not_in_the_schema() -> None:
    properties = shape_of(Limits, "it").schema["properties"]

    assert "default" not in properties["most"]
    assert properties["some"]["default"] == 1.5
    assert shape_of(Limits, "it").read({}).most == inf


def test_a_class_without_a_schema_is_rejected() -> None:
    with pytest.raises(RequestError, match="it: Odd has no schema: no schema"):
        shape_of(Odd, "it")


def test_a_class_without_pydantic_hooks_is_not_handled_by_pydantic() -> None:
    assert PydanticType.of(int) is None
    assert PydanticType.of(Plain) is None
    assert PydanticType.of(list[int]) is None


@pytest.mark.parametrize(
    ("value", "finite"), [(1.5, True), (inf, False), (nan, False), ("inf", True), (None, True)]
)
def test_finite_values(value: Any, finite: bool) -> None:
    assert is_finite(value) is finite


def test_a_model_is_inlined_in_the_schema_of_a_tool() -> None:
    def pay(account: Account, limits: list[Limits] | None = None) -> None: ...

    schema = shape_of_arguments(pay, "pay").schema

    assert "$defs" not in schema
    assert schema["properties"]["account"]["type"] == "object"
    assert schema["properties"]["limits"]["anyOf"][0]["items"]["title"] == "Limits"
