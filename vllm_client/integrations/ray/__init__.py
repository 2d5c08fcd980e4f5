"""Send the rows of Ray, Dask and Spark to vLLM.

    answers = map_dataset(ds, client.chat.completions.create(), body=lambda row: row["question"])

Needs the extra `ray`. `RowMapper` also works with Dask and Spark; then it needs pandas instead of
Ray.
"""

from .dataset import map_dataset
from .row_mapper import RowMapper

__all__ = ["RowMapper", "map_dataset"]
