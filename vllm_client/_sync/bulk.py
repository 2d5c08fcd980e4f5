# Generated from vllm_client/_async/bulk.py by `python tests/tools/generate_sync.py`.
"""`client.bulk`: send the requests of a batch file, and write their answers to a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from ..api.common.shown_keywords import shows_keywords
from .call_runner import SyncCallRunner

if TYPE_CHECKING:
    from ..bulk.report import BulkReport, Progress
    from ..bulk.run_options import BulkKeywords


@explains_missing_await
@shows_keywords
class SyncBulkCalls:
    """Bulk runs over files: `client.bulk`."""

    _caller: SyncCallRunner

    def bulk(
        self,
        input: str | os.PathLike[str],
        output: str | os.PathLike[str],
        *,
        progress: Progress = False,
        **options: Unpack[BulkKeywords],
    ) -> BulkReport:
        """Send the requests of a batch file, with adaptive concurrency.

            report = client.bulk("in.jsonl", "out.jsonl")

        Run it again to continue: rows that have an answer are not sent again. Failed rows are
        written to `NAME.errors.jsonl`, which is a valid input. An interrupt waits up to 30 s for
        the requests in flight; a second interrupt closes the connections. The files are valid in
        either case, and also after `kill -9`.

        Args:
            input: A file of lines in the format of OpenAI's batch files (custom_id, method, url,
                body); "-" is stdin; gzip files are decompressed.
            output: The output file, with a line per answered row; "-" is stdout, which cannot be
                continued.
            progress: True shows a progress line on stderr; a function is called with a BulkReport
                every second. Default: no progress.
            **options: See `vllm_client.BulkKeywords`.

        Raises:
            RequestError: The input or a keyword is wrong; nothing was sent.
            BulkFileError: A file of the run cannot be read or written.
            BulkError: The server was unreachable for too long, or too many rows failed.
            VllmError: An error that affects every row, such as an invalid API key.
        """
        from .._background.bulk_files import run_files
        from ..bulk.file_task import batch_task

        task = batch_task(self._caller.settings, input, output, options)
        return run_files(self._caller, task, progress)
