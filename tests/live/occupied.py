"""A server with more work than it can do at once.

A test that stops a generation in progress needs one that cannot finish first, however long the
test itself waits for a CPU.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.live.dialogues import ENDLESS
from tests.live.servers import Address
from vllm_client import SyncVllmClient

CHOICES = 128
"""Four times the number that the server generates at once: two minutes of work."""


@contextmanager
def occupied(address: Address) -> Iterator[None]:
    """Keep the server busy in the block: a new request waits behind two minutes of work."""
    question = {**ENDLESS.options(thinking=True), "n": CHOICES, "temperature": 0.01}
    with (
        SyncVllmClient(address.base_url) as client,
        client.chat.completions.stream(**question) as stream,
    ):
        next(iter(stream))
        yield
