"""The generator of the sync side, and the committed files, which must equal its output."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.tools.generate_sync import (
    ROOT,
    RULES,
    UNWRAPPED,
    Package,
    Plan,
    convert,
    public_names,
    run,
)

NAMES = {"AsyncReader": "SyncReader", "aclose": "close", "__aenter__": "__enter__"}


def sync(source: str) -> str:
    return convert(source, NAMES).text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("async def f(): pass\n", "def f(): pass\n"),
        ("x = await f(await g(), *await h())\n", "x = f(g(), *h())\n"),
        ("x = await (await f()).g()\n", "x = (f()).g()\n"),
        ("x = (await\n     f())\n", "x = (\n     f())\n"),
        ("async with a as b, c: pass\n", "with a as b, c: pass\n"),
        ("async for x in y: pass\n", "for x in y: pass\n"),
        ("z = [x async for x in y if await x]\n", "z = [x for x in y if x]\n"),
        ("z = {x: await y async  for x in w}\n", "z = {x: y for x in w}\n"),
        ("class AsyncReader(AsyncReaders): pass\n", "class SyncReader(AsyncReaders): pass\n"),
        ("r.aclose(aclose=r.aclosed)\n", "r.close(close=r.aclosed)\n"),
        ("é = 'ü'; await  AsyncReader()\n", "é = 'ü'; SyncReader()\n"),
        ("if await f():\n\treturn_ = 1\n", "if f():\n\treturn_ = 1\n"),
        ("x = 1", "x = 1"),
    ],
)
def test_code_becomes_sync(source: str, expected: str) -> None:
    assert sync(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f() -> Coroutine[Any, Any, list[int]]: ...\n", "def f() -> list[int]: ...\n"),
        ("é: Unopened[S] = f(  Unopened[Unopened[T] ] )\n", "é: S = f(  T )\n"),
        ("def f() -> Unopened[\n    S\n]: ...\n", "def f() -> S: ...\n"),
        ("from a.b import Coroutine, d as e, f\n", "from a.b import d as e, f\n"),
        ("from .a import Unopened\nb = 1\n", "b = 1\n"),
    ],
)
def test_async_generics_are_replaced_by_one_of_their_arguments(source: str, expected: str) -> None:
    conversion = convert(source, NAMES, unwrapped={"Coroutine": 2, "Unopened": 0})

    assert conversion.text == expected


@pytest.mark.parametrize("name", UNWRAPPED)
def test_generated_facades_contain_no_async_generic(name: str) -> None:
    paths = (ROOT / "vllm_client/_sync").glob("*.py")

    assert [path.name for path in paths if name in path.read_text(encoding="utf-8")] == []


TEXTS = dedent(
    '''
    """AsyncReader: await aclose()."""
    # async with AsyncReader(): await aclose()
    a = "await AsyncReader"  # aclose
    b = f"await {a!r:>{width}} AsyncReader {{aclose}}" + rb"await"
    c = (f"await {f'async {a}'} AsyncReader"
         """
         await AsyncReader \N{BULLET}
         """)
    d = "a line separator \u2028 and a form feed \x0c inside"; e = 1
    '''
)


def test_comments_strings_and_f_strings_are_unchanged() -> None:
    assert sync(TEXTS) == TEXTS


def test_code_after_and_around_strings_is_still_converted() -> None:
    source = 'x = f"await {a} {b}", await AsyncReader(f"{c}")  # é await\ny = await z\n'
    expected = 'x = f"await {a} {b}", SyncReader(f"{c}")  # é await\ny = z\n'

    assert sync(source) == expected


def test_line_separator_in_a_string_does_not_shift_later_tokens() -> None:
    assert sync('x = "\u2028\x85"; await y; await z\n') == 'x = "\u2028\x85"; y; z\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('async def f(): return f"{await g()}"', "await"),
        ('async def f(): return f"{[x async for x in y]}"', "async"),
        ('x = f"{AsyncReader}"', "AsyncReader"),
        ('x = f"{r.aclose!r}"', "aclose"),
        ('x = f"{a:{r(aclose=1)}}"', "aclose"),
    ],
)
def test_code_in_an_f_string_that_needs_a_change_is_rejected(text: str, named: str) -> None:
    with pytest.raises(SyntaxError, match=rf"here\.py:2: {named} inside an f-string"):
        convert("\n" + text, NAMES, "here.py")


def test_rules_that_changed_nothing_are_unused() -> None:
    conversion = convert("x = AsyncReader  # aclose\n", NAMES)

    assert conversion.used == {"AsyncReader"}


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Return a valid package with one generated file, one twin and one rule."""
    (tmp_path / "_async").mkdir()
    (tmp_path / "_sync").mkdir()
    (tmp_path / "_async/reader.py").write_text("class AsyncReader:\n    async def f(self): ...\n")
    (tmp_path / "_async/pipe.py").write_text("def open_pipe(): ...\n_a = 1\n")
    (tmp_path / "_sync/pipe.py").write_text("def open_pipe(): ...\n_b = 2\n")
    package = Package(
        authored=tmp_path / "_async",
        generated=tmp_path / "_sync",
        root=tmp_path,
        rules={"AsyncReader": "SyncReader"},
        twins=frozenset({"pipe.py"}),
    )
    assert run([package], check=False) == []
    return package


def only_problem(package: Package) -> str:
    (problem,) = run([package], check=True)
    return problem


def test_generated_file_names_its_source_and_the_tool(package: Package) -> None:
    header, *rest = (package.generated / "reader.py").read_text().splitlines()

    assert header == "# Generated from _async/reader.py by `python tests/tools/generate_sync.py`."
    assert rest == ["class SyncReader:", "    def f(self): ..."]


def test_twins_are_neither_written_nor_outdated(package: Package) -> None:
    assert (package.generated / "pipe.py").read_text() == "def open_pipe(): ...\n_b = 2\n"
    assert run([package], check=True) == []


def test_files_in_sub_folders_are_generated_too(package: Package) -> None:
    (package.authored / "deep").mkdir()
    (package.authored / "deep/x.py").write_text("async def f(): ...\n")

    assert "deep/x.py: stale" in only_problem(package)
    assert run([package], check=False) == []
    assert (package.generated / "deep/x.py").read_text().endswith("\ndef f(): ...\n")


@pytest.mark.parametrize("tail", ["\n", "# one more line\n"])
def test_edited_generated_file_is_outdated(package: Package, tail: str) -> None:
    path = package.generated / "reader.py"
    fresh = path.read_text()
    path.write_text(fresh + tail)

    assert only_problem(package) == f"{path}: stale, run `python tests/tools/generate_sync.py`"
    assert path.read_text() == fresh + tail
    assert run([package], check=False) == []
    assert path.read_text() == fresh


def test_missing_generated_file_is_outdated(package: Package) -> None:
    (package.generated / "reader.py").unlink()

    assert "reader.py: stale" in only_problem(package)


@pytest.mark.parametrize("name", ["old.py", "notes.txt"])
def test_file_that_is_neither_generated_nor_listed_is_an_orphan(
    package: Package, name: str
) -> None:
    (package.generated / name).write_text("")

    assert f"{name}: orphan" in only_problem(package)


def test_unused_rule_is_an_error(package: Package) -> None:
    (package.authored / "reader.py").write_text("# AsyncReader\n")
    run([package], check=False)

    assert only_problem(package) == "unused rule: AsyncReader -> SyncReader"


@pytest.mark.parametrize("side", ["_async", "_sync"])
def test_missing_twin_is_an_error(package: Package, side: str) -> None:
    path = package.root / side / "pipe.py"
    path.unlink()

    assert only_problem(package) == f"{path}: a listed twin is missing"


def test_twins_must_define_the_same_public_names(package: Package) -> None:
    (package.authored / "pipe.py").write_text("class AsyncReader: ...\ndef open_pipe(): ...\n")

    assert "SyncReader is defined on one side only" in only_problem(package)

    (package.generated / "pipe.py").write_text("class SyncReader: ...\ndef open_pipe(): ...\n")
    assert run([package], check=True) == []


def test_single_file_is_generated_beside_other_files_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "x_async.py").write_text("async def f(): ...\n")
    (tmp_path / "other.py").write_text("")
    package = Package(tmp_path / "x_async.py", tmp_path / "x_sync.py", tmp_path, rules={})

    assert run([package], check=False) == []
    assert (tmp_path / "x_sync.py").read_text().endswith("\ndef f(): ...\n")
    assert run([package], check=True) == []


def test_public_names_exclude_imported_names(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        "import a\nfrom b import c\nd = e = 1\nf: int = 2\n_g = 3\nd.x = 4\n"
        "def h(): i = 5\nasync def j(): ...\nclass K: l = 6\n"
    )

    assert public_names(path) == {"d", "e", "f", "h", "j", "K"}


def test_all_files_of_a_missing_folder_are_outdated(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.py").write_text("async def f(): ...\n")
    package = Package(tmp_path / "a", tmp_path / "b", tmp_path, rules={}, twins=frozenset())

    plan = package.plan()

    assert isinstance(plan, Plan)
    assert plan.stale() == [tmp_path / "b/x.py"]
    assert plan.problems == ()


def test_committed_sync_files_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tests/tools/generate_sync.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stderr, done.returncode) == ("", 0)


def test_no_rule_maps_a_name_to_itself() -> None:
    assert [old for old, new in RULES.items() if old == new] == []
