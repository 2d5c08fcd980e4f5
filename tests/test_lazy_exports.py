"""The exported names of the package are imported at their first use."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vllm_client

SOURCE = ast.parse(Path(vllm_client.__file__).read_text(encoding="utf-8"))


def names_for_type_checkers() -> dict[str, str]:
    """Return the imports of the TYPE_CHECKING block: name -> module."""
    (block,) = [
        node
        for node in SOURCE.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert all(node.level == 1 for node in imports)
    return {alias.asname or "": node.module or "" for node in imports for alias in node.names}


@pytest.mark.parametrize("name", vllm_client.__all__)
def test_every_public_name_loads(name: str) -> None:
    value = vllm_client.__getattr__(name) if name != "__version__" else vllm_client.__version__

    assert getattr(vllm_client, name) is value
    assert name in dir(vllm_client)


def test_type_checkers_see_the_loaded_names() -> None:
    assert names_for_type_checkers() == vllm_client._HOME_OF


def test_vllm_client_is_the_sync_client() -> None:
    assert vllm_client.VllmClient is vllm_client.SyncVllmClient


@pytest.mark.parametrize(("name", "home"), vllm_client._HOME_OF.items())
def test_each_name_is_loaded_from_one_module_of_the_package(name: str, home: str) -> None:
    assert [h for h, names in vllm_client._HOMES.items() if name in names] == [home]
    path = Path(vllm_client.__file__).parent.joinpath(*home.split("."))
    assert path.with_suffix(".py").is_file()


def test_no_exported_name_equals_a_module_name() -> None:
    modules = {path.stem for path in Path(vllm_client.__file__).parent.iterdir()}

    assert not modules & set(vllm_client._HOME_OF)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'vllm_client' has no attribute 'Client'"):
        vllm_client.Client  # noqa: B018


def test_importing_the_package_loads_none_of_its_modules() -> None:
    program = (
        "import sys, vllm_client;"
        "print(sorted(m for m in sys.modules if m.startswith('vllm_client.')));"
        "vllm_client.RetryPolicy;"
        "print('vllm_client.call.retry' in sys.modules, 'httpx' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.splitlines() == ["['vllm_client._version']", "True False"]


def test_a_chat_loads_only_the_modules_of_common_families() -> None:
    program = (
        "import sys, vllm_client;"
        "from vllm_client.testing import SimulatedVllm\n"
        "with SimulatedVllm() as server, vllm_client.SyncVllmClient(server.base_url) as client:\n"
        "    client.chat.completions.create(messages=[vllm_client.user('Hi')])\n"
        "vllm_client.AsyncVllmClient('http://127.0.0.1:9');"
        "start = 'vllm_client.api.'\n"
        "print(*sorted(m.removeprefix(start) for m in sys.modules if m.startswith(start)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == [
        "chat",
        "chat.answers",
        "chat.messages",
        "chat.options",
        "chat.request",
        "chat.stream",
        "common",
        "common.generation",
        "common.input_lists",
        "common.options",
        "common.render_options",
        "common.request_builder",
        "common.sampling",
        "common.shown_keywords",
        "common.structured_outputs",
        "common.templates",
        "common.tools",
    ]


def test_a_star_import_gives_all_names() -> None:
    names: dict[str, object] = {}
    exec("from vllm_client import *", names)

    assert set(vllm_client.__all__) <= set(names)
