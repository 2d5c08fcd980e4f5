"""Find the names, types, defaults and descriptions of a method's keywords.

They are read from the TypedDict of the keywords: types from its annotations, descriptions from the
strings below them in the source, and defaults from the sentence "Default: …." of a description.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, reduce
from inspect import Parameter, Signature, formatannotation
from operator import or_
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, Literal, get_args, get_origin, get_overloads, get_type_hints

from typing_extensions import Unpack

WIDTH = 92
"""Columns of a line of `help()`, without its own indentation."""


class Default:
    """A default that is described in words, which are its repr: `<the model's>`."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"<{self.text}>"


@cache
def signature_of(function: FunctionType) -> Signature:
    """Return the signature of a method, with the keywords of all its overloads."""
    forms = _forms(function)
    found: dict[str, list[Parameter]] = {}
    for parameters_of in (_named_parameters, _keyword_parameters):
        for form in forms:
            for parameter in parameters_of(form):
                found.setdefault(parameter.name, []).append(parameter)
    merged = (_merged(same, everywhere=len(same) == len(forms)) for same in found.values())
    returned = _union(_hints(form)["return"] for form in forms)
    return Signature(
        sorted(merged, key=lambda parameter: parameter.kind), return_annotation=returned
    )


def docstring_of(subject: FunctionType | type, written: str) -> str:
    """Return the docstring `written` of a method or TypedDict, with its keywords appended."""
    if isinstance(subject, FunctionType):
        title, described = "Keyword Args", _described_keywords(subject)
    else:
        title, described = "Keys", descriptions_of(subject)
    if not described:
        return written
    section = "\n".join([f"{title}:", *map(_entry, described, described.values())])
    return f"{inspect.cleandoc(written)}\n\n{section}"


@cache
def descriptions_of(keywords: type) -> dict[str, str]:
    """Return the descriptions of a TypedDict by key, those of its base classes first.

    The dict is empty if the source is missing.
    """
    module = sys.modules[keywords.__module__]
    found: dict[str, str] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.ClassDef) and node.name == keywords.__name__:
            for base in map(ast.unparse, node.bases):
                if isinstance(kind := vars(module).get(base), type):
                    found |= descriptions_of(kind)
            found |= _own_descriptions(node)
    return found


def _own_descriptions(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in zip(node.body, node.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(ast.Constant(str(words))):
                yield name, " ".join(words.split())


def _described_keywords(function: FunctionType) -> dict[str, str]:
    found: dict[str, str] = {}
    for form in _forms(function):
        for keywords in _keyword_dicts(form):
            found |= descriptions_of(keywords)
    return found


def _entry(name: str, description: str) -> str:
    text = f"{name}: {description}"
    return textwrap.fill(text, WIDTH, initial_indent="    ", subsequent_indent="        ")


def _forms(function: FunctionType) -> Sequence[Any]:
    """The overloads of a function, or the function itself."""
    return get_overloads(function) or [function]


def _keyword_dicts(function: Any) -> Iterator[type]:
    """Yield the TypedDict that the function unpacks into keywords, if there is one."""
    for hint in _hints(function).values():
        if get_origin(hint) is Unpack:
            yield get_args(hint)[0]


def _named_parameters(function: Any) -> Iterator[Parameter]:
    """Yield the parameters of a function, except the keywords of a TypedDict."""
    hints = _hints(function)
    for name, parameter in inspect.signature(_undecorated(function)).parameters.items():
        hint = hints.get(name, Parameter.empty)
        if get_origin(hint) is not Unpack:
            yield parameter.replace(annotation=hint)


def _undecorated(function: Any) -> FunctionType:
    """Return the function without the signature that a decorator set."""
    made = FunctionType(function.__code__, {}, None, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _keyword_parameters(function: Any) -> Iterator[Parameter]:
    """Yield the keys of the function's TypedDict as parameters. Required ones have no default."""
    for keywords in _keyword_dicts(function):
        descriptions = descriptions_of(keywords)
        for name, hint in get_type_hints(keywords).items():
            required = name in vars(keywords)["__required_keys__"]
            default = Parameter.empty if required else default_in(descriptions.get(name, ""))
            yield Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def default_in(description: str) -> Any:
    """Return the default that a description states: a Python value, else a Default."""
    found = re.search(r"\bDefault: (.+?)(?:\. (?=[A-Z])|\.?$)", description)
    text = found[1] if found else "not given"
    if text == "none":
        return None
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return Default(text)


def _merged(same: Sequence[Parameter], *, everywhere: bool) -> Parameter:
    """Merge the same parameter of several overloads; it is optional if an overload lacks it."""
    kind = min(each.kind for each in same)
    required = everywhere or kind is Parameter.VAR_KEYWORD  # which has no default
    defaults = [each.default for each in same if each.default is not Parameter.empty]
    return same[0].replace(
        kind=kind,
        default=defaults[0] if defaults else Parameter.empty if required else None,
        annotation=_union(each.annotation for each in same),
    )


def _union(hints: Iterable[Any]) -> Any:
    """Return the union of types. Literals are merged, and Literal[True, False] becomes bool.

    It is a string if one of the types could not be evaluated.
    """
    found = list(dict.fromkeys(hints))
    literals = [hint for hint in found if get_origin(hint) is Literal]
    if len(literals) > 1:
        values = tuple(value for hint in literals for value in get_args(hint))
        merged = bool if set(values) == {True, False} else Literal[values]
        found = [merged, *(hint for hint in found if hint not in literals)]
    if any(isinstance(hint, str) for hint in found):
        return " | ".join(
            hint if isinstance(hint, str) else formatannotation(hint) for hint in found
        )
    return reduce(or_, found)


def _hints(function: Any) -> dict[str, Any]:
    """Return the annotations of a function, evaluated unless one of their names is missing."""
    module = sys.modules[function.__module__]
    names = _names_for_checkers(module) | vars(module)
    return {name: _evaluated(hint, names) for name, hint in function.__annotations__.items()}


def _evaluated(hint: Any, names: dict[str, Any]) -> Any:
    try:
        found = get_type_hints(SimpleNamespace(__annotations__={"hint": hint}), names)["hint"]
    except NameError:
        return hint
    return None if found is type(None) else found


@cache
def _names_for_checkers(module: ModuleType) -> dict[str, Any]:
    """Return the names that a module imports only for type checkers, except from missing packages.

    At run time Python skips these imports, so they are executed here.
    """
    # `exec`, since it handles all forms of the statement: relative imports, `as`, submodules. It
    # executes only source of modules that are already imported.
    names: dict[str, Any] = {"__name__": module.__name__, "__package__": module.__package__}
    for node in _tree(module).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for statement in node.body:
                with suppress(ImportError):  # such as httpx2, which is optional
                    exec(compile(ast.Module([statement], []), module.__name__, "exec"), names)
    return names


@cache
def _tree(module: ModuleType) -> ast.Module:
    """Parse the source of a module. Without source it has no statements."""
    try:
        return ast.parse(inspect.getsource(module))
    except OSError:
        return ast.Module([], [])
