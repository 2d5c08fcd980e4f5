"""Test that every method with `**options` shows its keywords at run time, in both clients."""

import ast
import copy
import inspect
import pickle
import pydoc
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TypedDict, is_typeddict

import attrs
import pytest
from typing_extensions import Unpack

import vllm_client
from vllm_client.api.common.shown_keywords import shows_keys, shows_keywords

PACKAGE = Path(vllm_client.__file__).parent
FOLDERS = ("_async", "_sync", "api")


@attrs.frozen
class Method:
    """A method with the keywords that its source declares."""

    function: Any
    named: frozenset[str]
    unpacked: tuple[str, ...]
    """Return the TypedDicts of the method's overloads."""


def modules() -> Iterator[str]:
    for folder in FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            if path.name != "__init__.py":
                yield ".".join(("vllm_client", *path.relative_to(PACKAGE).with_suffix("").parts))


def definitions(kind: ast.ClassDef) -> dict[str, list[Any]]:
    """Return the overloads of each method by its name, the method itself last."""
    found: dict[str, list[Any]] = {}
    for node in kind.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.setdefault(node.name, []).append(node)
    return found


def unpacked_by(node: Any) -> str | None:
    """Return the `Keywords` of `**options: Unpack[Keywords]`."""
    match node.args.kwarg:
        case ast.arg(annotation=ast.Subscript(ast.Name("Unpack"), ast.Name(name))):
            return name
    return None


def methods() -> Iterator[Any]:
    for name in modules():
        module = import_module(name)
        assert module.__file__
        for kind in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
            if isinstance(kind, ast.ClassDef):
                for method, nodes in definitions(kind).items():
                    forms = nodes[:-1] or nodes
                    unpacked = tuple(filter(None, map(unpacked_by, forms)))
                    function = vars(getattr(module, kind.name)).get(method)
                    named = frozenset(
                        arg.arg for node in forms for arg in node.args.args + node.args.kwonlyargs
                    )
                    if unpacked:
                        label = f"{name.removeprefix('vllm_client.')}.{kind.name}.{method}"
                        yield pytest.param(Method(function, named, unpacked), id=label)


METHODS = list(methods())


def typed_dicts() -> dict[str, Any]:
    names: dict[str, Any] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        if relative.parts[0] in {"api", "bulk", "call"}:
            module = import_module(".".join(("vllm_client", *relative.with_suffix("").parts)))
            names |= {
                kind.__name__: kind
                for kind in vars(module).values()
                if is_typeddict(kind) and kind.__module__ == module.__name__
            }
    return names


TYPED_DICTS = typed_dicts()


def test_the_walk_finds_the_methods_of_both_clients() -> None:
    ids = {str(method.id) for method in METHODS}

    assert "_sync.chat.SyncChatCompletions.create" in ids
    assert "_async.client.AsyncVllmClient.__init__" in ids
    assert "api.chat.request.ChatRequest.options" in ids
    assert len(ids) > 150


@pytest.mark.parametrize("method", METHODS)
def test_the_signature_has_the_keys_of_the_typed_dict(method: Method) -> None:
    parameters = inspect.signature(method.function).parameters
    keys = {key for name in method.unpacked for key in TYPED_DICTS[name].__annotations__}

    assert set(parameters) == method.named | keys
    assert {parameters[key].kind for key in keys} <= {inspect.Parameter.KEYWORD_ONLY}
    assert not any(isinstance(each.annotation, str) for each in parameters.values())


@pytest.mark.parametrize("method", METHODS)
def test_the_docstring_describes_each_key(method: Method) -> None:
    shown = inspect.getdoc(method.function) or ""
    keys = {key for name in method.unpacked for key in TYPED_DICTS[name].__annotations__}

    section = shown.partition("Keyword Args:\n")[2]
    lines = [line for line in section.splitlines() if not line.startswith(" " * 5)]
    assert {line.strip().partition(": ")[0] for line in lines} == keys
    assert all(line.partition(": ")[2] for line in lines)


ASYNC_WORDS = ("UnopenedStream", "Coroutine", "Awaitable", "asyncio", "Async(?!Iterable)")


@pytest.mark.parametrize("word", ASYNC_WORDS)
def test_only_signatures_of_the_async_client_have_awaitables(word: str) -> None:
    functions = [param.values[0].function for param in METHODS]
    found = {each.__module__ for each in functions if re.search(word, str(inspect.signature(each)))}

    assert found  # else the word is no longer one of the async client
    assert all(module.startswith("vllm_client._async.") for module in found)


def test_defaults_and_types_of_a_chat_are_those_of_its_options() -> None:
    with vllm_client.SyncVllmClient() as client:
        signature = inspect.signature(client.chat.completions.create)

    shown = {name: str(each) for name, each in signature.parameters.items()}
    assert shown["temperature"] == "temperature: float | None = <the model's, else 1>"
    assert shown["n"] == "n: int | None = 1"
    assert shown["stream"] == "stream: bool = False"
    assert shown["max_tokens"] == "max_tokens: int | None = <not given>"
    assert next(iter(shown)) == "messages"
    assert "ChatCompletionResponse" in str(signature.return_annotation)


def test_help_shows_the_description_of_each_keyword() -> None:
    with vllm_client.SyncVllmClient() as client:
        shown = pydoc.plain(pydoc.render_doc(client.chat.completions.create))

    assert "without arguments, return a builder" in shown
    assert "temperature: Randomness of the sampling; 0 always picks" in shown
    assert str(type(client.chat.completions).create.__doc__).count("top_k: ") == 1


@pytest.mark.parametrize(
    "name", [name for name in vllm_client.__all__ if is_typeddict(getattr(vllm_client, name))]
)
def test_help_of_a_public_typed_dict_describes_its_keys(name: str) -> None:
    kind = getattr(vllm_client, name)
    shown = inspect.getdoc(kind) or ""

    lines = shown.partition("Keys:\n")[2].splitlines()
    described = {line.strip().partition(": ")[0] for line in lines if not line.startswith(" " * 5)}
    assert described == set(kind.__annotations__)


def test_keywords_are_not_read_before_first_use() -> None:
    program = (
        "import inspect, sys, vllm_client;"
        "client = vllm_client.SyncVllmClient();"
        "late = 'vllm_client.api.common.keyword_help';"
        "print(late in sys.modules);"
        "inspect.signature(client.chat.completions.create).parameters;"
        "print(late in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == ["False", "True"]


class Keys(TypedDict, total=False):
    """Some keys."""

    size: int
    """How large it is. Default: 3."""


@shows_keywords
class Shop:
    """Has all kinds of methods."""

    def buy(self, name: str, **options: Unpack[Keys]) -> None:
        """Buy it."""

    def look(self, name: str) -> None:
        """Look at it."""

    def undocumented(self, **options: Unpack[Keys]) -> None: ...

    def _private(self, **options: Unpack[Keys]) -> None:
        """Do it."""


def test_a_signature_can_be_changed_copied_and_compared_like_any_other() -> None:
    signature = inspect.signature(Shop.buy)
    bound = inspect.signature(Shop().buy)

    assert str(signature) == "(self, name: str, *, size: int = 3) -> None"
    assert str(bound) == "(name: str, *, size: int = 3) -> None"
    assert copy.copy(signature) == signature == signature.replace()
    assert bound.bind("a", size=1).arguments == {"name": "a", "size": 1}
    with pytest.raises(TypeError, match="unexpected keyword argument 'sise'"):
        bound.bind("a", sise=1)
    assert not hasattr(signature.replace(), "_function")


def test_methods_without_options_private_ones_and_missing_docstrings_stay_as_they_are() -> None:
    assert not hasattr(Shop.look, "__signature__")
    assert not hasattr(Shop._private, "__signature__")
    assert Shop.undocumented.__doc__ is None


def test_a_docstring_is_the_written_one_until_it_is_shown() -> None:
    assert Shop.buy.__doc__ == "Buy it."
    shown = "Buy it.\n\nKeyword Args:\n    size: How large it is. Default: 3."
    assert str(Shop.buy.__doc__) == inspect.getdoc(Shop.buy) == shown
    described = "Some keys.\n\nKeys:\n    size: How large it is. Default: 3."
    assert inspect.getdoc(shows_keys(Keys)) == described


def test_docstring_is_pickled_as_text_for_wrappers_that_are_pickled_by_value() -> None:
    doc = vllm_client.AsyncVllmClient.sleep.__doc__
    assert pickle.loads(pickle.dumps(doc)) == str(doc)
