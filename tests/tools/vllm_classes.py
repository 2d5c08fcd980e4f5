"""The JSON schemas of vLLM's own request and answer classes, for `dump_schemas.py`.

    PYTHON tests/tools/vllm_classes.py

PYTHON is one that has vLLM. Prints one JSON object: `module:class`, below vllm.entrypoints, to the
schema of what is sent.
"""

import contextlib
import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any


def schemas(root: ModuleType, base: type) -> Iterator[tuple[str, Any]]:
    """Each class of the `protocol` modules below the package, and its schema."""
    folder = Path(str(root.__file__)).parent
    for path in sorted(folder.rglob("protocol.py")):
        name = ".".join(path.relative_to(folder).with_suffix("").parts)
        try:
            module = importlib.import_module(f"{root.__name__}.{name}")
        except ModuleNotFoundError as error:
            print(f"left out {name}: {error}", file=sys.stderr)  # an extra that is not installed
            continue
        for member in vars(module).values():
            ours = inspect.isclass(member) and member.__module__ == module.__name__
            if ours and issubclass(member, base):
                schema: Any = member.model_json_schema(mode="serialization")
                yield f"{name}:{member.__name__}", schema


def main() -> None:
    with contextlib.redirect_stdout(sys.stderr):  # vLLM writes its log there
        import vllm.entrypoints
        from pydantic import BaseModel

        found = dict(schemas(vllm.entrypoints, BaseModel))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
