"""The README of bulk runs: its examples run, and its tables match the code."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.helpers.bulk_lines import api_error, batch_line, lines_of, run, write_lines
from vllm_client._io import input_file, journal_writer
from vllm_client._io.bulk_files import BulkFiles
from vllm_client.bulk.batch_file import BULK_ROUTES
from vllm_client.testing import SimulatedVllm

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "vllm_client" / "bulk" / "README.md").read_text(encoding="utf-8")
MAP_BLOCK, FILES_BLOCK = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)


def _ran(block: str, tmp_path: Path) -> list[str]:
    """Run a block; return the lines that it prints."""
    with SimulatedVllm() as server:
        program = block.replace("http://localhost:8000/v1", server.base_url)
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=tmp_path,
            env={
                **os.environ,
                "VLLM_BASE_URL": server.base_url,
                "PYTHONIOENCODING": "utf-8",
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    return ran.stdout.splitlines()


def test_example_of_map_runs(tmp_path: Path) -> None:
    printed = _ran(MAP_BLOCK, tmp_path)

    assert len(printed) == 51
    assert printed[-1].startswith("50 of 50 rows done")


def test_example_of_files_runs(tmp_path: Path) -> None:
    printed = _ran(FILES_BLOCK, tmp_path)

    assert [line.split()[0] for line in printed[-10:]] == [f"row-{n}" for n in range(10)]
    assert len(lines_of(tmp_path / "out.jsonl")) == 10


def test_readme_lists_the_routes() -> None:
    _, _, after = PAGE.partition("<!-- routes -->")
    assert set(re.findall(r"`(/.*?)`", after.partition(". A full URL")[0])) == set(BULK_ROUTES)


def test_readme_lists_the_fields_of_a_line(tmp_path: Path) -> None:
    run(write_lines(tmp_path / "in.jsonl", [batch_line("q")]), tmp_path / "out.jsonl")
    fields = lines_of(tmp_path / "out.jsonl")[0]
    dotted = {f"vllm_client.{name}" for name in fields["vllm_client"]}
    dotted |= {f"response.{name}" for name in fields["response"]} | {"id", "custom_id", "error"}

    table = PAGE.partition("| field | content |")[2].partition("\n\n")[0]
    first_columns = "".join(row.split("|")[1] for row in table.splitlines() if row.startswith("|"))
    assert set(re.findall(r"`([\w.]+)`", first_columns)) == dotted


def test_readme_names_the_files(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", [])
    with BulkFiles.open(source, tmp_path / "NAME.jsonl", sort=True, repair=True) as files:
        written = {path.name for path in tmp_path.glob("NAME*")}
        files.finish(complete=True)
    written |= {path.name for path in tmp_path.glob("NAME*")}

    assert written == {"NAME.jsonl", "NAME.lock", "NAME.run.json", "NAME.sorted.jsonl"}
    assert all(
        f"`{name}`" in PAGE for name in (*written, "NAME.errors.jsonl", "NAME.damaged.jsonl")
    )


def test_readme_has_the_fields_of_an_error(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", [batch_line("q")])
    run(source, tmp_path / "out.jsonl", fails=lambda row: True)
    reported = lines_of(tmp_path / "out.errors.jsonl")[0]["error"]["error"]

    assert reported["message"] == api_error().message
    assert ", ".join(f'"{name}"' for name in reported) in PAGE


def test_readme_has_the_limits() -> None:
    megabytes = journal_writer.SYNC_BYTES // 1024**2
    assert f"every {journal_writer.SYNC_SECONDS:.0f} s or {megabytes} MB" in PAGE
    assert f"at most {input_file.MAX_LINE_BYTES // 1024**2} MiB" in PAGE
