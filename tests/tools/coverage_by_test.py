"""Show which test files cover each module, from a coverage run with contexts.

    coverage run -m pytest
    python tests/tools/coverage_by_test.py [PREFIX]

PREFIX selects modules, such as `http/`. Each module has one line: the number of lines that tests
run, the share of them that its own test file runs, and the test files that run the largest shares.
Lines that only run on import (`def`, `class`, constants) are not counted, because they belong to no
test; a module that has no other lines is skipped. `coverage report` shows the lines that no test
runs.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from coverage import CoverageData

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vllm_client"
MAX_SHOWN = 3


@attrs.frozen
class ModuleCoverage:
    """The lines of one module that tests run, and how many of them each test file runs."""

    module: str
    lines: int
    by_file: Mapping[str, int]

    def __str__(self) -> str:
        own = 100 * self.by_file.get(own_test_file(self.module), 0) // max(self.lines, 1)
        most = Counter(self.by_file).most_common(MAX_SHOWN)
        others = ", ".join(f"{name} {count}" for name, count in most) or "no test"
        return f"{self.module:40} {self.lines:5} lines {own:4} % by its own tests;  {others}"


def own_test_file(module: str) -> str:
    """Return the test file of a module, below tests/: "_io/tls.py" -> "io/test_tls.py"."""
    path = Path(module)
    return path.with_name(f"test_{path.name}").as_posix().removeprefix("_")


def file_of_context(context: str) -> str:
    """Return the test file of a context: "tests/io/test_tls.py::test_a" -> "io/test_tls.py"."""
    return context.partition("::")[0].removeprefix("tests/")


def count_lines(module: str, contexts_by_line: Mapping[int, Iterable[str]]) -> ModuleCoverage:
    """Count the lines of a module that run inside a test, by test file."""
    files_by_line = [
        {file_of_context(context) for context in contexts if context}
        for contexts in contexts_by_line.values()
    ]
    by_file = Counter(name for files in files_by_line for name in files)
    return ModuleCoverage(module, sum(map(bool, files_by_line)), by_file)


def measured(data: "CoverageData") -> Iterator[ModuleCoverage]:
    """Yield all modules of the package that the run has measured, in order."""
    for file in sorted(data.measured_files()):
        if Path(file).is_relative_to(PACKAGE):
            module = Path(file).relative_to(PACKAGE).as_posix()
            yield count_lines(module, data.contexts_by_lineno(file))


def main(prefix: str = "") -> None:
    from coverage import Coverage  # only in the extra `lint`, which the tests of this file lack

    run = Coverage()
    run.load()
    for each in measured(run.get_data()):
        if each.lines and each.module.startswith(prefix):
            print(each)


if __name__ == "__main__":
    main(*sys.argv[1:2])
