"""The keys of a JSON object: the fields of a class, or the parameters of a function."""

import dataclasses
import functools
from typing import Annotated, Any, NamedTuple, NotRequired, Required, TypedDict

import attrs
import pytest
from typing_extensions import Doc, ReadOnly

from vllm_client.schema.fields import (
    NOTHING,
    Field,
    description_of,
    fields_of,
    is_named_tuple,
    parameters_of,
    summary_of,
)


@attrs.define
class Attrs:
    """An attrs class."""

    plain: int
    _private: str
    renamed: str = attrs.field(alias="other")
    given: int = 3
    made: list[int] = attrs.field(factory=list)
    told: int = attrs.field(default=0, metadata={"description": "How many."})
    derived: int = attrs.field(init=False, default=1)


@dataclasses.dataclass
class Data:
    plain: int
    given: int = 3
    made: list[int] = dataclasses.field(default_factory=list)
    told: int = dataclasses.field(default=0, metadata={"description": "How many."})
    derived: int = dataclasses.field(init=False, default=1)


class Typed(TypedDict, total=False):
    maybe: int
    needed: Required[str]
    frozen: ReadOnly[Required[int]]


class TypedWhole(TypedDict):
    needed: int
    maybe: NotRequired[str]


def test_fields_of_an_attrs_class() -> None:
    assert fields_of(Attrs) == [
        Field("plain", int),
        Field("private", str),
        Field("other", str),
        Field("given", int, required=False, default=3),
        Field("made", list[int], required=False),
        Field("told", int, required=False, default=0, description="How many."),
    ]


def test_fields_of_a_dataclass() -> None:
    assert fields_of(Data) == [
        Field("plain", int),
        Field("given", int, required=False, default=3),
        Field("made", list[int], required=False),
        Field("told", int, required=False, default=0, description="How many."),
    ]


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (
            Typed,
            [Field("maybe", int, required=False), Field("needed", str), Field("frozen", int)],
        ),
        (TypedWhole, [Field("needed", int), Field("maybe", str, required=False)]),
    ],
)
def test_fields_of_a_typed_dict(cls: type, fields: list[Field]) -> None:
    assert fields_of(cls) == fields


def test_other_classes_have_no_fields() -> None:
    assert fields_of(int) is None


def test_a_required_init_var_is_rejected_by_name() -> None:
    @dataclasses.dataclass
    class Seeded:
        seed: dataclasses.InitVar[int]

    with pytest.raises(TypeError, match="its 'seed' is an InitVar"):
        fields_of(Seeded)


def test_parameters_are_described_by_the_docstring() -> None:
    def search(query: str, limit: int = 10, *, exact=False) -> None:  # type: ignore[no-untyped-def]
        """Search.

        Args:
            query: The words.
        """

    assert parameters_of(search) == [
        Field("query", str, description="The words."),
        Field("limit", int, required=False, default=10),
        Field("exact", Any, required=False, default=False),
    ]


def test_none_is_a_default() -> None:
    def search(query: str | None = None) -> None: ...

    (field,) = parameters_of(search)
    assert field.default is None
    assert field.default is not NOTHING


@pytest.mark.parametrize("parameter", ["*args", "**options", "a, /"])
def test_a_parameter_that_cannot_be_passed_by_keyword_is_rejected(parameter: str) -> None:
    scope: dict[str, Any] = {}
    exec(f"def function({parameter}): ...", scope)

    with pytest.raises(TypeError, match="cannot be passed by keyword"):
        parameters_of(scope["function"])


class Described:
    description = "Described."


@pytest.mark.parametrize(
    ("notes", "text"),
    [
        ([], ""),
        ([7, "words"], "words"),
        ([Doc("a Doc")], "a Doc"),
        ([Described()], "Described."),
        (["", Described()], "Described."),
    ],
)
def test_a_description_is_the_first_text_in_the_annotation(notes: list[Any], text: str) -> None:
    assert description_of(notes) == text


class Named(NamedTuple):
    plain: int
    given: str = "x"


def test_fields_of_a_named_tuple() -> None:
    assert fields_of(Named) == [
        Field("plain", int),
        Field("given", str, required=False, default="x"),
    ]
    assert summary_of(Named) == ""
    assert is_named_tuple(Named)
    assert not is_named_tuple(tuple)


def test_bound_parameters_of_a_partial_are_excluded() -> None:
    def search(query: str, limit: int, *, exact: bool = False) -> None: ...

    fields = parameters_of(functools.partial(search, "a", exact=True))

    assert fields == [Field("limit", int)]


def test_a_pydantic_field_is_not_the_default_itself() -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")
    said = pydantic.Field(default=5, ge=1)

    def search(
        given: int = said,
        needed: int = pydantic.Field(),
        made: list[int] = pydantic.Field(default_factory=list),  # noqa: B008
        own: Annotated[int, said] = 7,
        *,
        noted: Annotated[int, said],
        plain: Annotated[int, pydantic.Field(ge=1)],
    ) -> None: ...

    given, needed, made, own, noted, plain = parameters_of(search)

    assert (given.required, given.default, given.kind) == (False, 5, Annotated[int, said])
    assert (needed.required, needed.default, needed.make_default) == (True, NOTHING, None)
    assert (made.required, made.default) == (False, NOTHING)
    assert (own.required, own.default, own.make_default) == (False, 7, None)
    assert (noted.required, noted.default) == (False, 5)
    assert (plain.required, plain.make_default) == (True, None)
    assert [one.make_default and one.make_default() for one in (given, made, noted)] == [5, [], 5]


def test_a_summary_is_the_docstring_of_the_class_itself() -> None:
    class Heir(Attrs):
        pass

    assert summary_of(Attrs) == "An attrs class."
    assert summary_of(Data) == ""  # dataclasses generate a signature as the docstring
    assert summary_of(Heir) == ""


def test_hints_keep_annotated() -> None:
    def search(query: Annotated[str, "The words."]) -> None: ...

    assert parameters_of(search) == [Field("query", Annotated[str, "The words."])]
