"""Files of bulk runs, and runs that answer their rows without a server."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from vllm_client._io.bulk_files import BulkFiles
from vllm_client.bulk.requests import BulkRow
from vllm_client.errors import ApiError

URL = "/v1/chat/completions"


def body_of(content: str) -> dict[str, Any]:
    """Return the body of a chat request."""
    return {"model": "m", "messages": [{"role": "user", "content": content}]}


def batch_line(content: str, custom_id: str | None = None, **parameters: Any) -> str:
    """Return a line of a batch file."""
    named = {} if custom_id is None else {"custom_id": custom_id}
    row = {**named, "method": "POST", "url": URL, "body": {**body_of(content), **parameters}}
    return json.dumps(row)


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    """Write a file with these lines."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def content_of(row: BulkRow) -> str:
    """Return the question of a row."""
    return str(row.body["messages"][-1]["content"])


def answer_to(row: BulkRow) -> bytes:
    """Return a chat answer that repeats the question."""
    message = {"role": "assistant", "content": f"re: {content_of(row)}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "model": "m", "choices": [choice]}
    return json.dumps(answer).encode()


def api_error(message: str = "too long") -> ApiError:
    """Return an error of the server about a single request."""
    error = ApiError(message, 400)
    error.type = "BadRequestError"
    return error


def run(
    source: Path,
    output: Path,
    *,
    fails: Callable[[BulkRow], bool] = lambda row: False,
    at_the_end: Callable[[], object] = lambda: None,
    **options: Any,
) -> BulkFiles:
    """Answer all rows and close the files. `at_the_end` is called after the last row."""
    with BulkFiles.open(source, output, **options) as files:
        for row in files.rows():
            if fails(row):
                files.failed(row, api_error(), attempts=1, seconds=0.5)
            else:
                files.succeeded(row, answer_to(row), attempts=1, seconds=0.5, request_id="r")
        at_the_end()
        files.finish(complete=True)
    return files


def lines_of(path: Path) -> list[Any]:
    """Return the decoded lines of a file."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def keys_of(path: Path) -> list[str]:
    """Return the keys of an output's lines, in the order of the file."""
    return [line["vllm_client"]["key"] for line in lines_of(path)]


def answers_of(path: Path) -> dict[str, str]:
    """Return the answers of an output by key; the last line of a key wins."""
    return {
        line["vllm_client"]["key"]: line["response"]["body"]["choices"][0]["message"]["content"]
        for line in lines_of(path)
    }
