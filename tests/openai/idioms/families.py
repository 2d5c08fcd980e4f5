"""Models, completions, embeddings, audio and responses."""

import io
import json
import wave
from typing import Any

import pydantic
import pytest

from vllm_client.testing import Call, Reply

from ..setting import FUNCTION, Setting

RESPONSE_TOOL = {"type": "function", **FUNCTION}


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16_000)
        written.writeframes(bytes(3200))
    return file.getvalue()


class City(pydantic.BaseModel):
    name: str


def list_models(s: Setting) -> None:
    models = s.client().models.list()
    assert models.data[0].id
    assert [model.id for model in models] == [model.id for model in models.data]
    assert models.data[0].object == "model"
    assert models.data[0].max_model_len
    assert models.object == "list"


async def async_for_models(s: Setting) -> None:
    client = s.async_client()
    ids = [model.id async for model in client.models.list()]
    page = await client.models.list()
    assert ids == [model.id for model in page.data]


def pages(s: Setting) -> None:
    page = s.client().models.list()
    assert page.has_next_page() is False
    assert page.next_page_info() is None
    assert [len(each.data) for each in page.iter_pages()] == [len(page.data)]
    with pytest.raises(RuntimeError):
        page.get_next_page()


def text_completion(s: Setting) -> None:
    s.server.reply("there.")
    answer = s.client().completions.create(
        model="tiny", prompt="Hello", max_tokens=5, echo=False, n=1, logprobs=1, best_of=None
    )
    assert answer.choices[0].text == "there."
    assert answer.object == "text_completion"
    assert answer.choices[0].logprobs is None or answer.choices[0].logprobs.tokens


def completion_of_several_prompts(s: Setting) -> None:
    answer = s.client().completions.create(model="tiny", prompt=["a", "b"])
    assert len(answer.choices) == 2


def completion_of_token_ids(s: Setting) -> None:
    assert s.client().completions.create(model="tiny", prompt=[1, 2, 3]).choices


def embeddings(s: Setting) -> None:
    answer = s.client().embeddings.create(model="tiny", input=["a", "b"])
    assert [one.index for one in answer.data] == [0, 1]
    assert isinstance(answer.data[0].embedding, list)
    assert answer.usage.prompt_tokens >= 0
    assert answer.data[0].object == "embedding"


def embeddings_as_floats(s: Setting) -> None:
    client = s.client()
    plain = client.embeddings.create(model="tiny", input="a", encoding_format="float")
    packed = client.embeddings.create(model="tiny", input="a")
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)


def embeddings_as_base64(s: Setting) -> None:
    answer = s.client().embeddings.create(model="tiny", input="a", encoding_format="base64")
    assert isinstance(answer.data[0].embedding, str)


def embeddings_dimensions(s: Setting) -> None:
    s.client().embeddings.create(model="tiny", input="a", dimensions=384)
    assert s.sent.json["dimensions"] == 384


def transcription(s: Setting) -> None:
    s.server.reply("Mary had a lamb.")
    file = io.BytesIO(sound())
    file.name = "a.wav"
    answer = s.client().audio.transcriptions.create(
        file=file, model="tiny", language="en", response_format="json", temperature=0.0,
        extra_body={"seed": 4419},
    )  # fmt: skip
    assert answer.text == "Mary had a lamb."


def transcription_of_a_tuple(s: Setting) -> None:
    s.server.reply("Hi")
    answer = s.client().audio.transcriptions.create(file=("a.wav", sound()), model="tiny")
    assert answer.text == "Hi"


def transcription_as_text(s: Setting) -> None:
    s.server.reply("Hi")
    answer = s.client().audio.transcriptions.create(
        file=("a.wav", sound()), model="tiny", response_format="text"
    )
    assert "Hi" in answer


def transcription_verbose(s: Setting) -> None:
    s.server.reply("Hi there")
    answer = s.client().audio.transcriptions.create(
        file=("a.wav", sound()),
        model="tiny",
        response_format="verbose_json",
        timestamp_granularities=["segment"],
    )
    assert answer.text == "Hi there"
    assert answer.segments is None or answer.segments[0].text


async def transcription_stream(s: Setting) -> None:
    s.server.reply("One two")
    stream = await s.async_client().audio.transcriptions.create(
        file=("a.wav", sound()), model="tiny", language="en", stream=True
    )
    text = ""
    async for chunk in stream:
        if chunk.choices:
            text += chunk.choices[0].get("delta", {}).get("content") or ""
    assert text == "One two"


def translation(s: Setting) -> None:
    s.server.reply("Hello")
    answer = s.client().audio.translations.create(file=("a.wav", sound()), model="tiny")
    assert answer.text == "Hello"


def response_text(s: Setting) -> None:
    s.server.reply("Hello!")
    response = s.client().responses.create(model="tiny", input="Say hello.", instructions="Be nice")
    assert response.output_text == "Hello!"
    assert response.output[-1].content[0].text == "Hello!"
    assert response.status == "completed"
    assert response.usage.output_tokens > 0


def response_reasoning_items(s: Setting) -> None:
    s.server.reply(Reply("Hi", reasoning="Hm"))
    response = s.client().responses.create(model="tiny", input="a", reasoning={"effort": "low"})
    assert [item.type for item in response.output] == ["reasoning", "message"]
    assert response.output[0].content[0].text == "Hm"


def response_function_call(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("get_weather", {"city": "Rome"})]), "Sunny")
    client = s.client()
    items: list[Any] = [{"role": "user", "content": "Weather?"}]
    response = client.responses.create(model="tiny", input=items, tools=[RESPONSE_TOOL])
    call = response.output[-1]
    assert call.type == "function_call"
    assert json.loads(call.arguments) == {"city": "Rome"}
    items.append(call)
    items.append({"type": "function_call_output", "call_id": call.call_id, "output": "20"})
    again = client.responses.create(model="tiny", input=items, tools=[RESPONSE_TOOL])
    assert again.output_text == "Sunny"


def response_output_as_input(s: Setting) -> None:
    client = s.client()
    first = client.responses.create(model="tiny", input="a")
    items = [{"role": "user", "content": "a"}, *first.output, {"role": "user", "content": "b"}]
    assert client.responses.create(model="tiny", input=items).output_text


def response_stream(s: Setting) -> None:
    s.server.reply("One two")
    text, kinds = "", []
    for event in s.client().responses.create(model="tiny", input="a", stream=True):
        kinds.append(event.type)
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.completed":
            assert event.response.output_text == "One two"
    assert text == "One two"
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")


async def async_response_stream(s: Setting) -> None:
    s.server.reply("One two")
    stream = await s.async_client().responses.create(model="tiny", input="a", stream=True)
    events = [event async for event in stream]
    kind = s.module("types.responses").ResponseTextDeltaEvent
    assert "".join(e.delta for e in events if isinstance(e, kind)) == "One two"


def response_stream_helper(s: Setting) -> None:
    s.server.reply("One two")
    with s.client().responses.stream(model="tiny", input="a") as stream:
        text = "".join(e.delta for e in stream if e.type == "response.output_text.delta")
        final = stream.get_final_response()
    assert text == final.output_text == "One two"


def response_parse(s: Setting) -> None:
    s.server.reply('{"name": "Rome"}')
    response = s.client().responses.parse(model="tiny", input="a", text_format=City)
    assert response.output_parsed == City(name="Rome")
    assert s.sent.json["text"]["format"]["type"] == "json_schema"


async def async_response_parse(s: Setting) -> None:
    s.server.reply('{"name": "Rome"}')
    response = await s.async_client().responses.parse(model="tiny", input="a", text_format=City)
    assert response.output_parsed.name == "Rome"
    assert response.output[-1].content[0].parsed == City(name="Rome")


def response_to_dict(s: Setting) -> None:
    response = s.client().responses.create(model="tiny", input="a")
    assert response.to_dict()["object"] == "response"
    assert json.loads(response.model_dump_json())["id"] == response.id


def response_raw(s: Setting) -> None:
    raw = s.client().responses.with_raw_response.create(model="tiny", input="a")
    assert raw.parse().output_text


def old_names_name_their_replacement(s: Setting) -> None:
    with pytest.raises(Exception, match="ChatCompletion"):
        s.openai.ChatCompletion.create(model="tiny", messages=[])
