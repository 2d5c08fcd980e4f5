"""Libraries that accept an HTTP client, with their own client or with our transport.

Each library is created by its line of code in README.md. Without our transport the HTTP clients in
that line are None, so the library uses its own. Methods beginning with `a` are async.
"""

import re
import sys
from functools import cached_property
from importlib import import_module
from pathlib import Path

from vllm_client.integrations import AsyncVllmTransport, SyncVllmTransport

README = Path(__file__).parents[2] / "README.md"
QUESTION = "What is recursion? Answer in three sentences."
MESSAGES = [{"role": "user", "content": QUESTION}]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def refuse_the_network(event, args):
    """Audit hook that blocks look-ups of names and connections to other machines."""
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if host not in LOOPBACK:
        raise PermissionError(f"{event}: {host!r} is not on this machine")


sys.addaudithook(refuse_the_network)


class Library:
    """One library.

    Attributes:
        name: Its name in the README's table.
        imports: The names that its line of code needs, as `module:name`.
        http: The httpx package that it uses.
        mounted: Whether it uses our transport.
    """

    name = ""
    imports = ()
    http = "httpx2"
    mounted = False
    sync_transport = SyncVllmTransport
    async_transport = AsyncVllmTransport

    def __init__(self, url, connections):
        self.url = url
        self._things = {}

    @cached_property
    def line(self):
        """The library's line of code in README.md."""
        row = rf"^\| {re.escape(self.name)}[^|]*\| `([^`]+)` \|$"
        return re.search(row, README.read_text(encoding="utf-8"), re.M)[1]

    @cached_property
    def names(self):
        """The values of the names in the line, except `model`."""
        found = {}
        for each in self.imports:
            module, _, name = each.partition(":")
            imported = import_module(module)
            found[name or module] = getattr(imported, name) if name else imported
        return found | {"url": self.url, **self.clients}

    @cached_property
    def clients(self):
        if not self.mounted:
            return {"http_client": None, "async_http_client": None}
        http = import_module(self.http)
        return {
            "http_client": http.Client(transport=self.sync_transport()),
            "async_http_client": http.AsyncClient(transport=self.async_transport()),
        }

    def thing(self, model=None):
        """Return the object that the line of code creates for a model; it is created once."""
        if model not in self._things:
            self._things[model] = self._make(model)
        return self._things[model]

    def _make(self, model):
        return eval(self.line, {**self.names, "model": model})

    async def plain(self, model):
        return len(await self.acall(model))

    async def aclose(self):
        if self.mounted:
            await self.clients["async_http_client"].aclose()
            self.clients["http_client"].close()


class OpenAI(Library):
    name = "openai-python 3"
    imports = ("openai:OpenAI",)

    @cached_property
    def _async(self):
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            base_url=self.url, api_key="EMPTY", http_client=self.clients["async_http_client"]
        )

    def call(self, model):
        return text_of(self.thing().chat.completions.create(model=model, messages=MESSAGES))

    def stream_text(self, model):
        chunks = self.thing().chat.completions.create(model=model, messages=MESSAGES, stream=True)
        return "".join(delta_of(chunk) for chunk in chunks)

    async def acall(self, model):
        return text_of(await self._async.chat.completions.create(model=model, messages=MESSAGES))

    async def astream(self, model):
        create = self._async.chat.completions.create
        chunks = await create(model=model, messages=MESSAGES, stream=True)
        return "".join([delta_of(chunk) async for chunk in chunks])


class OpenAIWithMoreConnections(OpenAI):
    """openai-python that allows as many connections as there are requests."""

    def __init__(self, url, connections):
        import httpx2

        super().__init__(url, connections)
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        client = httpx2.AsyncClient(limits=limits, timeout=600)
        self.clients = {"http_client": None, "async_http_client": client}


class LangChain(Library):
    name = "langchain-openai"
    imports = ("langchain_openai:ChatOpenAI",)

    def call(self, model):
        return self.thing(model).invoke(QUESTION).content

    def stream_text(self, model):
        return "".join(chunk.content for chunk in self.thing(model).stream(QUESTION))

    async def acall(self, model):
        return (await self.thing(model).ainvoke(QUESTION)).content

    async def astream(self, model):
        return "".join([chunk.content async for chunk in self.thing(model).astream(QUESTION)])


class Instructor(OpenAI):
    """A call returns an object of a class; a stream returns that object while it grows."""

    name = "instructor"
    imports = ("openai:OpenAI", "instructor:from_openai", "instructor:Mode")

    @cached_property
    def _async(self):
        return self.names["from_openai"](super()._async, mode=self.names["Mode"].JSON_SCHEMA)

    @cached_property
    def _answer(self):
        from pydantic import create_model

        return create_model("Answer", text=(str, ...))

    def call(self, model):
        create = self.thing().chat.completions.create
        return create(model=model, messages=MESSAGES, response_model=self._answer).text

    def stream_text(self, model):
        create = self.thing().chat.completions.create_partial
        *_, last = create(model=model, messages=MESSAGES, response_model=self._answer)
        return last.text

    async def acall(self, model):
        create = self._async.chat.completions.create
        return (await create(model=model, messages=MESSAGES, response_model=self._answer)).text

    async def astream(self, model):
        create = self._async.chat.completions.create_partial
        partial = create(model=model, messages=MESSAGES, response_model=self._answer)
        return [answer async for answer in partial][-1].text

    async def plain(self, model):
        """Request text, because the load server's answer is not JSON."""
        create = self._async.chat.completions.create
        return len(text_of(await create(model=model, messages=MESSAGES, response_model=None)))


class LiteLLM(Library):
    name = "litellm"
    imports = ("litellm",)

    def __init__(self, url, connections):
        super().__init__(url, connections)
        exec(self.line, self.names)
        self._litellm = self.names["litellm"]
        self._options = {"api_base": url, "api_key": "EMPTY", "messages": MESSAGES}

    def call(self, model):
        completion = self._litellm.completion
        return text_of(completion(model=f"openai/{model}", **self._options))

    def stream_text(self, model):
        completion = self._litellm.completion
        chunks = completion(model=f"openai/{model}", stream=True, **self._options)
        return "".join(delta_of(chunk) for chunk in chunks)

    async def acall(self, model):
        acompletion = self._litellm.acompletion
        return text_of(await acompletion(model=f"openai/{model}", **self._options))

    async def astream(self, model):
        acompletion = self._litellm.acompletion
        chunks = await acompletion(model=f"openai/{model}", stream=True, **self._options)
        return "".join([delta_of(chunk) async for chunk in chunks])


class PydanticAI(Library):
    """pydantic-ai, async only: its sync calls run their own event loop."""

    name = "pydantic-ai"
    imports = (
        "pydantic_ai:Agent",
        "pydantic_ai.models.openai:OpenAIChatModel",
        "pydantic_ai.providers.vllm:VLLMProvider",
    )

    def _make(self, model):
        return self.names["Agent"](super()._make(model))

    async def acall(self, model):
        return (await self.thing(model).run(QUESTION)).output

    async def astream(self, model):
        async with self.thing(model).run_stream(QUESTION) as stream:
            return "".join([text async for text in stream.stream_text(delta=True)])


class LlamaIndex(Library):
    name = "llama-index"
    imports = ("llama_index.llms.openai_like:OpenAILike",)
    http = "httpx"

    def call(self, model):
        return self.thing(model).complete(QUESTION).text

    def stream_text(self, model):
        return "".join(part.delta or "" for part in self.thing(model).stream_complete(QUESTION))

    async def acall(self, model):
        return (await self.thing(model).acomplete(QUESTION)).text

    async def astream(self, model):
        parts = await self.thing(model).astream_complete(QUESTION)
        return "".join([part.delta or "" async for part in parts])


def text_of(response):
    return response.choices[0].message.content


def delta_of(chunk):
    return chunk.choices[0].delta.content or "" if chunk.choices else ""


def on_our_transport(library):
    """Return the library's class with our transport."""
    return type(f"Mounted{library.__name__}", (library,), {"mounted": True})


MountedOpenAI = on_our_transport(OpenAI)
MountedLangChain = on_our_transport(LangChain)
MountedInstructor = on_our_transport(Instructor)
MountedLiteLLM = on_our_transport(LiteLLM)
MountedPydanticAI = on_our_transport(PydanticAI)
MountedLlamaIndex = on_our_transport(LlamaIndex)
