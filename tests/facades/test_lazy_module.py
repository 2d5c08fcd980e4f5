"""Modules that the clients import at their first use."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vllm_client
from vllm_client._async.lazy_module import LazyModule as AsyncSideModule
from vllm_client._sync.lazy_module import LazyModule as SyncSideModule
from vllm_client.api.control import dev_mode

ROOT = Path(vllm_client.__file__).parent
FACADES = [
    path
    for side in ("_async", "_sync")
    for path in sorted(ROOT.joinpath(side).glob("*.py"))
    if " = LazyModule(" in path.read_text(encoding="utf-8")
]


def imported(block: ast.If) -> dict[str, str]:
    """Return the imports of an `if TYPE_CHECKING:` block: name -> module."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def loaded_late(block: ast.If) -> dict[str, str]:
    """Return the lazy modules of the `else:` block: name -> module."""
    found = {}
    for node in block.orelse:
        assert isinstance(node, ast.Assign)
        (target,), call = node.targets, ast.unparse(node.value)
        found[ast.unparse(target)] = call.removeprefix("LazyModule('").removesuffix("')")
    return found


@pytest.mark.parametrize("lazy_module", [AsyncSideModule, SyncSideModule])
def test_lazy_module_has_the_names_of_the_module(lazy_module: type[AsyncSideModule]) -> None:
    assert lazy_module("api.control.dev_mode").SLEEP is dev_mode.SLEEP
    with pytest.raises(AttributeError):
        lazy_module("api.control.dev_mode").SLEPT  # noqa: B018


@pytest.mark.parametrize("facade", FACADES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_type_checkers_see_the_module_that_is_loaded(facade: Path) -> None:
    (block,) = [
        node
        for node in ast.parse(facade.read_text(encoding="utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]

    late = loaded_late(block)

    assert late
    assert late.items() <= imported(block).items()


def test_a_family_is_loaded_with_its_first_call_and_no_other() -> None:
    program = (
        "import sys\n"
        "from vllm_client._sync.lazy_module import LazyModule\n"
        "scaling = LazyModule('api.control.scaling')\n"
        "print('vllm_client.api.control.scaling' in sys.modules)\n"
        "scaling.SCALE_ELASTIC_EP\n"
        "print('vllm_client.api.control.scaling' in sys.modules)\n"
        "print('vllm_client.api.control.weights' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == ["False", "True", "False"]
