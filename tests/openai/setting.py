"""The setting of an idiom: the package under test, a simulated server, and clients."""

import asyncio
import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from vllm_client.testing import SimulatedVllm

USER = [{"role": "user", "content": "Say hello."}]
FUNCTION = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
TOOL = {"type": "function", "function": FUNCTION}
Case = Callable[["Setting"], Any]


class Setting:
    """The package under test, by its import name, and a server."""

    def __init__(self, package: str, server: SimulatedVllm) -> None:
        self.package = package
        self.server = server
        self.openai = self.module("")
        self._clients: list[Any] = []

    def module(self, name: str) -> Any:
        """Import a module of the package: `module("types.chat")`."""
        found: ModuleType = importlib.import_module(f"{self.package}.{name}".rstrip("."))
        return found

    def client(self, **options: Any) -> Any:
        """Create a client of the server."""
        made = {"base_url": self.server.base_url, "api_key": "k"} | options
        self._clients.append(self.openai.OpenAI(**made))
        return self._clients[-1]

    def async_client(self, **options: Any) -> Any:
        """Create an async client of the server."""
        made = {"base_url": self.server.base_url, "api_key": "k"} | options
        self._clients.append(self.openai.AsyncOpenAI(**made))
        return self._clients[-1]

    def ask(self, **options: Any) -> Any:
        """Request a chat completion."""
        return self.client().chat.completions.create(model="tiny", messages=USER, **options)

    def stream(self, **options: Any) -> Any:
        """Request a streamed chat completion."""
        return self.ask(stream=True, **options)

    async def close(self) -> None:
        """Close all created clients."""
        for client in self._clients:
            done = client.close()
            if inspect.isawaitable(done):
                await done

    @property
    def sent(self) -> Any:
        """The last request that the server received."""
        return self.server.requests[-1]


def cases() -> Iterator[tuple[str, Case]]:
    """Yield all idioms with their names, `module.function`."""
    for path in sorted((Path(__file__).parent / "idioms").glob("[a-z]*.py")):
        module = importlib.import_module(f"tests.openai.idioms.{path.stem}")
        for name, function in list(vars(module).items()):
            parameters = inspect.isfunction(function) and inspect.signature(function).parameters
            if parameters and function.__module__ == module.__name__:
                yield f"{path.stem}.{name}", function


@contextmanager
def setting_for(package: str) -> Iterator[Setting]:
    """Start a new server for one idiom."""
    with SimulatedVllm() as server:
        yield Setting(package, server)


async def _run(case: Case, setting: Setting) -> None:
    try:
        done = case(setting)
        if inspect.isawaitable(done):
            await done
    finally:
        await setting.close()


def run(case: Case, package: str) -> None:
    """Run one idiom."""
    with setting_for(package) as setting:
        asyncio.run(_run(case, setting))
