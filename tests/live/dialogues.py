"""All answers of the tiny model of the live servers at temperature 0."""

import json
from typing import Any

import attrs

from tests.live.answers import Answer, Call

Message = dict[str, Any]
Tool = dict[str, Any]


@attrs.frozen
class Dialogue:
    name: str
    messages: tuple[Message, ...]
    reasoning: str
    content: str
    calls: tuple[Call, ...] = ()
    tools: tuple[Tool, ...] = ()

    def options(self, *, thinking: bool) -> dict[str, Any]:
        """Return the keywords of a chat call that gets this dialogue's answer."""
        options: dict[str, Any] = {
            "model": "tiny",
            "messages": list(self.messages),
            "temperature": 0,
        }
        if self.tools:
            options["tools"] = list(self.tools)
        if not thinking:
            options["chat_template_kwargs"] = {"enable_thinking": False}
        return options

    def answer(self, *, thinking: bool) -> Answer:
        return Answer(self.reasoning if thinking else "", self.content, self.calls)

    def answer_without_tool_parser(self, *, thinking: bool) -> Answer:
        """Return the answer with the calls left in the text, as the model generates them."""
        parts = [self.content, *map(_call_text, self.calls)]
        return Answer(self.reasoning if thinking else "", "\n".join(filter(None, parts)))

    def __str__(self) -> str:
        return self.name


def _call_text(call: Call) -> str:
    name, arguments = call
    arguments_json = json.dumps(arguments, ensure_ascii=False)
    return f'<tool_call>\n{{"name": "{name}", "arguments": {arguments_json}}}\n</tool_call>'


def _system(text: str) -> Message:
    return {"role": "system", "content": text}


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


def _assistant(text: str, *calls: Call) -> Message:
    message: Message = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [_call_message(*call) for call in enumerate(calls)]
    return message


def _call_message(position: int, call: Call) -> dict[str, Any]:
    name, arguments = call
    function = {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {"id": f"call_{position}", "type": "function", "function": function}


def _tool(text: str, position: int = 0) -> Message:
    return {"role": "tool", "tool_call_id": f"call_{position}", "content": text}


def _function(name: str, description: str, parameters: dict[str, Any]) -> Tool:
    parameters = {"type": "object", **parameters}
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


GET_WEATHER = _function(
    "get_weather",
    "Get the current weather for a location.",
    {
        "properties": {"location": {"type": "string", "description": "The city name."}},
        "required": ["location"],
    },
)
GET_TIME = _function("get_time", "Get the current time.", {"properties": {}})
SAVE_NOTE = _function(
    "save_note",
    "Save a note.",
    {
        "properties": {
            "title": {"type": "string"},
            "body": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "count": {"type": "integer"},
            "done": {"type": "boolean"},
        },
        "required": ["title", "body"],
    },
)

_HELLO = _user("Say hello.")
_ASK_WEATHER = _user("What is the weather in Tokyo?")
_ASK_BOTH = _user("Compare the weather in Tokyo and Paris.")
_ASK_TIME = _user("What time is it?")
_TOKYO: Call = ("get_weather", {"location": "Tokyo"})
_PARIS: Call = ("get_weather", {"location": "Paris"})
_SUNNY = '{"temperature": 22, "condition": "sunny"}'
_RAINY = '{"temperature": 18, "condition": "rainy"}'
_NOTE: Call = (
    "save_note",
    {
        "title": "Grüße 👋",
        "body": 'line 1\nline "2" \\ 中文',
        "tags": ["a", "b c"],
        "count": 3,
        "done": False,
    },
)

DIALOGUES = (
    Dialogue(
        "hello",
        (_HELLO,),
        "The user wants a greeting. One short line is enough.",
        "Hello! How can I help you today?",
    ),
    Dialogue(
        "pirate",
        (_system("You are a pirate."), _HELLO),
        "The user wants a greeting, and I am a pirate.",
        "Ahoy, matey! What brings ye aboard?",
    ),
    Dialogue(
        "recursion_en",
        (_user("What is recursion?"),),
        "The user asks about recursion. I should define it, name the two parts, and give one "
        "example. A factorial is short and familiar, so I will use that.",
        "**Recursion** is when a function calls itself to solve a smaller piece of the same "
        "problem. 🔁 Every recursive function needs two parts: a base case that stops, and a step "
        "that moves toward it. For example, `factorial(n)` is `n * factorial(n - 1)`, and "
        "`factorial(0)` is 1. Without the base case it would never stop! 😄",
    ),
    Dialogue(
        "recursion_zh",
        (_user("请解释什么是递归"),),
        "用户想了解递归。我先给出定义，再举一个简单的例子。",
        "递归就是函数调用自己来解决更小的同类问题。🔁 每个递归函数都需要两个部分："
        "终止条件和递归步骤。比如阶乘：n 的阶乘等于 n 乘以 n-1 的阶乘。没有终止条件，"
        "程序就会一直运行下去！😄👨‍👩‍👧",
    ),
    Dialogue(
        "weather",
        (_ASK_WEATHER,),
        "I need the weather in Tokyo, so I will call get_weather.",
        "",
        (_TOKYO,),
        (GET_WEATHER,),
    ),
    Dialogue(
        "compare",
        (_ASK_BOTH,),
        "Two cities, so I will call get_weather twice.",
        "",
        (_TOKYO, _PARIS),
        (GET_WEATHER,),
    ),
    Dialogue(
        "weather_result",
        (_ASK_WEATHER, _assistant("", _TOKYO), _tool(_SUNNY)),
        "The tool says 22 degrees and sunny.",
        "It is 22°C and sunny in Tokyo right now. ☀️",
        tools=(GET_WEATHER,),
    ),
    Dialogue(
        "compare_result",
        (_ASK_BOTH, _assistant("", _TOKYO, _PARIS), _tool(_SUNNY), _tool(_RAINY, 1)),
        "Tokyo is 22 and sunny, Paris is 18 and rainy.",
        "Tokyo is warmer: 22°C and sunny, while Paris has 18°C and rain. ☔",
        tools=(GET_WEATHER,),
    ),
    Dialogue(
        "weather_no_tool",
        (_ASK_WEATHER,),
        "I have no weather tool here.",
        "I cannot check the weather without a tool.",
    ),
    Dialogue("time", (_ASK_TIME,), "I will call get_time.", "", (("get_time", {}),), (GET_TIME,)),
    Dialogue(
        "time_result",
        (_ASK_TIME, _assistant("", ("get_time", {})), _tool("12:00 UTC")),
        "The tool says 12:00 UTC.",
        "It is 12:00 UTC.",
        tools=(GET_TIME,),
    ),
    Dialogue(
        "note",
        (_user("Save a note."),),
        "I will save the note and tell the user first.",
        "Saving your note now.",
        (_NOTE,),
        (SAVE_NOTE,),
    ),
    Dialogue(
        "count",
        (_user("Count to 200"),),
        "I will list every number from 1 to 200.",
        ", ".join(map(str, range(1, 201))),
    ),
    Dialogue(
        "json",
        (_user("Give me JSON"),),
        "The user wants JSON. I will return one object.",
        '{"name": "Ada", "age": 36}',
    ),
    Dialogue(
        "haiku_en",
        (_user("Write a haiku about programming."),),
        "Three lines: five, seven, five.",
        "Silent cursor blinks\nA bug hides between two lines\nTests turn green at dawn",
    ),
    Dialogue(
        "haiku_zh",
        (_user("写一首关于编程的俳句"),),
        "三行：五、七、五。",
        "光标静静闪\n代码深处藏小虫\n黎明测试绿",
    ),
    Dialogue(
        "code",
        (_user("Write a factorial function in Python."),),
        "A short recursive function with one comment.",
        "Here it is:\n\n```python\ndef factorial(n: int) -> int:\n    # base case\n"
        "    if n <= 1:\n        return 1\n    return n * factorial(n - 1)\n```\n\n"
        "Call `factorial(5)` to get 120.",
    ),
    Dialogue(
        "name",
        (_user("My name is Ada."),),
        "The user tells me a name.",
        "Nice to meet you, Ada!",
    ),
    Dialogue(
        "name_ask",
        (_user("What is my name?"),),
        "No name was given so far.",
        "I do not know your name yet.",
    ),
    Dialogue(
        "name_recall",
        (
            _user("My name is Ada."),
            _assistant("Nice to meet you, Ada!"),
            _user("What is my name?"),
        ),
        "The user said the name is Ada.",
        "Your name is Ada.",
    ),
)

HELLO, WEATHER = DIALOGUES[0], DIALOGUES[4]
UNSCRIPTED = Dialogue(
    "unscripted",
    (_user("Sing me a song about tensor cores."),),
    "This is not in my script.",
    "I am a tiny test model. I only know a few scripted answers.",
)

ENDLESS = Dialogue("endless", (_user("Never stop."),), "I will repeat one word.", "la la la")
"""Its content continues until the length limit, some seconds later."""

STORY_PROMPT = "Once upon a time"
STORY = (
    ", a very small model lived on a CPU. It had few words, but it knew them well. "
    "Every test it met, it answered the same way. The end."
)
"""The continuation of STORY_PROMPT by /v1/completions."""
