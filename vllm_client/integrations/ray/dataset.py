"""Add the answers of a model to the rows of a Ray dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from ...bulk.run_options import RunKeywords
from ...errors import RequestError
from .row_mapper import MAX_ROWS_AHEAD, RowMapper

if TYPE_CHECKING:
    # type checkers see it only where the extra is installed
    from ray.data import Dataset  # pyright: ignore[reportMissingImports]

# Rows in one call of an actor. All rows of a call are sent again if the actor dies.
DEFAULT_BATCH_SIZE = 256

# Limits for the calls that an actor runs at once, each in a thread of Ray.
MIN_CALLS, MAX_CALLS = 2, 64

# The CPUs of an actor, which waits for the network most of the time.
CPUS = 0.1


def map_dataset(
    ds: Dataset,
    request: Any,
    *,
    body: Callable[[dict[str, Any]], Any] | None = None,
    response_format: Any = None,
    batch: int | None = None,
    prefix: str = "",
    actors: int = 1,
    batch_size: int = DEFAULT_BATCH_SIZE,
    ray_remote_args: dict[str, Any] | None = None,
    **run: Unpack[RunKeywords],
) -> Dataset:
    """Send the rows of a Ray dataset, and add the answers as columns; rows keep their order.

    Evaluation is lazy, as everywhere in Ray Data: rows are sent when the result is consumed, with
    backpressure from a slow consumer. `ds.context.execution_options.preserve_order` is switched on.

    Args:
        ds: The dataset.
        request, body, response_format, batch, prefix: See RowMapper.
        actors: Number of processes that send rows. Each has a client and finds its own concurrency;
            actors that use the same server share it evenly.
        batch_size: Rows in one call of an actor. If an actor dies, the rows of its unfinished calls
            are sent again by another actor.
        ray_remote_args: Resources of an actor, such as `{"num_cpus": 1}`. Default: 0.1 CPUs.
        **run: See `vllm_client.RunKeywords`; they apply to each actor.

    Raises:
        RequestError: A keyword is wrong.
    """
    from ray.data import ActorPoolStrategy  # pyright: ignore[reportMissingImports]

    own = {"body": body, "response_format": response_format, "batch": batch, "prefix": prefix}
    keywords: dict[str, Any] = {**own, **run}
    RowMapper(request, **keywords)  # so that errors are raised here, not in an actor
    if type(batch_size) is not int or batch_size < 1:
        raise RequestError(f"batch_size: expected a number of rows above 0, got {batch_size!r}")
    answered = ds.repartition(target_num_rows_per_block=batch_size).map_batches(
        RowMapper,
        fn_constructor_args=(request,),
        fn_constructor_kwargs=keywords,
        batch_size=None,  # pass each block whole: a block has batch_size rows
        batch_format="pyarrow",
        compute=ActorPoolStrategy(
            size=actors,
            max_concurrent_calls_per_actor=_calls(batch_size),
            enable_true_multi_threading=True,
        ),
        udf_modifying_row_count=False,
        **{"num_cpus": CPUS, **(ray_remote_args or {})},
    )
    answered.context.execution_options.preserve_order = True
    return answered


def _calls(batch_size: int) -> int:
    """Return the number of concurrent calls per actor that keeps the largest servers busy."""
    return min(MAX_CALLS, max(MIN_CALLS, -(-MAX_ROWS_AHEAD // batch_size)))
