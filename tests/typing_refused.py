"""Code that is type-checked and never run: type checkers must refuse each line marked `# wrong`."""

from typing import assert_never

import httpx
import httpx2

from vllm_client import AnyStreamEvent, AsyncVllmClient, StreamEvent, SyncVllmClient, user
from vllm_client.integrations import AsyncVllmTransport, SyncVllmTransport
from vllm_client.openai import AsyncOpenAI, OpenAI

MESSAGES = [user("Hi")]


def lacks_a_case(event: AnyStreamEvent) -> None:
    match event:
        case StreamEvent.Reasoning() | StreamEvent.Content() | StreamEvent.ToolCallDelta():
            pass
        case StreamEvent.ToolCallComplete() | StreamEvent.Usage() | StreamEvent.Done():
            pass
        case _:
            assert_never(event)  # wrong: Error is left


def takes_apart_too_much(event: AnyStreamEvent) -> None:
    match event:
        case StreamEvent.Content(delta, index, more):  # wrong: Content has two parts
            print(delta, index, more)


def misspells(client: SyncVllmClient) -> None:
    client.chat.completions.create(messages=MESSAGES, temprature=0.5)  # wrong
    client.chat.completions.stream(messages=MESSAGES, top_kk=5)  # wrong
    client.chat.completions.create().messages(MESSAGES).options(min_pp=0.5)  # wrong
    client.chat.completions.create().temprature(0.5)  # wrong
    client.completions.create(prompt="Hi", max_completion_tokens=5)  # wrong: chat has this
    client.inference.generate(token_ids=[1], sampling_params={"temprature": 0})  # wrong
    client.capabilities().offers("embedding")  # wrong
    client.request("GET", "/version", params={})  # wrong: query


def gives_options_that_have_no_effect(client: SyncVllmClient) -> None:
    client.chat.completions.create(messages=MESSAGES, mm_payload="none")  # wrong: render has it
    client.chat.completions.batch(messages=[MESSAGES], n=1)  # wrong
    client.responses.create(input="Hi", max_tool_calls=3)  # wrong
    client.inference.generate(token_ids=[1], sampling_params={"flat_logprobs": True})  # wrong
    client.inference.generate(token_ids=[1], sampling_params={"skip_clone": True})  # wrong


def leaves_out_what_is_required(client: SyncVllmClient) -> None:
    client.messages.create(messages=MESSAGES, max_tokens=5)  # wrong: no model
    client.messages.count_tokens(messages=MESSAGES)  # wrong: no model
    client.chat.completions.stream(model="m")  # wrong: no messages
    client.responses.stream(model="m")  # wrong: no input


def mistypes(client: SyncVllmClient) -> None:
    client.chat.completions.create(messages=MESSAGES, seed="7")  # wrong
    client.chat.completions.create(messages=MESSAGES, bad_words="word")  # wrong
    client.chat.completions.create(messages=MESSAGES, tool_choice="any")  # wrong
    client.chat.completions.create(messages=MESSAGES, stream_options={"usage": True})  # wrong
    client.chat.completions.create(messages=MESSAGES, timeout="60")  # wrong
    client.chat.completions.create(MESSAGES, "m")  # wrong: the content alone stands first
    client.chat.completions.create(MESSAGES, response_format=int)  # wrong: parse or stream


def commands_wrongly(client: SyncVllmClient) -> None:
    client.sleep(levle=1)  # wrong
    client.pause(mode="stop")  # wrong
    client.wake_up(tags="weights")  # wrong: a string is no list of tags
    client.load_lora_adapter(lora_name="a")  # wrong: without a path
    client.reset_prefix_cache(extra_body={})  # wrong: it sends no body


def parses(client: SyncVllmClient) -> None:
    response = client.chat.completions.parse(messages=MESSAGES, response_format=int)
    response.parsed.upper()  # wrong: an int
    client.chat.completions.parse(messages=MESSAGES, response_format=int, seed="7")  # wrong
    client.chat.completions.parse(messages=MESSAGES)  # wrong: no type
    client.chat.completions.create(messages=MESSAGES, structured_outputs={"choices": []})  # wrong
    with client.chat.completions.stream(MESSAGES, response_format=int) as stream:
        stream.parsed.upper()  # wrong: an int
    with client.chat.completions.stream(MESSAGES) as stream_of_text:
        print(stream_of_text.parsed)  # wrong: no type


def lets_call(client: SyncVllmClient) -> None:
    chat = client.chat.completions
    chat.run_tools(messages=MESSAGES, tools=[{"type": "function"}])  # wrong: functions
    chat.run_tools(messages=MESSAGES, tools=[print], tool_choise="auto")  # wrong
    chat.stream_tools(messages=MESSAGES)  # wrong: no tools


async def forgets_to_wait(client: AsyncVllmClient) -> None:
    response = client.chat.completions.create(messages=MESSAGES)
    print(response.choices)  # wrong: not awaited
    stream = client.chat.completions.stream(messages=MESSAGES)
    for event in stream:  # wrong: async for
        print(event)


def changes_an_event(event: StreamEvent.Content) -> None:
    event.delta = "b"  # wrong: frozen


def mistypes_embeddings(client: SyncVllmClient) -> None:
    client.embeddings.create(input="a", embed_dtype="float64")  # wrong
    client.embeddings.create(model="m")  # wrong: no input
    client.rerank(query="a", documents=["b"], version="v3")  # wrong
    client.score(queries="a", text_2="b")  # wrong: of two pairs


def gives_a_client_keywords_of_another() -> None:
    SyncVllmClient(max_retries=2)  # wrong: retry
    AsyncVllmClient(default_headers={})  # wrong: headers


def mounts_the_other_side() -> None:
    httpx.Client(transport=AsyncVllmTransport())  # wrong: sync
    httpx2.AsyncClient(transport=SyncVllmTransport())  # wrong: async


async def async_key() -> str:
    return "key"


def gives_async_key_to_sync_client() -> None:
    SyncVllmClient(api_key=async_key)  # wrong
    OpenAI(api_key=async_key)  # wrong
    AsyncOpenAI(api_key=async_key)
