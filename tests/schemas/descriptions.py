"""Extract limits and defaults from the descriptions of options, and from schemas.

A description states its limits in a sentence "Range: …." and its default in "Default: ….".
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
"""Bounds of this size only mean that the server stores the number in 64 bits."""

LIMIT_PHRASE = re.compile(
    r"-?\d[\d.]* to -?\d|\bat (?:most|least) -?\d|\bup to -?\d|-?\d+ or (?:more|less)\b"
)
"""Phrases that state a limit. They must be in the sentence "Range: …."."""


def bases(typed_dict: Any) -> Iterator[Any]:
    """Yield a TypedDict and its bases, which it does not have at run time."""
    yield typed_dict
    module = importlib.import_module(typed_dict.__module__)
    for base in _definition(typed_dict).bases:
        found = eval(ast.unparse(base), vars(module))
        if typing.is_typeddict(found):
            yield from bases(found)


def descriptions(typed_dict: Any) -> dict[str, str]:
    """Return the description below each key of a TypedDict, without line breaks."""
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
    """Return the limits that a description states, such as "1 to 128 characters"."""
    found = re.search(r"Range: (.*?)\.(?=\s|$)", description)
    return found and found[1]


def stated_default(description: str) -> str | None:
    """Return the default that a description states, with the rest of that sentence."""
    found = re.search(r"Default: (.*)$", description)
    return found and found[1].removesuffix(".")


def loose_limits(description: str) -> list[str]:
    """Return limits that a description states outside of its range sentence."""
    return LIMIT_PHRASE.findall(re.sub(r"Range: (.*?)\.(?=\s|$)", "", description))


def range_of(schema: Mapping[str, Any]) -> str | None:
    """Format the limits of a schema as in a description; return None if there are none."""
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
    """Format a number without an exponent, which `g` uses for more than six digits."""
    return str(int(number)) if number == int(number) else f"{number:g}"


def plain_defaults(schemas: Iterable[Mapping[str, Any]]) -> set[str]:
    """Format the defaults of schemas as in descriptions, except for lists and objects."""
    values = [schema["default"] for schema in schemas if "default" in schema]
    return {_literal(value) for value in values if not isinstance(value, list | dict)}


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def agrees(stated: str | None, defaults: set[str]) -> bool:
    """Return whether a stated default begins with the only default, or mentions all of several."""
    begins = [re.match(rf"{re.escape(each)}(?![\w.])", stated or "") for each in defaults]
    mentions = [re.search(rf"(?<!\w){re.escape(each)}(?!\w)", stated or "") for each in defaults]
    return all(begins if len(defaults) == 1 else mentions)
