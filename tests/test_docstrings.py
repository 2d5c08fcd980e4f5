"""Every function that users can reach has a docstring that describes its parameters.

The keywords of `**options` are described by their TypedDict: see tests/api/common.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import vllm_client
from vllm_client import AsyncVllmClient, SyncVllmClient

# The calls that return a builder if they are made without arguments.
BUILDERS = (
    "chat.completions.create",
    "completions.create",
    "embeddings.create",
    "responses.create",
    "messages.create",
    "audio.transcriptions.create",
    "classify",
    "score",
    "rerank",
)


def resources(owner: Any) -> Iterator[Any]:
    """The objects that are reached by attributes of a client, such as `client.chat.completions`."""
    for name in dir(owner):
        if not name.startswith("_") and name != "servers":
            found = getattr(owner, name)
            if type(found).__module__.startswith(("vllm_client._sync", "vllm_client._async")):
                yield found
                yield from resources(found)


def classes() -> Iterator[type]:
    for name in vllm_client.__all__:
        found = getattr(vllm_client, name)
        if inspect.isclass(found):
            yield from (kind for kind in found.__mro__ if is_ours(kind))
    for client in (SyncVllmClient("http://127.0.0.1:9"), AsyncVllmClient("http://127.0.0.1:9")):
        yield from (kind for each in resources(client) for kind in type(each).__mro__)
        yield from type(client.servers).__mro__
        for path in BUILDERS:
            call: Any = client
            for name in path.split("."):
                call = getattr(call, name)
            yield from type(call()).__mro__


def is_ours(found: Any) -> bool:
    return str(found.__module__).startswith("vllm_client.")


def functions() -> Iterator[Callable[..., Any]]:
    for name in vllm_client.__all__:
        found = getattr(vllm_client, name)
        if inspect.isfunction(found):
            yield found
    for kind in filter(is_ours, classes()):
        for name, value in vars(kind).items():
            found = inspect.unwrap(getattr(value, "__func__", value))
            if inspect.isfunction(found) and is_ours(found) and not name.startswith("_"):
                yield found


FUNCTIONS = {f"{each.__module__}.{each.__qualname__}": each for each in functions()}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_parameter_is_described(name: str) -> None:
    function = FUNCTIONS[name]
    docstring = inspect.getdoc(function)
    assert docstring, "it has no docstring"
    code = function.__code__
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    named = [each for each in parameters if each not in {"self", "cls"}]
    if len(named) < 2:
        return  # the first line of the docstring says what a single parameter is
    missing = [each for each in named if f"{each}: " not in docstring]
    assert not missing, f"not in its docstring: {missing}"


def test_the_functions_that_users_call_are_found() -> None:
    found = {name.rpartition("vllm_client.")[2] for name in FUNCTIONS}
    assert {
        "_sync.chat.SyncChatCompletions.create",
        "_async.client.AsyncVllmClient.with_timeout",
        "_async.row_builder.AsyncMapBuilder.map",
        "_sync.servers.SyncServers.add",
        "errors.VllmError.to_dict",
    } <= found
