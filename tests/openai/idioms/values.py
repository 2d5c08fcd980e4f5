"""Methods and attributes of the values in answers."""

import copy
import json
import pickle

import pytest

from ..setting import USER, Setting

CHAT_NAMES = (
    "ChatCompletion",
    "ChatCompletionChunk",
    "ChatCompletionMessage",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCall",
    "ChatCompletionToolParam",
    "ChatCompletionUserMessageParam",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionAssistantMessageParam",
    "ParsedChoice",
    "ChatCompletionToolMessageParam",
    "ChatCompletionContentPartParam",
    "ParsedChatCompletion",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionTokenLogprob",
    "ChatCompletionStreamOptionsParam",
    "ChatCompletionRole",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionFunctionToolParam",
    "CompletionCreateParams",
    "ChatCompletionContentPartInputAudioParam",
    "ChatCompletionMessageFunctionToolCall",
)
NAMES = (
    "Completion",
    "CompletionUsage",
    "CompletionChoice",
    "Embedding",
    "Model",
    "Batch",
    "FileObject",
)


def model_dump(s: Setting) -> None:
    dumped = s.ask().model_dump()
    assert dumped["choices"][0]["message"]["role"] == "assistant"
    assert dumped["choices"][0]["message"]["refusal"] is None


def model_dump_exclude_none(s: Setting) -> None:
    dumped = s.ask().model_dump(exclude_none=True)
    assert "refusal" not in dumped["choices"][0]["message"]


def model_dump_exclude_unset(s: Setting) -> None:
    chunk = next(iter(s.stream()))
    dumped = chunk.model_dump(exclude_unset=True)
    assert "usage" not in dumped
    assert "usage" in chunk.model_dump()


def model_dump_include_exclude(s: Setting) -> None:
    answer = s.ask()
    assert set(answer.model_dump(include={"id", "model"})) == {"id", "model"}
    assert "choices" not in answer.model_dump(exclude={"choices"})


def model_dump_json(s: Setting) -> None:
    answer = s.ask()
    assert json.loads(answer.model_dump_json()) == answer.model_dump()
    assert answer.model_dump_json(indent=2).startswith('{\n  "id"')


def model_dump_mode_json(s: Setting) -> None:
    answer = s.ask()
    assert answer.model_dump(mode="json") == json.loads(answer.model_dump_json())


def to_dict(s: Setting) -> None:
    answer = s.ask()
    assert answer.to_dict()["choices"][0]["message"]["content"]
    assert isinstance(answer.to_dict(), dict)


def to_json(s: Setting) -> None:
    answer = s.ask()
    assert json.loads(answer.to_json()) == answer.to_dict()
    assert answer.to_json(indent=None).startswith('{"')


def json_and_dict(s: Setting) -> None:
    answer = s.ask()
    assert dict(answer)["id"] == answer.id
    assert dict(answer)["choices"][0] is answer.choices[0]


def model_validate(s: Setting) -> None:
    answer = s.ask()
    again = s.module("types.chat").ChatCompletion.model_validate(answer.model_dump())
    assert again == answer
    assert again.choices[0].message.content == answer.choices[0].message.content


def model_validate_json(s: Setting) -> None:
    answer = s.ask()
    kind = s.module("types.chat").ChatCompletion
    assert kind.model_validate_json(answer.model_dump_json()) == answer


def model_construct(s: Setting) -> None:
    kind = s.module("types.chat").ChatCompletionMessage
    message = kind.model_construct(role="assistant", content="Hi")
    assert message.content == "Hi"
    assert kind.construct(role="assistant", content="Hi").role == "assistant"


def model_copy(s: Setting) -> None:
    answer = s.ask()
    other = answer.model_copy(update={"model": "other"})
    assert other.model == "other"
    assert answer.model != "other"
    assert answer.model_copy(deep=True) == answer


def fields_can_be_assigned(s: Setting) -> None:
    answer = s.ask()
    answer.choices[0].message.content = "changed"
    answer.model = "m"
    assert answer.model_dump()["choices"][0]["message"]["content"] == "changed"


def made_by_hand(s: Setting) -> None:
    chat = s.module("types.chat.chat_completion")
    message = s.module("types.chat.chat_completion_message").ChatCompletionMessage
    made = chat.ChatCompletion(
        id="1",
        choices=[
            chat.Choice(
                finish_reason="stop", index=0, message=message(role="assistant", content="Hi")
            )
        ],
        created=1,
        model="m",
        object="chat.completion",
    )
    assert made.choices[0].message.content == "Hi"
    assert made.usage is None


def made_by_hand_from_dicts(s: Setting) -> None:
    chunk = s.module("types.chat").ChatCompletionChunk(
        id="1",
        choices=[{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}],
        created=1,
        model="m",
        object="chat.completion.chunk",
    )
    assert chunk.choices[0].delta.content == "Hi"


def model_extra(s: Setting) -> None:
    message = s.ask().choices[0].message
    assert "reasoning" in message.model_extra
    assert "content" not in message.model_extra


def model_fields_set(s: Setting) -> None:
    chunk = next(iter(s.stream()))
    assert "usage" not in chunk.model_fields_set
    assert {"id", "choices"} <= chunk.model_fields_set


def model_fields_of_the_class(s: Setting) -> None:
    assert "choices" in s.module("types.chat").ChatCompletion.model_fields


def unknown_attribute(s: Setting) -> None:
    with pytest.raises(AttributeError):
        _ = s.ask().nonsense


def values_have_no_subscripts(s: Setting) -> None:
    with pytest.raises(TypeError):
        _ = s.ask()["choices"]


def equality(s: Setting) -> None:
    answer = s.ask()
    assert answer == copy.deepcopy(answer)
    assert answer != copy.copy(answer).model_copy(update={"id": "other"})


def pickling(s: Setting) -> None:
    answer = s.ask()
    assert pickle.loads(pickle.dumps(answer)) == answer


def repr_names_class_and_fields(s: Setting) -> None:
    answer = s.ask()
    assert repr(answer).startswith(f"ChatCompletion(id='{answer.id}', choices=[Choice(")
    assert "message=ChatCompletionMessage(content=" in repr(answer)
    assert str(answer) == repr(answer)


def request_id_attribute(s: Setting) -> None:
    answer = s.ask()
    assert hasattr(answer, "_request_id")
    assert "_request_id" not in answer.model_dump()


def isinstance_of_base_model(s: Setting) -> None:
    answer = s.ask()
    assert isinstance(answer, s.openai.BaseModel)
    assert isinstance(answer, s.module("types.chat").ChatCompletion)
    assert type(answer).__name__ == "ChatCompletion"


def subclass_of_base_model(s: Setting) -> None:
    class Item(s.openai.BaseModel):  # type: ignore[name-defined, misc]
        id: str
        object: str | None = None

    page = s.client().get("/models", cast_to=s.openai.BaseModel)
    item = Item.construct(**page.data[0])
    assert item.object == "model"


def names_of_types(s: Setting) -> None:
    from typing import get_type_hints

    chat = s.module("types.chat")
    for name in CHAT_NAMES:
        assert hasattr(chat, name), name
    assert get_type_hints(chat.ChatCompletionUserMessageParam)


def names_of_more_types(s: Setting) -> None:
    types = s.module("types")
    for name in NAMES:
        assert hasattr(types, name), name
    assert types.CreateEmbeddingResponse
    assert s.module("types.create_embedding_response").CreateEmbeddingResponse
    assert s.module("types.completion_usage").CompletionUsage
    assert s.module("types.chat.chat_completion_chunk").ChoiceDelta
    assert s.module("types.chat.chat_completion_chunk").ChoiceDeltaToolCall
    assert s.module("types.chat.chat_completion_message_tool_call").Function
    assert s.module("types.chat.chat_completion_message_param").ChatCompletionMessageParam
    assert s.module("types.audio").Transcription
    assert s.module("types.responses").Response
    assert s.module("types.responses").ResponseTextDeltaEvent
    assert s.module("types.shared_params").ResponseFormatJSONSchema
    assert s.module("types.shared").ErrorObject
    assert s.module("_types").NOT_GIVEN is s.openai.NOT_GIVEN
    assert s.module("pagination").SyncPage


def params_are_dicts(s: Setting) -> None:
    chat = s.module("types.chat")
    message = chat.ChatCompletionUserMessageParam(role="user", content="Hi")
    assert message == {"role": "user", "content": "Hi"}
    s.client().chat.completions.create(model="tiny", messages=[message])


def embedding_value(s: Setting) -> None:
    answer = s.client().embeddings.create(model="tiny", input=USER[0]["content"])
    assert isinstance(answer.data[0].embedding[0], float)
