"""A sample program that answers questions about the weather with a tool, and streams its text."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from attrs import frozen

from vllm_client import ApiError, StreamEvent, SyncVllmClient, user

Forecasts = Mapping[str, Mapping[str, Any]]


@frozen
class Report:
    """An answer. `cities`: the cities whose weather was looked up, in this order."""

    text: str
    cities: tuple[str, ...] = ()
    complete: bool = True


@frozen
class WeatherDesk:
    """Answer questions with the forecasts; `write` gets each piece of text as it arrives."""

    client: SyncVllmClient
    forecasts: Forecasts
    write: Callable[[str], object]
    model: str = "tiny"

    def ask(self, question: str) -> Report:
        """Answer a question. The model may look up the weather of any city."""
        cities: list[str] = []

        def get_weather(location: Annotated[str, "The city name."]) -> Mapping[str, Any]:
            """Get the current weather for a location."""
            cities.append(location)
            return self.forecasts[location]

        text = ""
        with self.client.chat.completions.stream_tools(
            model=self.model, messages=[user(question)], tools=[get_weather], temperature=0
        ) as events:
            for event in events:
                if isinstance(event, StreamEvent.Content):
                    self.write(event.delta)
                    text += event.delta
        return Report(text.strip(), tuple(cities))

    def greet(self, max_tokens: int | None = None) -> Report:
        """Return a greeting; if the server fails, return its error message instead."""
        try:
            answer = self.client.chat.completions.create(
                model=self.model,
                messages=[user("Say hello.")],
                temperature=0,
                max_tokens=max_tokens,
                chat_template_kwargs={"enable_thinking": False},
            )
        except ApiError as error:
            return Report(f"The desk is closed ({error.code}).", complete=False)
        return Report((answer.content or "").strip(), complete=answer.finish_reason == "stop")
