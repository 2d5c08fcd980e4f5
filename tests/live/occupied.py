"""A server with more to do than it can do at once.

A test that stops a generation while it runs needs one that cannot end first, however long the
test itself has to wait for a processor.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.live.dialogues import ENDLESS
from tests.live.servers import Address
from vllm_client import SyncVllmClient

CHOICES = 128
"""Four times what the server generates at once: two minutes of work."""


@contextmanager
def occupied(address: Address) -> Iterator[None]:
    """Inside, a new request waits in the server's queue behind two minutes of work."""
    question = {**ENDLESS.options(thinking=True), "n": CHOICES, "temperature": 0.01}
    with (
        SyncVllmClient(address.base_url) as client,
        client.chat.completions.stream(**question) as stream,
    ):
        next(iter(stream))
        yield
