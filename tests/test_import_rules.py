"""Check the layers of the package: modules import only from lower layers.

Imports inside functions and imports for type checkers count like any other.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "vllm_client"

CORE = (
    "record", "errors", "status_errors", "_version", "codec", "vllm", "http", "schema", "call",
    "streams", "api", "balancing", "bulk", "telemetry",
)  # fmt: skip


MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "_version": (),
    "record": (),
    "errors": ("record", "_version"),
    "status_errors": ("errors",),
    "codec": ("record", "errors", "_version"),
    "vllm": ("errors",),
    "http": ("record", "errors", "codec"),
    "schema": ("errors", "codec"),
    "call": ("record", "_version", "errors", "status_errors", "codec", "vllm", "http", "schema"),
    "streams": ("errors", "codec", "vllm", "http", "schema", "call"),
    "api": CORE[: CORE.index("api")],
    "balancing": ("record", "errors", "http", "call"),
    "bulk": CORE[: CORE.index("bulk")],
    "telemetry": ("record", "errors", "http", "call"),
    "_io": CORE,
    "_async": (*CORE, "_io"),
    "_background": (*CORE, "_io", "_async"),
    "_sync": (*CORE, "_io", "_background"),
    "": (*CORE, "_io", "_async", "_background", "_sync"),
    "integrations": ("", *CORE, "_io"),
    "openai": ("", "http", "_io"),
    "launch": ("", "_io"),
    "testing": ("", "vllm", "http", "codec", "launch"),
    "cli": ("", "testing", "launch"),
    "__main__": ("cli",),
}
"""Folder or module, from the bottom up -> what it may import besides its own modules.

The package itself is "".
"""

IO_LIBRARIES = {
    "asyncio",
    "httpx",
    "select",
    "selectors",
    "signal",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "time",
}

MAY_IMPORT_HTTPX = (
    "_io.*.connection_options",
    "_io.*.httpx_adapter",
    "integrations.httpx_*",
    "openai*",
    "_async.client",
    "_sync.client",
    "testing*",
    "cli*",
)

OPENING_CALLS = {"open", "read_bytes", "read_text", "write_bytes", "write_text"}


@cache
def modules() -> dict[str, Path]:
    """Return the file of each module, by its name in the package; the package is ""."""
    return {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def folder_of(module: str) -> str:
    """Return the row of MAY_IMPORT for a module."""
    return module.partition(".")[0]


@cache
def imported(module: str, *, for_types_too: bool = True) -> frozenset[str]:
    """Return the full names that a module imports."""
    return frozenset(_imported(module, for_types_too))


def _imported(module: str, for_types_too: bool) -> Iterator[str]:
    package = ["vllm_client", *modules()[module].relative_to(PACKAGE).parts[:-1]]
    for node in _nodes(tree_of(module), for_types_too):
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
def dependencies(module: str) -> frozenset[str]:
    """Return the modules of this package that a module imports, also for type checkers."""
    names = (name.partition(".")[2] for name in imported(module) if _is_ours(name))
    return frozenset(name if name in modules() else name.rpartition(".")[0] for name in names)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "vllm_client"


def libraries(module: str) -> set[str]:
    """Return the libraries that a module may load, without those for type checkers only."""
    names = imported(module, for_types_too=False)
    return {name.partition(".")[0] for name in names if not _is_ours(name)}


def core_modules() -> list[str]:
    return [module for module in modules() if folder_of(module) in CORE]


def test_relative_absolute_and_nested_imports_are_found() -> None:
    assert "errors" in dependencies("call.retry")
    assert "http.timeouts" in dependencies("api.common.options")
    assert "_io.asyncio_.httpx_adapter" in dependencies("_async.choose_transport")
    assert "attrs" in libraries("call.retry")
    assert "ssl" in imported("http.address")
    assert "ssl" not in libraries("http.address")


def test_each_module_has_a_row_and_each_row_has_modules() -> None:
    assert {folder_of(module) for module in modules()} == set(MAY_IMPORT)


def test_no_row_lists_itself_or_a_row_that_lists_it() -> None:
    for row, below in MAY_IMPORT.items():
        assert row not in below
        assert [name for name in below if row in MAY_IMPORT[name]] == []


@pytest.mark.parametrize("module", modules())
def test_imports_point_downwards(module: str) -> None:
    own = folder_of(module)
    allowed = {own, *MAY_IMPORT[own]}

    assert {name for name in dependencies(module) if folder_of(name) not in allowed} == set()


def test_imports_have_no_circle_including_those_for_type_checkers() -> None:
    graph = {module: dependencies(module) for module in modules()}

    order = list(TopologicalSorter(graph).static_order())

    assert order.index("errors") < order.index("streams.events")


@pytest.mark.parametrize("module", core_modules())
def test_the_core_imports_nothing_that_does_io(module: str) -> None:
    assert libraries(module) & IO_LIBRARIES == set()


@pytest.mark.parametrize("module", core_modules())
def test_the_core_opens_no_files(module: str) -> None:
    calls = (node.func for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call))
    names = {
        call.id if isinstance(call, ast.Name) else call.attr
        for call in calls
        if isinstance(call, ast.Name | ast.Attribute)
    }

    assert names & OPENING_CALLS == set()


@pytest.mark.parametrize("module", modules())
def test_only_the_adapters_import_httpx(module: str) -> None:
    may = any(fnmatch(module, pattern) for pattern in MAY_IMPORT_HTTPX)

    assert may or "httpx" not in {name.partition(".")[0] for name in imported(module)}


def test_importing_the_package_is_cheap() -> None:
    program = (
        "import sys; before = set(sys.modules); import vllm_client; "
        "print(*sorted({'asyncio', 'cattrs', 'httpx', 'ssl'} & (set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []
