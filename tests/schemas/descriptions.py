"""Limits and defaults, as the descriptions of options state them and as the schemas have them.

A description has its limits in the sentence "Range: …." and its default in "Default: ….".
"""

import ast
import importlib
import inspect
import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

INT64 = 2**63 - 1
"""Bounds of this size mean that the server keeps the number in 64 bits."""

LIMIT_PHRASE = re.compile(
    r"-?\d[\d.]* to -?\d|\bat (?:most|least) -?\d|\bup to -?\d|-?\d+ or (?:more|less)\b"
)
"""Wordings of a limit, which belong into the sentence "Range: …."."""


def bases(typed_dict: Any) -> Iterator[Any]:
    """A TypedDict and those that it was made from, which it forgets at run time."""
    yield typed_dict
    module = importlib.import_module(typed_dict.__module__)
    for base in _definition(typed_dict).bases:
        found = eval(ast.unparse(base), vars(module))
        if typing.is_typeddict(found):
            yield from bases(found)


def descriptions(typed_dict: Any) -> dict[str, str]:
    """The text below each key of a TypedDict."""
    return {
        key.target.id: inspect.cleandoc(ast.literal_eval(text.value)).replace("\n", " ")
        for base in bases(typed_dict)
        for key, text in _pairs(_definition(base).body)
    }


def _definition(typed_dict: Any) -> ast.ClassDef:
    tree = ast.parse(inspect.getsource(importlib.import_module(typed_dict.__module__)))
    (found,) = (
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == typed_dict.__name__
    )
    return found


def _pairs(body: list[ast.stmt]) -> Iterator[tuple[Any, Any]]:
    for key, text in pairwise(body):
        if isinstance(key, ast.AnnAssign):
            assert isinstance(text, ast.Expr), ast.unparse(key)
            yield key, text


def stated_range(description: str) -> str | None:
    """The limits that a description states, such as "1 to 128 characters"."""
    found = re.search(r"Range: (.*?)\.(?=\s|$)", description)
    return found and found[1]


def stated_default(description: str) -> str | None:
    """The default that a description states, with all that it says of it."""
    found = re.search(r"Default: (.*)$", description)
    return found and found[1].removesuffix(".")


def loose_limits(description: str) -> list[str]:
    """Limits that a description mentions outside of its range."""
    return LIMIT_PHRASE.findall(re.sub(r"Range: (.*?)\.(?=\s|$)", "", description))


def range_of(schema: Mapping[str, Any]) -> str | None:
    """The limits of a schema, as a description states them; None where there are none."""
    texts = [*_texts(schema)]
    texts += [text for each in schema.get("anyOf", ()) if (text := range_of(each))]
    return ", ".join(texts) or None


def _texts(schema: Mapping[str, Any]) -> Iterator[str]:
    units = (("minimum", "maximum", ""), ("minLength", "maxLength", " characters"))
    for lower, upper, unit in (*units, ("minItems", "maxItems", " items")):
        if text := _between(schema.get(lower), schema.get(upper)):
            yield text + unit
    for keyword, words in (("exclusiveMinimum", "above"), ("exclusiveMaximum", "below")):
        if keyword in schema:
            yield f"{words} {schema[keyword]:g}"


def _between(lower: float | None, upper: float | None) -> str | None:
    low, high = (
        None if end is None or abs(end) >= INT64 else _digits(end) for end in (lower, upper)
    )
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"{low} or more"
    return None if high is None else f"up to {high}"


def _digits(number: float) -> str:
    """The number without an exponent, which `g` gives to those of more than six digits."""
    return str(int(number)) if number == int(number) else f"{number:g}"


def plain_defaults(schemas: Iterable[Mapping[str, Any]]) -> set[str]:
    """The defaults of schemas that are neither lists nor objects, as descriptions write them."""
    values = [schema["default"] for schema in schemas if "default" in schema]
    return {_literal(value) for value in values if not isinstance(value, list | dict)}


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def agrees(stated: str | None, defaults: set[str]) -> bool:
    """Whether a stated default begins with the only default, or mentions each of several."""
    begins = [re.match(rf"{re.escape(each)}(?![\w.])", stated or "") for each in defaults]
    mentions = [re.search(rf"(?<!\w){re.escape(each)}(?!\w)", stated or "") for each in defaults]
    return all(begins if len(defaults) == 1 else mentions)
