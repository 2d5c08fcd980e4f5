"""The queue of scripted answers: first in, first out, one for each request."""

from collections import defaultdict, deque
from collections.abc import Sequence

from attrs import frozen

from .faults import Fault
from .replies import AnyReply, Embeddings, ErrorReply, Labels, ModelReply, RawReply, Reply, Scores

Scriptable = AnyReply | str | Sequence[Reply | str]
"""A reply; a str is a `Reply` of that text; a sequence holds the choices of one answer."""


@frozen
class Scripted:
    """One answer of a script. `choices`: what the model says, one for each `n` of a generation."""

    choices: tuple[ModelReply, ...] = ()
    fixed: ErrorReply | RawReply | None = None
    faults: tuple[Fault, ...] = ()

    def fits(self, accepts: tuple[type, ...]) -> bool:
        """Whether this answers requests that the model answers in one of these ways."""
        return self.fixed is not None or isinstance(self.choices[0], accepts)


def scripted(reply: Scriptable, faults: Sequence[Fault]) -> Scripted:
    """A reply in any of the forms that a script may have, as one."""
    match reply:
        case ErrorReply() | RawReply():
            return Scripted(fixed=reply, faults=tuple(faults))
        case Embeddings() | Scores() | Labels():
            return Scripted((reply,), faults=tuple(faults))
        case Reply() | str():
            return Scripted((_spoken(reply),), faults=tuple(faults))
        case [_, *_]:
            return Scripted(tuple(map(_spoken, reply)), faults=tuple(faults))
    raise TypeError(
        "a reply is a Reply, Embeddings, Scores, Labels, ErrorReply, RawReply, a str or several,"
        f" not {reply!r}"
    )


def _spoken(reply: Reply | str) -> Reply:
    if isinstance(reply, str | Reply):
        return Reply(reply) if isinstance(reply, str) else reply
    raise TypeError(f"a choice is a Reply or a str, not {reply!r}")


class Script:
    """Answers to come, by path; those without a path go to any request that they fit."""

    def __init__(self) -> None:
        self._queues: defaultdict[str | None, deque[Scripted]] = defaultdict(deque)

    def add(self, path: str | None, answers: Sequence[Scripted]) -> None:
        self._queues[path].extend(answers)

    def take(self, path: str, accepts: tuple[type, ...] = ()) -> Scripted | None:
        """The next answer for a request to this path, which is used up by it.

        `accepts`: what the model may say to it; nothing if the model is not asked.
        """
        if queue := self._queues.get(path):
            return queue.popleft()
        queue = self._queues[None]
        for answer in queue if accepts else ():
            if answer.fits(accepts):
                queue.remove(answer)
                return answer
        return None

    @property
    def left(self) -> int:
        """How many answers are still to come."""
        return sum(map(len, list(self._queues.values())))
