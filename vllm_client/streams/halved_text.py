"""Join surrogate pairs, the two halves of a character, that a gateway split between events.

JSON writes a character beyond U+FFFF as two escapes, \\ud83d\\ude00. A gateway that cuts text by
UTF-16 units may send one half at the end of one event and the other in the next.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeAlias

import attrs

from ..codec.json_codec import without_halves


@attrs.frozen
class TextPlace:
    """A text in an event's payload that goes on in later events.

    Attributes:
        key: names the text.
        group: several texts of one group come one after another.
        holder: the object that holds this piece.
        name: the piece's key in it.
        event: makes the payload of an event that brings nothing but this piece.
    """

    key: Hashable
    group: Hashable
    holder: dict[str, Any]
    name: str
    event: Callable[[str], Any]


# Whether the texts of a group are whole.
HasEnded: TypeAlias = Callable[[Hashable], bool]
FindTexts: TypeAlias = Callable[[Any], tuple[Iterable[TextPlace], HasEnded]]


class HalvedTexts:
    """Holds back half a character at the end of a text until the next piece of that text.

    Args:
        find_texts: finds the texts in a payload.

    Attributes:
        held: each half that is held back, with its place, by the key of its text.
    """

    def __init__(self, find_texts: FindTexts) -> None:
        self._find_texts = find_texts
        self.held: dict[Hashable, tuple[str, TextPlace]] = {}

    def joined(self, payload: Any) -> list[Any]:
        """The payload with whole characters, after what must be given out before it."""
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
        """The payloads that give out what is still held back."""
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
