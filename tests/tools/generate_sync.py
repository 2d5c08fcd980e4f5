"""Generate the sync side of the package from the async one.

`PACKAGES` names the hand-written folders and files, and what is generated from each.

    python tests/tools/generate_sync.py            write outdated files
    python tests/tools/generate_sync.py --check    write nothing, fail on outdated files and errors

The conversion works on tokens: names are replaced by the table `RULES`, the keywords `async` and
`await` are dropped with the blanks after them, and every other character is copied. Comments and
strings, including f-strings, are unchanged.
"""

import argparse
import ast
import io
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import attrs

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python tests/tools/generate_sync.py"

RULES: Mapping[str, str] = {
    "AsyncAudio": "SyncAudio",
    "AsyncBalancedResponse": "SyncBalancedResponse",
    "AsyncBalancedRunner": "SyncBalancedRunner",
    "AsyncBalancedTransport": "SyncBalancedTransport",
    "AsyncBaseStream": "SyncBaseStream",
    "AsyncBaseTransport": "BaseTransport",
    "AsyncBulkBuilder": "SyncBulkBuilder",
    "AsyncBulkCalls": "SyncBulkCalls",
    "AsyncBulkRun": "SyncBulkRun",
    "AsyncByteStream": "SyncByteStream",
    "AsyncCallRunner": "SyncCallRunner",
    "AsyncChat": "SyncChat",
    "AsyncChatBuilder": "SyncChatBuilder",
    "AsyncChatCompletions": "SyncChatCompletions",
    "AsyncChatRendering": "SyncChatRendering",
    "AsyncClassifyBuilder": "SyncClassifyBuilder",
    "AsyncClient": "Client",
    "AsyncCompletionBuilder": "SyncCompletionBuilder",
    "AsyncCompletionRendering": "SyncCompletionRendering",
    "AsyncCompletions": "SyncCompletions",
    "AsyncControlCalls": "SyncControlCalls",
    "AsyncEmbeddingBuilder": "SyncEmbeddingBuilder",
    "AsyncEmbeddings": "SyncEmbeddings",
    "AsyncEventStream": "SyncEventStream",
    "AsyncHTTPTransport": "HTTPTransport",
    "AsyncHttp1Response": "SyncHttp1Response",
    "AsyncHttp1Transport": "SyncHttp1Transport",
    "AsyncHttpxResponse": "SyncHttpxResponse",
    "AsyncHttpxTransport": "SyncHttpxTransport",
    "AsyncInference": "SyncInference",
    "AsyncIterator": "Iterator",
    "AsyncLoraCalls": "SyncLoraCalls",
    "AsyncMapBuilder": "SyncMapBuilder",
    "AsyncMessages": "SyncMessages",
    "AsyncMessagesBuilder": "SyncMessagesBuilder",
    "AsyncModels": "SyncModels",
    "AsyncOpenResponse": "SyncOpenResponse",
    "AsyncParsedStream": "SyncParsedStream",
    "AsyncPoolingCalls": "SyncPoolingCalls",
    "AsyncRawCalls": "SyncRawCalls",
    "AsyncRawEvents": "SyncRawEvents",
    "AsyncRawStream": "SyncRawStream",
    "AsyncRerankBuilder": "SyncRerankBuilder",
    "AsyncResolvedServers": "SyncResolvedServers",
    "AsyncResponseBuilder": "SyncResponseBuilder",
    "AsyncResponses": "SyncResponses",
    "AsyncRowBuilder": "SyncRowBuilder",
    "AsyncRows": "SyncRows",
    "AsyncScalingCalls": "SyncScalingCalls",
    "AsyncScoreBuilder": "SyncScoreBuilder",
    "AsyncSentCall": "SyncSentCall",
    "AsyncServer": "SyncServer",
    "AsyncServerCalls": "SyncServerCalls",
    "AsyncServerVersion": "SyncServerVersion",
    "AsyncServers": "SyncServers",
    "AsyncSharedServers": "SyncSharedServers",
    "AsyncSharedTransport": "SyncSharedTransport",
    "AsyncStream": "SyncStream",
    "AsyncTaken": "SyncTaken",
    "AsyncTokenCalls": "SyncTokenCalls",
    "AsyncToolStream": "SyncToolStream",
    "AsyncTranscriptionBuilder": "SyncTranscriptionBuilder",
    "AsyncTranscriptions": "SyncTranscriptions",
    "AsyncTranslations": "SyncTranslations",
    "AsyncTransport": "SyncTransport",
    "AsyncVllmClient": "SyncVllmClient",
    "AsyncVllmTransport": "SyncVllmTransport",
    "AsyncWeightCalls": "SyncWeightCalls",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "_async": "_background",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aread": "read",
    "asyncio_": "threads",
    "handle_async_request": "handle_request",
}
"""Name on the async side -> name on the sync side. An unused row is an error."""

UNWRAPPED: Mapping[str, int] = {"Coroutine": 2, "UnopenedStream": 0}
"""Generic class of the async side -> the position of the argument that replaces it on the sync
side. Imports of these names are dropped."""

TWINS = frozenset(
    {
        "api_key.py",
        "background.py",
        "connecting.py",
        "connection.py",
        "mix_ups.py",
        "pool.py",
        "tool_calls.py",
        "waiting.py",
    }
)
"""Files of `_io/` that are written by hand on both sides, because they wait in different ways."""

ASYNC_ONLY = frozenset(
    {
        "bulk_engine.py",
        "bulk_files.py",
        "bulk_fleet.py",
        "bulk_input.py",
        "bulk_run.py",
        "bulk_servers.py",
        "choose_servers.py",
        "daemon_thread.py",
        "followed_servers.py",
        "pipe_thread.py",
        "row_sending.py",
        "row_tasks.py",
        "server_runner.py",
        "server_watch.py",
        "unopened_stream.py",
    }
)
"""Files without a sync twin: those of `_async/` that `_background/` runs in its own event loop, and
the class in `_io/asyncio_/` that the sync side does not need."""

DROPPED = frozenset({"async", "await"})


@attrs.frozen
class Conversion:
    """The text of a sync file, and the rules that were used to make it."""

    text: str
    used: frozenset[str]


@attrs.frozen
class Plan:
    """The expected content of the sync folder, and all problems of both folders."""

    texts: Mapping[Path, str]
    problems: tuple[str, ...]
    used: frozenset[str] = frozenset()

    def stale(self) -> list[Path]:
        """Return the files that are missing or differ from their expected content."""
        return [path for path, text in self.texts.items() if _read(path) != text]


@attrs.frozen
class Package:
    """A hand-written folder or file, what is generated from it, and the tables for that."""

    authored: Path
    generated: Path
    root: Path = ROOT
    rules: Mapping[str, str] = RULES
    twins: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    unwrapped: Mapping[str, int] = attrs.field(factory=dict)

    def plan(self) -> Plan:
        """Convert every hand-written file, and check both folders against the tables."""
        names = {name for name in _files(self.authored) if (self.authored / name).suffix == ".py"}
        conversions = {
            name: self._convert(name) for name in sorted(names - self.twins - self.skipped)
        }
        used = frozenset().union(*(conversion.used for conversion in conversions.values()))
        texts = {self.generated / name: done.text for name, done in conversions.items()}
        return Plan(texts, (*self._orphans(names), *self._twin_problems()), used)

    def _convert(self, name: str) -> Conversion:
        path = self.authored / name
        place = path.relative_to(self.root).as_posix()
        source = path.read_text(encoding="utf-8")
        conversion = convert(source, self.rules, place, self.unwrapped)
        header = f"# Generated from {place} by `{COMMAND}`.\n"
        return attrs.evolve(conversion, text=header + conversion.text)

    def _orphans(self, names: set[str]) -> Iterator[str]:
        for name in sorted(_files(self.generated) - (names - self.skipped) - self.twins):
            yield f"{self.generated / name}: orphan, neither generated nor a listed twin"

    def _twin_problems(self) -> Iterator[str]:
        for name in sorted(self.twins):
            pair = (self.authored / name, self.generated / name)
            missing = [path for path in pair if not path.is_file()]
            yield from (f"{path}: a listed twin is missing" for path in missing)
            if not missing:
                yield from self._differing_names(*pair)

    def _differing_names(self, authored: Path, generated: Path) -> Iterator[str]:
        renamed = {self.rules.get(name, name) for name in public_names(authored)}
        for name in sorted(renamed ^ public_names(generated)):
            yield f"{generated}: {name} is defined on one side only"


def convert(
    source: str,
    rules: Mapping[str, str],
    place: str = "<source>",
    unwrapped: Mapping[str, int] = MappingProxyType({}),
) -> Conversion:
    """Return the sync text of an async source. `place` is the file name in errors.

    Raises:
        SyntaxError: An `await` or a renamed name is inside an f-string. Strings are never changed,
            so it must be computed outside the string.
    """
    _refuse_code_in_f_strings(source, rules, place)
    source, used = _unwrap(source, unwrapped)
    starts = _line_starts(source)
    pieces = []
    copied = 0
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for token, following in _names_outside_strings(tokens):
        start, end = _offset(starts, token.start), _offset(starts, token.end)
        if token.string in DROPPED:
            pieces.append(source[copied:start])
            copied = _offset(starts, following.start) if following.start[0] == token.end[0] else end
        elif token.string in rules:
            pieces.append(source[copied:start] + rules[token.string])
            copied = end
            used.add(token.string)
    return Conversion("".join([*pieces, source[copied:]]), frozenset(used))


def _unwrap(source: str, unwrapped: Mapping[str, int]) -> tuple[str, set[str]]:
    """Replace each of these generics by one of its arguments; return the names that were found."""
    used = set()
    edits: list[tuple[int, int, str]] = []
    begins, ends = _places(source)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(ast.Name(name), inner) if name in unwrapped:
                kept = inner.elts[unwrapped[name]] if isinstance(inner, ast.Tuple) else inner
                edits += [(begins(node), begins(kept), ""), (ends(kept), ends(node), "")]
                used.add(name)
            case ast.ImportFrom(names=names) if any(name.name in unwrapped for name in names):
                node.names = [name for name in names if name.name not in unwrapped]
                edits.append((begins(node), ends(node), ast.unparse(node) if node.names else ""))
    for start, end, text in sorted(edits, reverse=True):
        whole_line = not text and source[start:end].startswith("from ")
        source = source[:start] + text + source[end + whole_line :]
    return source, used


def _places(source: str) -> tuple[Callable[[ast.expr | ast.stmt], int], ...]:
    """Return functions that give the offsets at which a node begins and ends."""
    starts = _line_starts(source)
    lines = [line.encode() for line in io.StringIO(source)]

    def place(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1][:column].decode())

    return (
        lambda node: place(node.lineno, node.col_offset),
        lambda node: place(node.end_lineno or 0, node.end_col_offset or 0),
    )


def public_names(path: Path) -> set[str]:
    """Return the public names that a module defines at its top level."""
    return {
        name
        for statement in ast.parse(path.read_text(encoding="utf-8")).body
        for name in _defined_by(statement)
        if not name.startswith("_")
    }


def _defined_by(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _names_outside_strings(
    tokens: list[tokenize.TokenInfo],
) -> Iterator[tuple[tokenize.TokenInfo, tokenize.TokenInfo]]:
    """Yield each name token with the token after it, outside of strings.

    Since Python 3.12 an f-string is many tokens between FSTRING_START and FSTRING_END; before, it
    is one STRING. Skipping these tokens makes the output equal on all versions.
    """
    depth = 0
    for token, following in pairwise(tokens):
        kind = tokenize.tok_name[token.type]
        depth += kind.endswith("STRING_START")
        depth -= kind.endswith("STRING_END")
        if not depth and kind == "NAME":
            yield token, following


def _refuse_code_in_f_strings(source: str, rules: Mapping[str, str], place: str) -> None:
    strings = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr))
    for string in strings:
        for name in map(_name_of, ast.walk(string)):
            if name in DROPPED or name in rules:
                raise SyntaxError(f"{place}:{string.lineno}: {name} inside an f-string")


def _name_of(node: ast.AST) -> str:
    match node:
        case ast.Await():
            return "await"
        case ast.comprehension(is_async=1):
            return "async"
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            return name
    return ""


def _line_starts(source: str) -> list[int]:
    """Return the offset of each line, split at newlines only, as `tokenize` does."""
    starts = [0]
    for line in io.StringIO(source):
        starts.append(starts[-1] + len(line))
    return starts


def _offset(starts: list[int], position: tuple[int, int]) -> int:
    line, column = position
    return starts[line - 1] + column


def _files(folder: Path) -> set[str]:
    """Return the files below a folder; for a single file "", which joins to its own path."""
    if folder.is_file():
        return {""}
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


OPENAI_RULES: Mapping[str, str] = {
    "AsyncAPIResponse": "APIResponse",
    "AsyncAudio": "Audio",
    "AsyncBeta": "Beta",
    "AsyncByteStream": "SyncByteStream",
    "AsyncChat": "Chat",
    "AsyncChatCompletionStream": "ChatCompletionStream",
    "AsyncChatCompletionStreamManager": "ChatCompletionStreamManager",
    "AsyncClient": "Client",
    "AsyncCompletions": "Completions",
    "AsyncCompletionsWithRawResponse": "CompletionsWithRawResponse",
    "AsyncCompletionsWithStreamingResponse": "CompletionsWithStreamingResponse",
    "AsyncEmbeddings": "Embeddings",
    "AsyncEmbeddingsWithRawResponse": "EmbeddingsWithRawResponse",
    "AsyncEmbeddingsWithStreamingResponse": "EmbeddingsWithStreamingResponse",
    "AsyncIterator": "Iterator",
    "AsyncKeyFunction": "KeyFunction",
    "AsyncModels": "Models",
    "AsyncModelsWithRawResponse": "ModelsWithRawResponse",
    "AsyncModelsWithStreamingResponse": "ModelsWithStreamingResponse",
    "AsyncOpenAI": "OpenAI",
    "AsyncPage": "SyncPage",
    "AsyncRawStream": "SyncRawStream",
    "AsyncRequests": "Requests",
    "AsyncResource": "Resource",
    "AsyncResponseStream": "ResponseStream",
    "AsyncResponseStreamManager": "ResponseStreamManager",
    "AsyncResponses": "Responses",
    "AsyncResponsesWithRawResponse": "ResponsesWithRawResponse",
    "AsyncResponsesWithStreamingResponse": "ResponsesWithStreamingResponse",
    "AsyncStream": "Stream",
    "AsyncTextCompletions": "TextCompletions",
    "AsyncTextCompletionsWithRawResponse": "TextCompletionsWithRawResponse",
    "AsyncTextCompletionsWithStreamingResponse": "TextCompletionsWithStreamingResponse",
    "AsyncTranscriptions": "Transcriptions",
    "AsyncTranscriptionsWithRawResponse": "TranscriptionsWithRawResponse",
    "AsyncTranscriptionsWithStreamingResponse": "TranscriptionsWithStreamingResponse",
    "AsyncTranslations": "Translations",
    "AsyncTranslationsWithRawResponse": "TranslationsWithRawResponse",
    "AsyncVerbs": "Verbs",
    "AsyncVllmClient": "SyncVllmClient",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "aclose": "close",
    "asyncio_": "threads",
}
"""The same table for `openai/`, whose sync names are those of openai-python."""

PACKAGES = (
    Package(
        ROOT / "vllm_client/_async",
        ROOT / "vllm_client/_sync",
        skipped=ASYNC_ONLY,
        unwrapped=UNWRAPPED,
    ),
    Package(
        ROOT / "vllm_client/_io/asyncio_",
        ROOT / "vllm_client/_io/threads",
        twins=TWINS,
        skipped=ASYNC_ONLY,
    ),
    Package(
        ROOT / "vllm_client/integrations/httpx_async.py",
        ROOT / "vllm_client/integrations/httpx_sync.py",
    ),
    Package(
        ROOT / "vllm_client/openai/_async",
        ROOT / "vllm_client/openai/_sync",
        rules=OPENAI_RULES,
        twins=frozenset({"waiting.py"}),
    ),
)


def run(packages: Iterable[Package], check: bool) -> list[str]:
    """Write the outdated files, or with `check` report them; return all problems."""
    packages = list(packages)
    plans = [package.plan() for package in packages]
    rules: dict[str, object] = {}
    for package in packages:
        rules |= {**package.rules, **package.unwrapped}
    unused = rules.keys() - frozenset().union(*(plan.used for plan in plans))
    problems = [problem for plan in plans for problem in plan.problems]
    problems += [f"unused rule: {old} -> {rules[old]}" for old in sorted(unused)]
    for plan in plans:
        for path in plan.stale():
            if check:
                problems.append(f"{path}: stale, run `{COMMAND}`")
            else:
                _write(path, plan.texts[path])
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    check = parser.parse_args().check
    problems = run(PACKAGES, check)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
