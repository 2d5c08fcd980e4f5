"""Print the JSON schemas of vLLM's own request and answer classes, for `dump_schemas.py`.

    PYTHON tests/tools/vllm_classes.py

PYTHON is an interpreter that has vLLM. The output is one JSON object: `module:class` -> schema. The
classes are those of the `protocol` modules below vllm.entrypoints, whose module names are relative
to it, and classes of other libraries, mainly openai's, that are parts of answers. SamplingParams, a
part of requests, is added by name, because it is a msgspec class.
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

# Fields of an answer that repeat fields of its request.
REPEATED = {"tools", "tool_choice", "instructions", "prompt", "input_messages", "messages"}


def protocols(root: ModuleType) -> Iterator[ModuleType]:
    """Yield every `protocol` module below the package that can be imported."""
    folder = Path(str(root.__file__)).parent
    for path in sorted(folder.rglob("protocol.py")):
        name = ".".join(path.relative_to(folder).with_suffix("").parts)
        try:
            yield importlib.import_module(f"{root.__name__}.{name}")
        except ModuleNotFoundError as error:
            print(f"skipped {name}: {error}", file=sys.stderr)  # it needs an extra


def classes(annotation: Any, base: type) -> Iterator[Any]:
    """Yield all classes that are part of an annotation."""
    plain = inspect.isclass(annotation) and not get_args(annotation)
    if plain and (issubclass(annotation, base) or dataclasses.is_dataclass(annotation)):
        yield annotation
    for argument in get_args(annotation):
        yield from classes(argument, base)


def own(module: ModuleType, base: type) -> Iterator[Any]:
    """Yield the classes that a module defines, and the members of its unions."""
    for node in ast.parse(inspect.getsource(module)).body:
        match node:
            case ast.ClassDef(name=name) if issubclass(vars(module)[name], base):
                yield vars(module)[name]
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield from classes(vars(module).get(name), base)


def reached(modules: Iterable[ModuleType], base: Any) -> set[Any]:
    """Return the modules' own classes, and the classes that are parts of their answers."""
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
    with contextlib.redirect_stdout(sys.stderr):  # vLLM logs to stdout
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
