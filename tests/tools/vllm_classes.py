"""The JSON schemas of vLLM's own request and answer classes, for `dump_schemas.py`.

    PYTHON tests/tools/vllm_classes.py

PYTHON is one that has vLLM. Prints one JSON object: `module:class` to the schema of what is sent.
The classes are those of the `protocol` modules below vllm.entrypoints, whose modules are named from
there, and those of other libraries, openai's above all, that answers are made of. SamplingParams,
which requests hold, is added by name: it is a class of msgspec's.
"""

import ast
import contextlib
import dataclasses
import importlib
import inspect
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

# What an answer repeats of its request.
REPEATED = {"tools", "tool_choice", "instructions", "prompt", "input_messages", "messages"}


def protocols(root: ModuleType) -> Iterator[ModuleType]:
    """Every `protocol` module below the package that can be imported."""
    folder = Path(str(root.__file__)).parent
    for path in sorted(folder.rglob("protocol.py")):
        name = ".".join(path.relative_to(folder).with_suffix("").parts)
        try:
            yield importlib.import_module(f"{root.__name__}.{name}")
        except ModuleNotFoundError as error:
            print(f"left out {name}: {error}", file=sys.stderr)  # an extra that is not installed


def classes(annotation: Any, base: type) -> Iterator[Any]:
    """The classes that an annotation names, wherever in it."""
    plain = inspect.isclass(annotation) and not get_args(annotation)
    if plain and (issubclass(annotation, base) or dataclasses.is_dataclass(annotation)):
        yield annotation
    for argument in get_args(annotation):
        yield from classes(argument, base)


def own(module: ModuleType, base: type) -> Iterator[Any]:
    """The classes that a module defines, and the members of its unions."""
    for node in ast.parse(inspect.getsource(module)).body:
        match node:
            case ast.ClassDef(name=name) if issubclass(vars(module)[name], base):
                yield vars(module)[name]
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield from classes(vars(module).get(name), base)


def reached(modules: Iterable[ModuleType], base: Any) -> set[Any]:
    """The modules' own classes, and what answers among them are made of."""
    found: set[Any] = set()
    left = [each for module in modules for each in own(module, base)]
    while left:
        each = left.pop()
        if each in found:
            continue
        found.add(each)
        if issubclass(each, base) and not each.__name__.endswith("Request"):
            for name, field in each.model_fields.items():
                if name not in REPEATED:
                    left += classes(field.annotation, base)
    return found


def main() -> None:
    with contextlib.redirect_stdout(sys.stderr):  # vLLM writes its log there
        import vllm.entrypoints as root
        from pydantic import BaseModel, TypeAdapter
        from vllm.sampling_params import SamplingParams

        found = reached(protocols(root), BaseModel) | {SamplingParams}
        schemas = {
            f"{each.__module__.removeprefix(f'{root.__name__}.')}:{each.__name__}": TypeAdapter(
                each
            ).json_schema(mode="serialization")
            for each in found
        }
    json.dump(schemas, sys.stdout)


if __name__ == "__main__":
    main()
