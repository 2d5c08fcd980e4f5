"""JSON values into answer classes: the one cattrs converter.

Content is strict about types (`"1"` is no int); an odd value of metadata goes to `unknown_fields`.
Generous about keys: unknown ones are kept. Errors say where.
A value is first read the quick way (quick_decoder.py), and again in detail if that fails.
"""

# `_hook_by_type` chooses among classes by their `type` field. `configure_tagged_union` and
# `include_subclasses` of cattrs 26.2 were tried in its place. An event of a recorded stream takes
# as long either way: 19.3 to 19.7 us with them, 19.9 and 20.9 us without (Responses), 11.4 to 12.1
# and 13.1 to 15.0 us (Messages; medians of five runs, CPU time). The first four streams of a
# process take 70 or 219 ms instead of 20 ms, because cattrs prepares all classes at once, and for
# writing too. It also remembers every unknown `type` that a server sends, and loses the place
# where the value is no object or its `type` is a list; to check for that takes as much code again.

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args

from cattrs import Converter
from cattrs.cols import list_structure_factory
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, mapping_structure_factory, override

from ..errors import ParseError
from .answer import Answer, Kinds, json_fields, with_new_names
from .converted import Converted
from .quick_decoder import SCALARS, FieldReaders, Hook, accepted_types, converted, quick_hook
from .tensor import Tensor

T = TypeVar("T")


def structure(value: Any, cls: type[T]) -> T:
    """The value as an instance of `cls`. Raises ParseError that says where it does not fit."""
    try:
        answer: T = _quick_reader(cls)(value, cls)  # type: ignore[arg-type]  # classes are hashable
        return answer
    except Exception as error:  # cattrs lets through whatever a hook raises
        where, reason = first_place(_detailed(value, cls, error))
        raise ParseError(f"{where}: {reason}", where) from error


@cache
def _quick_reader(cls: type[Any]) -> Hook:
    return _converter(detailed=False).get_structure_hook(cls)


def _detailed(value: Any, cls: type[Any], error: Exception) -> Exception:
    """Convert once more, slowly, to learn where it failed."""
    try:
        _converter(detailed=True).structure(value, cls)
    except Exception as detailed:
        error = detailed
    return error


def first_place(error: BaseException) -> tuple[str, str]:
    """Where a value first does not fit, like `$.choices[0].index`, and why."""
    where = "$"
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
        where += "".join(_step(note) for note in getattr(error, "__notes__", ()))
    missing = error.args[0] if isinstance(error, KeyError) and error.args else None
    if missing is not None:
        return f"{where}.{missing}" if not where.endswith(f".{missing}") else where, "missing"
    return where, str(error)


def _step(note: AttributeValidationNote | IterableValidationNote) -> str:
    if isinstance(note, AttributeValidationNote):
        return f".{note.name.lstrip('_')}"
    return f"[{note.index!r}]"


@cache
def _converter(detailed: bool) -> Converter:
    converter = Converter(detailed_validation=detailed)
    for scalar, accepted in SCALARS.items():
        converter.register_structure_hook(scalar, _scalar_hook(accepted))
    converter.register_structure_hook(Tensor, lambda value, _: Tensor.of_json(value))
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, UnionType), lambda kind: _union_hook(kind, converter)
    )
    converter.register_structure_hook_factory(
        lambda kind: _conversion(kind) is not None,
        lambda kind: _conversion(kind) or converter.get_structure_hook(kind),
    )
    _check_container(converter, list, list_structure_factory)
    _check_container(converter, dict, mapping_structure_factory)
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, type) and issubclass(kind, Answer),
        lambda kind: _hook_by_type(
            kind, (_detailed_hook if detailed else quick_hook)(kind, converter), converter
        ),
    )
    return converter


def _conversion(kind: Any) -> Hook | None:
    for note in getattr(kind, "__metadata__", ()):
        if isinstance(note, Converted):
            return lambda value, _: note.convert(value)
    return None


def _hook_by_type(cls: type[Answer], read: Hook, converter: Converter) -> Hook:
    """Reads an answer as that of the class's KINDS which its `type` names; else as the class."""
    kinds: Kinds | None = vars(cls).get("KINDS")
    if kinds is None:
        return read
    reader_of = cache(converter.get_structure_hook)

    def read_kind(value: Any, _: Any) -> Any:
        kind = kinds.get(str(value.get("type"))) if type(value) is dict else None
        if kind is None:
            return read(value, cls)
        return reader_of(kind)(value, kind)  # type: ignore[arg-type]  # classes are hashable

    return read_kind


def _union_hook(kind: UnionType, converter: Converter) -> Hook:
    """For scalars, or for one class or container, with or without null."""
    accepted = accepted_types(kind)
    if accepted is not None:
        return _scalar_hook(accepted)
    (only,) = (part for part in get_args(kind) if part is not NoneType)
    read = converter.get_structure_hook(only)
    return lambda value, _: None if value is None else read(value, only)


def _scalar_hook(accepted: tuple[type, ...]) -> Hook:
    """What takes values of just these types, as they are."""
    names = " or ".join(kind.__name__ for kind in accepted if kind is not NoneType)

    def check(value: Any, _: Any) -> Any:
        if type(value) in accepted:
            return value
        raise TypeError(f"expected {names}, got {value!r:.80}")

    return check


def _check_container(
    converter: Converter, container: type, factory: Callable[[Any, Converter], Any]
) -> None:
    """cattrs takes any iterable for a list, so that "abc" would be one of three strings."""

    def hook(kind: Any) -> Hook:
        read = factory(kind, converter)
        name = "an array" if container is list else "an object"

        def check(value: Any, kind: Any) -> Any:
            if type(value) is not container:
                raise TypeError(f"expected {name}, got {value!r:.80}")
            return read(value, kind)

        return check

    converter.register_structure_hook_factory(
        lambda kind: getattr(kind, "__origin__", None) is container, hook
    )


def _detailed_hook(cls: type[Answer], converter: Converter) -> Hook:
    """Reads an answer with cattrs, which tells where it does not fit."""

    @cache
    def fields_of() -> FieldReaders:  # later than the hook is made, since a class may hold itself
        return FieldReaders.of(cls, converter)

    @cache
    def make() -> Callable[[Any, Any], Any]:
        overrides: Any = {
            field.name: override(struct_hook=hook)
            for name, field in json_fields(cls).items()
            if (hook := _hook_of_metadata(fields_of(), name)) is not None
        }
        return make_dict_structure_fn(
            cls,
            converter,
            _cattrs_use_alias=True,
            unknown_fields=override(omit=True),
            **overrides,
        )

    def read(value: Any, _: Any) -> Answer:
        if type(value) is not dict:
            raise TypeError(f"expected an object, got {value!r:.80}")
        fields = fields_of()
        given = {name: item for name, item in value.items() if item is not None}
        given = with_new_names(given, fields.earlier)
        named, unknown = _sorted_out(given, fields)
        answer: Answer = make()(named, cls)
        answer.unknown_fields.update(unknown)
        return answer

    return read


def _sorted_out(
    given: dict[str, Any], fields: FieldReaders
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that the class has, the optional ones decoded; and the unknown and odd ones."""
    named: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, item in given.items():
        if item == "" and name in fields.never_empty:
            continue
        if name not in fields.scalars and name not in fields.others:
            unknown[name] = item
        elif name not in fields.optional:
            named[name] = item
        else:
            try:
                named[name] = _metadata(fields, name, item)
            except Exception:  # cattrs lets through whatever a hook raises
                unknown[name] = item
    return named, unknown


def _metadata(fields: FieldReaders, name: str, item: Any) -> Any:
    """The value of a field that is no content."""
    if name in fields.others:
        hook, kind = fields.others[name]
        return hook(item, kind)
    accepted = fields.scalars[name]
    return item if type(item) in accepted else converted(item, accepted)


def _hook_of_metadata(fields: FieldReaders, name: str) -> Hook | None:
    """The hook of a field that is not read just by its type: it is decoded already, or a number."""
    if name in fields.optional:
        return lambda value, _: value
    if name in fields.content or name in fields.others:
        return None
    accepted = fields.scalars[name]
    check = _scalar_hook(accepted)

    def read(value: Any, kind: Any) -> Any:
        try:
            return converted(value, accepted)
        except TypeError:
            return check(value, kind)

    return read
