# Generated from vllm_client/_async/bulk.py by `python tests/tools/generate_sync.py`.
"""`client.bulk`: a batch file of requests, and a file of their answers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from typing_extensions import Unpack

from ..api.common.shown_keywords import shows_keywords
from .call_runner import SyncCallRunner

if TYPE_CHECKING:
    from ..bulk.report import BulkReport, Progress
    from ..bulk.run_options import BulkKeywords


@shows_keywords
class SyncBulkCalls:
    """`client.bulk`."""

    _caller: SyncCallRunner

    def bulk(
        self,
        input: str | os.PathLike[str],
        output: str | os.PathLike[str],
        *,
        progress: Progress = False,
        **options: Unpack[BulkKeywords],
    ) -> BulkReport:
        """Send the requests of a batch file, with as many in flight as the server can use.

            report = client.bulk("in.jsonl", "out.jsonl")

        Run it again and it continues: rows that have an answer are not sent a second time. Failed
        rows go to `NAME.errors.jsonl`, which is an input itself. An interrupted run waits up to
        30 s for the requests in flight; a second interrupt closes the connections. The files are
        whole in either case, and after `kill -9` too.

        Args:
            input: lines in the format of OpenAI's batch files (custom_id, method, url, body);
                "-" is stdin; gzip is unpacked.
            output: one line for each answered row; "-" is stdout, which cannot be continued.
            progress: True shows the state in a line on stderr; a function gets a BulkReport
                each second.
            **options: See `vllm_client.BulkKeywords`.

        Raises:
            RequestError: The input or a keyword is wrong; nothing was sent.
            BulkFileError: A file of the run cannot be read or written.
            BulkError: The server was away for too long, or too many rows failed.
            VllmError: An error that every row would meet, such as a wrong key.
        """
        from .._background.bulk_files import run_files
        from ..bulk.file_task import batch_task

        task = batch_task(self._caller.settings, input, output, options)
        return run_files(self._caller, task, progress)
