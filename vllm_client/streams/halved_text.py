r"""Join surrogate pairs that a gateway split between events.

JSON escapes a character beyond U+FFFF as two surrogates, \ud83d\ude00. A gateway that splits text
by UTF-16 units may send one surrogate at the end of an event and the other one in the next event.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeAlias

import attrs

from ..codec.json_codec import without_halves


@attrs.frozen
class TextPlace:
    """The place of a piece of text in the payload of an event.

    Attributes:
        key: Identifies the text that the piece belongs to.
        group: Identifies texts that follow one another, such as reasoning and content.
        holder: The JSON object that contains the piece.
        name: The key of the piece in that object.
        event: Makes the payload of an event that contains only the given piece of this text.
    """

    key: Hashable
    group: Hashable
    holder: dict[str, Any]
    name: str
    event: Callable[[str], Any]


# Returns whether the texts of a group are complete.
HasEnded: TypeAlias = Callable[[Hashable], bool]
FindTexts: TypeAlias = Callable[[Any], tuple[Iterable[TextPlace], HasEnded]]


class HalvedTexts:
    """Holds back a lone surrogate at the end of a piece until the next piece of the same text.

    Args:
        find_texts: Finds the texts in a payload.

    Attributes:
        held: The surrogates held back, with their places, by the key of the text.
    """

    def __init__(self, find_texts: FindTexts) -> None:
        self._find_texts = find_texts
        self.held: dict[Hashable, tuple[str, TextPlace]] = {}

    def joined(self, payload: Any) -> list[Any]:
        """Join held-back surrogates with the payload's texts.

        Returns:
            The payloads to process in this order: first U+FFFD for each held-back surrogate whose
            text has ended, then the changed payload itself.
        """
        found, has_ended = self._find_texts(payload)
        places = [place for place in found if place.holder.get(place.name)]
        keys = {place.key for place in places}
        groups = {place.group for place in places}
        lone = [
            key
            for key, (_, place) in self.held.items()
            if key not in keys and (place.group in groups or has_ended(place.group))
        ]
        before = [self._release(key) for key in lone]
        for place in places:
            self._join(place, has_ended(place.group))
        return [*before, payload]

    def rest(self) -> list[Any]:
        """Return payloads with U+FFFD for each surrogate still held back, at the stream's end."""
        return [self._release(key) for key in list(self.held)]

    def _join(self, place: TextPlace, ended: bool) -> None:
        half, _ = self.held.pop(place.key, ("", place))
        text = half + place.holder[place.name]
        if "\ud800" <= text[-1] <= "\udbff" and not ended:
            self.held[place.key] = text[-1], place
            text = text[:-1]
        place.holder[place.name] = without_halves(text)

    def _release(self, key: Hashable) -> Any:
        _, place = self.held.pop(key)
        return place.event("\ufffd")
