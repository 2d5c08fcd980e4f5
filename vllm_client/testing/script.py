"""The queue of scripted answers: first in, first out, one for each request."""

from collections import defaultdict, deque
from collections.abc import Sequence

from attrs import frozen

from .faults import Fault
from .replies import AnyReply, ErrorReply, RawReply, Reply

Scriptable = AnyReply | str | Sequence[Reply | str]
"""A reply; a str is a `Reply` of that text; a sequence holds the choices of one answer."""


@frozen
class Scripted:
    """One answer of a script. `choices`: what a generation says, one for each of its `n`."""

    choices: tuple[Reply, ...] = ()
    fixed: ErrorReply | RawReply | None = None
    faults: tuple[Fault, ...] = ()


def scripted(reply: Scriptable, faults: Sequence[Fault]) -> Scripted:
    """A reply in any of the forms that a script may have, as one."""
    match reply:
        case ErrorReply() | RawReply():
            return Scripted(fixed=reply, faults=tuple(faults))
        case Reply() | str():
            return Scripted((_spoken(reply),), faults=tuple(faults))
        case [_, *_]:
            return Scripted(tuple(map(_spoken, reply)), faults=tuple(faults))
    raise TypeError(f"a reply is a Reply, ErrorReply, RawReply, a str or several, not {reply!r}")


def _spoken(reply: Reply | str) -> Reply:
    if isinstance(reply, str | Reply):
        return Reply(reply) if isinstance(reply, str) else reply
    raise TypeError(f"a choice is a Reply or a str, not {reply!r}")


class Script:
    """Answers to come, by path; those without a path go to any generation."""

    def __init__(self) -> None:
        self._queues: defaultdict[str | None, deque[Scripted]] = defaultdict(deque)

    def add(self, path: str | None, answers: Sequence[Scripted]) -> None:
        self._queues[path].extend(answers)

    def take(self, path: str, *, generates: bool) -> Scripted | None:
        """The next answer for a request to this path, which is used up by it."""
        for key in (path, None) if generates else (path,):
            if queue := self._queues.get(key):
                return queue.popleft()
        return None

    @property
    def left(self) -> int:
        """How many answers are still to come."""
        return sum(map(len, list(self._queues.values())))
