"""The architecture, checked against our own import statements: imports point downwards.

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
    "openai": ("",),
    "launch": ("", "_io"),
    "testing": ("", "vllm", "http", "codec", "launch"),
    "cli": ("", "testing", "launch"),
    "__main__": ("cli",),
}
"""Each top-level folder or module of the package, from the bottom up -> what it may import beside
its own modules. The package itself is ""."""

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
    """Each module's name below the package -> its file; the package itself is ""."""
    return {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def folder_of(module: str) -> str:
    """The row of MAY_IMPORT that a module belongs to."""
    return module.partition(".")[0]


@cache
def imported(module: str, *, for_types_too: bool = True) -> frozenset[str]:
    """The full names that a module imports, its own package's with `vllm_client` in front."""
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
    """The modules of our own that a module imports from, for type checkers too."""
    names = (name.partition(".")[2] for name in imported(module) if _is_ours(name))
    return frozenset(name if name in modules() else name.rpartition(".")[0] for name in names)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "vllm_client"


def libraries(module: str) -> set[str]:
    """The libraries that a module may load, in functions too; not those it only names in types."""
    names = imported(module, for_types_too=False)
    return {name.partition(".")[0] for name in names if not _is_ours(name)}


def core_modules() -> list[str]:
    return [module for module in modules() if folder_of(module) in CORE]


def test_the_walk_sees_relative_absolute_and_nested_imports() -> None:
    assert "errors" in dependencies("call.retry")
    assert "http.timeouts" in dependencies("api.common.options")
    assert "_io.asyncio_.httpx_adapter" in dependencies("_async.choose_transport")
    assert "attrs" in libraries("call.retry")
    assert "ssl" in imported("http.address")
    assert "ssl" not in libraries("http.address")


def test_each_row_names_what_is_there_and_nothing_is_without_a_row() -> None:
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


def test_no_imports_run_in_a_circle_not_even_those_for_type_checkers() -> None:
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
