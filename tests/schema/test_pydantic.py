"""Pydantic models: pydantic makes their schemas and reads them. Our schemas are compared with it.

The package never imports pydantic; the module of a model does.
"""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, NotRequired

import attrs
import pytest
from typing_extensions import TypedDict

pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")

from vllm_client.errors import ParseError, RequestError  # noqa: E402
from vllm_client.schema.types import shape_of, shape_of_arguments  # noqa: E402


class Line(pydantic.BaseModel):
    name: str
    price: float = pydantic.Field(gt=0, description="In euros.")


class Bill(pydantic.BaseModel):
    lines: list[Line]
    due: date | None = None


class Exact(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    due: date
    count: int


class Tree(pydantic.BaseModel):
    leaves: list["Tree"] = pydantic.Field(default_factory=list)


@attrs.frozen
class Order:
    bill: Bill
    tree: Tree


def test_a_model_has_the_schema_that_pydantic_makes() -> None:
    assert shape_of(Bill, "it").schema == Bill.model_json_schema()
    assert shape_of(Tree, "it").schema == Tree.model_json_schema()


def test_a_model_is_validated_by_pydantic() -> None:
    bill = {"lines": [{"name": "n", "price": "5"}], "due": "2026-01-31"}

    assert shape_of(Bill, "it").read(bill) == Bill.model_validate(bill)
    exact = shape_of(Exact, "it")
    assert exact.read({"due": "2026-01-31", "count": 1}).due == date(2026, 1, 31)
    with pytest.raises(ParseError, match=r"^\$: count: Input should be a valid integer$"):
        exact.read({"due": "2026-01-31", "count": "1"})


def test_models_can_be_fields_of_other_classes() -> None:
    shape = shape_of(Order, "it")
    value = {"bill": {"lines": [{"name": "n", "price": 1}]}, "tree": {"leaves": [{}]}}

    assert set(shape.schema["$defs"]) == {"Line", "Tree"}
    assert shape.read(value) == Order(Bill.model_validate(value["bill"]), Tree(leaves=[Tree()]))
    with pytest.raises(ParseError, match=r"^\$\.bill: lines\.0\.price: Input should be greater"):
        shape.read({**value, "bill": {"lines": [{"name": "n", "price": 0}]}})


def test_different_models_of_the_same_name_are_rejected() -> None:
    inner = pydantic.create_model("Line", other=(int, ...))
    outer = pydantic.create_model("Outer", inner=(inner, ...))

    with pytest.raises(RequestError, match="two different classes are named Line"):
        shape_of(tuple[Bill, outer], "it")  # type: ignore[valid-type]


def test_a_pydantic_field_describes_its_parameter() -> None:
    def f(city: Annotated[str, pydantic.Field(description="Where.")]) -> None: ...

    properties = shape_of_arguments(f, "f").schema["properties"]
    assert properties == {"city": {"type": "string", "description": "Where."}}


@pytest.mark.parametrize(
    "kind",
    [
        Annotated[int, pydantic.AfterValidator(abs)],
        list[Annotated[int, pydantic.BeforeValidator(int)]],
        Annotated[str, pydantic.StringConstraints(strip_whitespace=True)] | None,
        pydantic.Json[int],
    ],
)
def test_a_constraint_that_only_a_model_can_check_is_rejected(kind: Any) -> None:
    with pytest.raises(RequestError, match="it: only a pydantic model can check "):
        shape_of(kind, "it")


class Callback(pydantic.BaseModel):
    call: Callable[[int], int]


class Undefined(pydantic.BaseModel):
    a: "Nowhere"  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize("model", [Callback, Undefined])
def test_a_model_without_a_schema_is_rejected(model: Any) -> None:
    with pytest.raises(RequestError, match=f"it: {model.__name__} has no schema: ") as caught:
        shape_of(model, "it")

    assert "http" not in caught.value.message


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Broken(pydantic.BaseModel):
    a: int

    @pydantic.field_validator("a")
    @classmethod
    def refuse(cls, value: int) -> int:
        raise KeyError("nokey") if value else Speechless


def test_an_error_of_a_validator_concerns_the_whole_object() -> None:
    for value, reason in ((1, "KeyError: 'nokey'"), (0, "Speechless")):
        with pytest.raises(ParseError) as caught:
            shape_of(Broken, "it").read({"a": value})
        assert caught.value.message == f"$: {reason}"


@dataclasses.dataclass
class Plain:
    a: int
    b: list[float]
    c: dict[str, bool]
    d: Literal["x", "y"]
    e: str | None = None
    f: tuple[int, str] = (1, "")


class Typed(TypedDict):
    a: list[Plain]
    b: NotRequired[Plain | int]


@pytest.mark.parametrize(
    "kind", [Plain, Typed, list[Plain], Plain | None, tuple[int, ...], dict[str, Plain]]
)
def test_our_schemas_are_equivalent_to_those_of_pydantic(kind: Any) -> None:
    theirs = pydantic.TypeAdapter(kind).json_schema()

    assert _bare(shape_of(kind, "it").schema) == _bare(theirs)


def _bare(schema: Any) -> Any:
    """Remove titles, defaults and `additionalProperties: false`, which pydantic does not set."""
    if isinstance(schema, dict):
        left_out = {"title", "default", "additionalProperties"}
        if isinstance(schema.get("additionalProperties"), dict):
            left_out = {"title", "default"}
        return {name: _bare(value) for name, value in schema.items() if name not in left_out}
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    return schema


def test_the_package_does_not_import_pydantic() -> None:
    program = (
        "import sys, vllm_client.schema.types as f, vllm_client as v;"
        "f.shape_of(list[int], ''), [getattr(v, name) for name in v.__all__];"
        "print('pydantic' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "False"
