"""Each module has a test file of the same name, or a reason why other files test it."""

import re
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.tools.coverage_by_test import own_test_file

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "vllm_client"

_KEYWORDS = "keywords without code; tests/test_schema_drift.py compares them with vLLM"

TESTED_ELSEWHERE: Mapping[str, str] = {
    "__main__.py": "one call of cli.main, run by tests/cli/test_cli.py",
    "_version.py": "one constant, compared with pyproject.toml in tests/test_readme.py",
    "_background/*": "the sync face of a run, in tests/facades/test_bulk_run.py",
    "_async/*": "run with its generated twin, test by test, in tests/facades",
    "_sync/*": "run with its authored twin, test by test, in tests/facades",
    "_io/files.py": "two files: tests/io/test_media_files.py and tests/io/test_upload_files.py",
    "_io/asyncio_/*": "sockets and waiting: both sides run the same tests in tests/facades",
    "_io/threads/*": "sockets and waiting: both sides run the same tests in tests/facades",
    "api/*/options.py": _KEYWORDS,
    "api/common/generation.py": _KEYWORDS,
    "api/common/render_options.py": _KEYWORDS,
    "api/common/sampling.py": _KEYWORDS,
    "api/common/structured_outputs.py": _KEYWORDS,
    "api/common/templates.py": _KEYWORDS,
    "api/common/tools.py": _KEYWORDS,
    "balancing/wanted.py": "values, made and read in tests/balancing/test_places.py",
    "bulk/run_job.py": "values without code; made and read in tests/bulk/test_row_jobs.py",
    "bulk/run_slots.py": "the base of a run's state, in tests/bulk/test_run_state.py",
    "bulk/run_row.py": "values without code; made and read in tests/bulk/test_run_state.py",
    "cli/*": "the command line as a whole, in tests/cli/test_cli.py",
    "codec/logprobs.py": "one class without code; read in tests/api/chat/test_answers.py",
    "codec/usage.py": "classes without code; recorded answers in tests/test_schema_drift.py",
    "codec/finish_reason.py": "a type without code; checked in tests/typing/events.py",
    "http/base_url.py": "with the settings that hold it, in tests/call/test_settings.py",
    "http/content_parts.py": "by the helpers that make parts, in tests/io/test_media_files.py",
    "http/media_types.py": "with whole parts from files, in tests/io/test_media_files.py",
    "http/request_headers.py": "with the settings that hold them, in tests/call/test_settings.py",
    "http/upload.py": "with the files that become uploads, in tests/io/test_upload_files.py",
    "integrations/*": "below clients of httpx and httpx2, in tests/facades/test_httpx_transport.py",
    "launch/errors.py": "one class without code; raised in tests/launch/test_launch.py",
    "openai/*": "as scripts for openai-python use it, in tests/openai/test_idioms.py",
    "testing/cassette/exchange.py": "tests/testing/cassette/test_cassette_file.py",
    "testing/cassette/exchange_observer.py": "tests/testing/cassette/test_recorder_connection.py",
    "testing/cassette/recording.py": "tests/testing/cassette/test_recorder_connection.py",
    "testing/local_server.py": "by the server that is made of it, in tests/testing/test_server.py",
    "testing/endpoint.py": "run by the tests in tests/testing/families",
    "testing/families/derender_shapes.py": (
        "beside recorded refusals, in tests/testing/families/test_derender.py"
    ),
    "testing/families/stored_response.py": (
        "by requests, in tests/testing/families/test_response_store.py"
    ),
    "testing/generation_endpoint.py": "run by each test of a generation in tests/testing/families",
    "testing/pooled_endpoint.py": "by requests, in tests/testing/families/test_embeddings.py",
    "testing/pooled_shapes.py": "beside recorded bodies, in tests/testing/test_body_shapes.py",
    "testing/tensor_answers.py": "in each format, in tests/testing/families/test_embeddings.py",
    "testing/ids.py": "by answers that have ids, in tests/testing/test_recordings.py",
    "testing/server_state.py": "by requests that change it, in tests/testing/test_routes.py",
    "testing/settings.py": "by servers that have them, in tests/testing/test_server.py",
}
"""Modules without a test file of the same name -> the reason and the files that test them. A key
may be a pattern."""

MODULES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
)
WITHOUT_OWN_TESTS = [
    name for name in MODULES if not (ROOT / "tests" / own_test_file(name)).exists()
]


@pytest.mark.parametrize("module", WITHOUT_OWN_TESTS)
def test_a_module_without_its_own_test_file_has_a_reason(module: str) -> None:
    assert [row for row in TESTED_ELSEWHERE if fnmatch(module, row)], (
        f"add tests/{own_test_file(module)}, or a row to TESTED_ELSEWHERE"
    )


@pytest.mark.parametrize("row", TESTED_ELSEWHERE)
def test_every_row_is_needed(row: str) -> None:
    assert [module for module in WITHOUT_OWN_TESTS if fnmatch(module, row)]


@pytest.mark.parametrize("reason", TESTED_ELSEWHERE.values())
def test_the_files_that_a_reason_names_exist(reason: str) -> None:
    named = re.findall(r"tests/[\w/]+(?:\.py)?", reason)

    assert named
    assert all((ROOT / name).exists() for name in named)
