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
    """One answer of a script.

    Attributes:
        choices: Replies of the model, one for each `n` of a generation.
        fixed: An answer that does not depend on the model.
        faults: Faults in this answer.
    """

    choices: tuple[ModelReply, ...] = ()
    fixed: ErrorReply | RawReply | None = None
    faults: tuple[Fault, ...] = ()

    def fits(self, accepts: tuple[type, ...]) -> bool:
        """Whether this answers requests of a route that accepts these types of replies."""
        return self.fixed is not None or isinstance(self.choices[0], accepts)


def scripted(reply: Scriptable, faults: Sequence[Fault]) -> Scripted:
    """Convert a reply, in any form that a script may have."""
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
        "expected a Reply, Embeddings, Scores, Labels, ErrorReply, RawReply, a str or a list of"
        f" choices, got {reply!r}"
    )


def _spoken(reply: Reply | str) -> Reply:
    if isinstance(reply, str | Reply):
        return Reply(reply) if isinstance(reply, str) else reply
    raise TypeError(f"a choice: expected a Reply or a str, got {reply!r}")


class Script:
    """Queued answers by path. Answers without a path go to any request that they fit."""

    def __init__(self) -> None:
        self._queues: defaultdict[str | None, deque[Scripted]] = defaultdict(deque)

    def add(self, path: str | None, answers: Sequence[Scripted]) -> None:
        self._queues[path].extend(answers)

    def take(self, path: str, accepts: tuple[type, ...] = ()) -> Scripted | None:
        """Remove and return the next answer for a request to this path, if any.

        `accepts`: the types of replies of its route; empty if the route does not ask the model.
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
        """The number of queued answers."""
        return sum(map(len, list(self._queues.values())))
