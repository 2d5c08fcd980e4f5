"""The architecture, held by our own import statements: imports point downwards.

Imports inside functions count like any other. Imports for type checkers alone count for the layers;
they load nothing, and make no circle.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "vllm_client"

# From the ground up. A module is in the first row that names it, and imports from that row and the
# ones before it. `*` stands for any end of a name.
LAYERS = (
    {"_version", "errors"},
    {
        "docstring",
        "headers",
        "inflate",
        "json_codec",
        "media",
        "retry",
        "tensor",
        "thinking",
        "timeout",
    },
    {
        "answer",
        "api_error",
        "chunk_template",
        "stream_errors",
        "convert",
        "shape_fields",
        "http1",
        "metrics",
        "sse",
    },
    {"shape_readers", "idle", "missing_routes", "proxies", "request", "settings", "upload"},
    {"address", "build", "exchange", "fitting", "form", "shapes", "read", "stream_plan"},
    {"events", "generation"},
    {
        "endpoints",
        "endpoints.audio",
        "endpoints.chat",
        "endpoints.completions",
        "endpoints.inference",
        "endpoints.options",
        "endpoints.rendered",
    },
    {"endpoints.message_events", "endpoints.messages"},
    {"endpoints.response_events", "endpoints.responses"},
    {
        "audio_stream",
        "chat_stream",
        "completion_stream",
        "inference_stream",
        "messages",
        "stream_machine",
        "tool_functions",
    },
    {"named_events", "messages_stream", "responses_stream"},
    {"endpoints.*"},
    {"_async*", "_sync*"},
    {"", "__main__", "cli*", "testing*"},
)

IO_LIBRARIES = {"asyncio", "httpx", "select", "socket", "ssl", "threading", "time"}

MAY_DO_IO = ("_async*", "_sync*", "testing*", "cli*", "__main__")

MAY_IMPORT_HTTPX = ("_async.httpx_*", "_sync.httpx_*", "testing*", "cli*")


def matches(module: str, patterns: tuple[str, ...] | set[str]) -> bool:
    return any(fnmatch(module, pattern) for pattern in patterns)


@cache
def modules() -> dict[str, Path]:
    """Each module's name below the package -> its file; the package itself is ""."""
    return {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imported(module: str, *, for_types_too: bool = True) -> frozenset[str]:
    """The full names that a module imports, its own package's with `vllm_client` in front."""
    return frozenset(_imported(modules()[module], for_types_too))


def _imported(path: Path, for_types_too: bool) -> Iterator[str]:
    package = ["vllm_client", *path.relative_to(PACKAGE).parts[:-1]]
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8")), for_types_too):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(level=0, module=str(source), names=names):
                yield from (f"{source}.{alias.name}" for alias in names)
            case ast.ImportFrom(level=level, module=source, names=names):
                base = [*package[: len(package) + 1 - level], *(source or "").split(".")]
                stem = ".".join(filter(None, base))
                yield from (f"{stem}.{alias.name}" for alias in names)


def _nodes(tree: ast.AST, for_types_too: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if for_types_too or not is_for_types:
            yield node
            yield from _nodes(node, for_types_too)


@cache
def dependencies(module: str, *, for_types_too: bool = True) -> frozenset[str]:
    """The modules of our own that a module imports from."""
    found = imported(module, for_types_too=for_types_too)
    names = (name.partition(".")[2] for name in found if _is_ours(name))
    return frozenset(name if name in modules() else name.rpartition(".")[0] for name in names)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "vllm_client"


def libraries(module: str) -> set[str]:
    """The libraries that a module may load, in functions too; not those it only names in types."""
    names = imported(module, for_types_too=False)
    return {name.partition(".")[0] for name in names if not _is_ours(name)}


def layer_of(module: str) -> int:
    rows = [number for number, patterns in enumerate(LAYERS) if matches(module, patterns)]
    assert rows, f"put {module!r} into a row of LAYERS"
    return rows[0]


def test_the_walk_sees_relative_absolute_and_nested_imports() -> None:
    assert "errors" in dependencies("retry")
    assert "timeout" in dependencies("endpoints.options")
    assert "_async.httpx_adapter" in dependencies("_async.route")
    assert "attrs" in libraries("retry")
    assert "ssl" in imported("address")
    assert "ssl" not in libraries("address")


@pytest.mark.parametrize("pattern", sorted(set().union(*LAYERS)))
def test_each_row_names_what_is_there(pattern: str) -> None:
    assert any(fnmatch(module, pattern) for module in modules())


@pytest.mark.parametrize("module", modules())
def test_imports_point_downwards(module: str) -> None:
    above = {name for name in dependencies(module) if layer_of(name) > layer_of(module)}

    assert above == set()


def test_no_imports_run_in_a_circle() -> None:
    graph = {module: dependencies(module, for_types_too=False) for module in modules()}

    order = list(TopologicalSorter(graph).static_order())

    assert order.index("errors") < order.index("events")


@pytest.mark.parametrize("module", [name for name in modules() if not matches(name, MAY_DO_IO)])
def test_the_core_imports_nothing_that_does_io(module: str) -> None:
    assert libraries(module) & IO_LIBRARIES == set()


@pytest.mark.parametrize(
    "module", [name for name in modules() if not matches(name, MAY_IMPORT_HTTPX)]
)
def test_only_the_adapters_import_httpx(module: str) -> None:
    assert "httpx" not in libraries(module)


@pytest.mark.parametrize(("side", "other"), [("_async", "_sync"), ("_sync", "_async")])
def test_the_facades_do_not_know_each_other(side: str, other: str) -> None:
    for module in modules():
        if module.partition(".")[0] == side:
            assert not [name for name in dependencies(module) if name.partition(".")[0] == other]


def test_importing_the_package_is_cheap() -> None:
    program = (
        "import sys; before = set(sys.modules); import vllm_client; "
        "print(*sorted({'asyncio', 'cattrs', 'httpx', 'ssl'} & (set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []
