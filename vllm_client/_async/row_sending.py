"""Send one row of a run, or a batch of rows."""

from __future__ import annotations

import attrs

from ..bulk.row_batches import BatchRequest
from ..bulk.run_job import BulkAnswer
from ..bulk.run_row import Row
from ..call.request import RequestSpec
from ..errors import ApiError
from .call_runner import AsyncCallRunner


async def send_row(caller: AsyncCallRunner, row: Row) -> BulkAnswer:
    """Send a row and return its answer. Raises VllmError.

    If an earlier request of the row lost its connection, the row is sent over a new connection.
    Over a pooled connection, a row that crashes its server would be sent twice: a call repeats a
    request, without counting it as a retry, if a pooled connection closes.
    """
    if isinstance(row.request, BatchRequest):
        return await _send_batch(caller, row.request)
    spec: RequestSpec[BulkAnswer] = row.request
    if row.losses:
        spec = attrs.evolve(spec, replayable=False)
    return await caller.call(spec)


async def _send_batch(caller: AsyncCallRunner, batch: BatchRequest) -> BulkAnswer:
    """Send a batch; send its rows one by one if the server rejects the batch."""
    if not batch.can_be_sent:
        return batch.answer([])
    try:
        answer: BulkAnswer = await caller.call(batch.together)
        return batch.answer(answer)
    except ApiError as error:
        if not batch.is_refused_for_one(error):
            raise
    found: list[BulkAnswer | ApiError] = []
    for spec in batch.alone():
        try:
            answer = await caller.call(spec)
            found.append(answer)
        except ApiError as error:
            if not batch.is_refused_for_one(error):
                raise
            found.append(error)
    return batch.answer(found)
