"""Text of a server on a terminal and in a pipe: control characters have no effect."""

import io
import os
import pty
import subprocess
import sys
from typing import Any

import pytest

from vllm_client.cli.text import fit_for
from vllm_client.testing import Call, ErrorReply, Reply, SimulatedVllm

COMMAND = [sys.executable, "-X", "dev", "-W", "error", "-m", "vllm_client"]
# Escapes that set the title, write the clipboard and clear the screen, also as C1 characters; and
# control characters that delete or overwrite text.
ATTACK = (
    "a\x1b]0;title\x07b\x1b]52;c;cm0=\x1b\\c\x1b[2Jd"
    "\x9b31me\x9d0;x\x9cf\x08\x7f\r\x00\x0b\x0cg\th\ni"
)
SHOWN = "a]0;titleb]52;c;cm0=\\c[2Jd31me0;xfg\th\ni"


class FakeTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def encoded(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


def test_a_terminal_gets_no_control_characters_except_newline_and_tab() -> None:
    everything = "".join(map(chr, range(0x250)))

    shown = fit_for(FakeTerminal(), everything)

    controls = {*range(0x20), *range(0x7F, 0xA0)} - {9, 10}
    assert shown == "".join(chr(code) for code in range(0x250) if code not in controls)


def test_a_pipe_gets_the_text_unchanged() -> None:
    assert fit_for(io.StringIO(), ATTACK) == ATTACK
    assert fit_for(encoded("utf-8"), ATTACK) == ATTACK


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("utf-8", "a\ud83db", "a?b"),
        ("ascii", "é → 👋", "? ? ?"),
        ("latin-1", "é → 👋", "é ? ?"),
        ("cp1252", "„é“ 👋", "„é“ ?"),
    ],
)
def test_characters_outside_of_the_encoding_are_replaced(
    encoding: str, text: str, written: str
) -> None:
    out = encoded(encoding)

    assert fit_for(out, text) == written
    out.write(fit_for(out, text))
    out.flush()


class Run:
    """Runs a command; stdout and stderr are each a terminal or a pipe."""

    def __init__(self, *arguments: str, terminals: str, **environment: str) -> None:
        self._masters: list[int] = []
        ends = {name: self._end(name in terminals) for name in ("stdout", "stderr")}
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONIOENCODING": "", **environment},
            **{name: write for name, (_, write) in ends.items()},
        )
        for _, write in ends.values():
            os.close(write)
        self.stdout, self.stderr = (_read(read) for read, _ in ends.values())
        self.status = process.wait(timeout=60)

    def _end(self, is_terminal: bool) -> tuple[int, int]:
        return pty.openpty() if is_terminal else os.pipe()


def _read(descriptor: int) -> str:
    received = b""
    try:
        while piece := os.read(descriptor, 4096):
            received += piece
    except OSError:  # EIO: the other side of the terminal is closed
        pass
    os.close(descriptor)
    return received.decode().replace("\r\n", "\n")


def _chat(server: SimulatedVllm, terminals: str, **environment: str) -> Run:
    return Run("chat", "--base-url", server.base_url, "Hi", terminals=terminals, **environment)


def test_content_cannot_control_the_terminal(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply(ATTACK, ATTACK)
    assert _chat(simulated_vllm, "stdout").stdout == SHOWN + "\n"
    assert _chat(simulated_vllm, "stderr").stdout == ATTACK + "\n"


def test_escapes_split_between_deltas_cannot_control_the_terminal(
    simulated_vllm: SimulatedVllm,
) -> None:
    simulated_vllm.reply(Reply(list(ATTACK), reasoning=list(ATTACK)))
    shown = _chat(simulated_vllm, "stdout").stdout
    assert shown == f"\x1b[2m{SHOWN}\x1b[0m\n{SHOWN}\n"


def test_reasoning_cannot_control_the_terminal(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply(Reply("Hello!", reasoning=ATTACK))
    assert _chat(simulated_vllm, "stdout").stdout == f"\x1b[2m{SHOWN}\x1b[0m\nHello!\n"


def test_a_delta_of_only_control_characters_prints_nothing(
    simulated_vllm: SimulatedVllm,
) -> None:
    simulated_vllm.reply(Reply(["\x1b", "\x07\r", " Hello!"]))
    assert _chat(simulated_vllm, "stdout").stdout == "Hello!\n"


def test_tool_calls_cannot_control_the_terminal(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply(Reply(tool_calls=[Call(f"get{ATTACK}", '{"a": "\x9b2J"}')]))
    shown = _chat(simulated_vllm, "stdout").stdout
    assert shown == f'\x1b[2m→ get{SHOWN}({{"a": "2J"}})\x1b[0m\n'


def test_errors_cannot_control_the_terminal(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply(ErrorReply(400, ATTACK), ErrorReply(400, ATTACK))
    to_terminal = _chat(simulated_vllm, "stderr")
    assert SHOWN in to_terminal.stderr
    assert not set(to_terminal.stderr) & set("\x1b\x07\x08\x9b\x9d\r")
    assert ATTACK in _chat(simulated_vllm, "stdout").stderr
    assert to_terminal.status == 1


def test_the_demo_does_not_print_control_characters(simulated_vllm: SimulatedVllm) -> None:
    simulated_vllm.reply(Reply(tool_calls=[Call(f"get{ATTACK}", {})]), ATTACK)
    ran = Run("demo", "--base-url", simulated_vllm.base_url, terminals="stdout")
    assert ran.status == 0, ran.stderr
    assert ran.stdout.count(SHOWN) == 3  # the call, its result, and the answer
    assert not set(ran.stdout.replace("\x1b[2m", "").replace("\x1b[0m", "")) & set("\x1b\x07\x9b")


@pytest.mark.parametrize("terminals", ["", "stdout stderr"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
@pytest.mark.parametrize(
    "reply", [Reply("é 👋 \ud83d!", reasoning="→"), ErrorReply(400, "é \udc4b")]
)
def test_no_character_makes_the_command_fail(
    simulated_vllm: SimulatedVllm, reply: Any, encoding: str, terminals: str
) -> None:
    simulated_vllm.reply(reply)
    ran = _chat(simulated_vllm, terminals, PYTHONIOENCODING=encoding)
    assert "Traceback" not in ran.stderr
    assert ran.status == (0 if isinstance(reply, Reply) else 1)
    assert ("!" if isinstance(reply, Reply) else "400") in ran.stdout + ran.stderr


@pytest.mark.parametrize("piped", [True, False])
def test_a_prompt_with_undecodable_bytes_is_sent(
    simulated_vllm: SimulatedVllm, piped: bool
) -> None:
    arguments: list[Any] = ["chat", "--base-url", simulated_vllm.base_url]
    ran = subprocess.run(
        [*COMMAND, *arguments, *([] if piped else [b"caf\xe9"])],
        input=b"caf\xe9" if piped else b"",
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    (asked,) = simulated_vllm.requests[-1].json["messages"]
    assert asked["content"] in ("caf\ufffd", "caf?")
