"""Secrets in tracebacks, characters that command a terminal, and files that a string names."""

from __future__ import annotations

import base64
import io
import os
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vllm_client
from tests.facades.dialogue import QUESTION, ask, hear
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.test_local_variables import frames
from vllm_client import RequestError, VllmError, audio, image, video
from vllm_client.cli.text import fit_for
from vllm_client.testing import Cut, ErrorReply, Reply, SimulatedVllm, Stall

PACKAGE = str(Path(vllm_client.__file__).parent)
SECRETS = ("sk-1f2e3d4c5b6a79880011", "cookie-9a8b7c6d5e4f", "pass-5544332211ffee")


def shown(error: BaseException) -> list[str]:
    """What the error and the local variables of our frames show of the secrets."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [f for f in frames(whole) if f.filename.startswith(PACKAGE)]
    assert ours
    texts = [value for frame in ours for value in (frame.locals or {}).values()]
    texts += [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))]
    encoded = [base64.b64encode(f"user:{SECRETS[2]}".encode()).decode()]
    return [secret for secret in (*SECRETS, *encoded) if any(secret in text for text in texts)]


def secretive(facade: SyncFacade, url: str, **settings: Any) -> Any:
    url = url.replace("http://", f"http://user:{SECRETS[2]}@")
    return facade.client(url, headers={"Cookie": SECRETS[1]}, retry=None, **settings)


CALLS: dict[str, Callable[[Any], Any]] = {
    "models": lambda client: client.models.list(),
    "embeddings": lambda client: client.embeddings.create(input="x", model="m"),
    "upload": lambda client: client.audio.transcriptions.create(file=b"RIFF"),
    "not waited for": lambda client: client.chat.completions.stream(
        **QUESTION, wait=False
    ).response(),
    "responses": lambda client: client.responses.stream(input="x").response(),
    "messages": lambda client: client.messages.create(
        max_tokens=1, messages=QUESTION["messages"], model="m"
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_credentials_and_cookies_are_in_no_local_variable(
    facade: SyncFacade, call: Callable[[Any], Any]
) -> None:
    def cut(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")

    with RawServer(cut) as server:
        with pytest.raises(VllmError) as caught:
            call(secretive(facade, server.base_url))
        assert shown(caught.value) == []


@pytest.mark.parametrize("faults", [[Stall()], [Cut(after=2, of="events")]])
def test_key_of_a_call_is_in_no_local_variable(
    facade: SyncFacade, server: SimulatedVllm, faults: Any
) -> None:
    server.reply(Reply(["a", "b", "c"]), faults=faults)
    client = facade.client(server.base_url, api_key=SECRETS[0], retry=None, timeout=0.5)
    heard = hear(client, extra_headers={"X-Signature": SECRETS[1]})
    assert heard.error is not None
    assert shown(heard.error) == []


def test_server_that_repeats_the_key_is_not_repeated(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.reply(ErrorReply(401, f"wrong key {SECRETS[0]}"))
    with pytest.raises(VllmError, match="wrong key") as caught:
        ask(facade.client(server.base_url, api_key=SECRETS[0], retry=None))
    assert shown(caught.value) == []


# Terminals


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1bP+q544e\x1b\\x", "P+q544e\\x"),
        ("\x1b_G;AAAA\x1b\\x", "_G;AAAA\\x"),
        ("a\x1b]8;;http://evil\x1b\\b", "a]8;;http://evil\\b"),
        ("\u009b2J\u0090q\u009c", "2Jq"),
        ("done\r\x1b[Kfailed", "done[Kfailed"),
        ("a\tb\nc é 👩‍👩‍👧 \u200f", "a\tb\nc é 👩‍👩‍👧 \u200f"),
    ],
)
def test_sequences_lose_what_a_terminal_obeys(text: str, safe: str) -> None:
    assert fit_for(Terminal(), text) == safe
    assert "".join(fit_for(Terminal(), letter) for letter in text) == safe
    assert fit_for(io.StringIO(), text) == text


# Local files

HELPERS = pytest.mark.parametrize("helper", [image, audio, video])


@HELPERS
@pytest.mark.parametrize("form", ["path", "with ..", "link"])
def test_no_byte_of_a_private_file_is_shown(tmp_path: Path, helper: Any, form: str) -> None:
    secret = tmp_path / "id_rsa"
    secret.write_bytes(b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r")
    (tmp_path / "link.png").symlink_to(secret)
    source = {
        "path": str(secret),
        "with ..": f"{tmp_path}/x/../id_rsa",
        "link": str(tmp_path / "link.png"),
    }[form]
    with pytest.raises(RequestError) as caught:
        helper(source)
    told = "".join(traceback.format_exception(caught.value))
    assert "BEGIN" not in told
    assert "b3Bl" not in told


@HELPERS
@pytest.mark.parametrize("device", ["/dev/urandom", "/dev/full", "/proc/self/fd", "/dev/fd/0"])
def test_devices_and_pipes_end_at_once(helper: Any, device: str) -> None:
    if not os.path.exists(device):
        pytest.skip("this system has no such file")
    with pytest.raises(RequestError):
        helper(device)


def test_upload_of_a_device_a_pipe_or_a_folder_is_refused(
    client: Any, server: SimulatedVllm, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "fifo")
    for source in ("/dev/zero", "/dev/urandom", str(tmp_path / "fifo"), tmp_path):
        with pytest.raises(RequestError):
            client.audio.transcriptions.create(file=source)
    assert server.requests == []


# Base64 in the place of bytes

MEDIA = {
    image: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(200),
    audio: b"RIFF\x24\x08\x00\x00WAVEfmt " + bytes(200),
    video: b"\x00\x00\x00\x18ftypmp42" + bytes(200),
}


@pytest.mark.parametrize(("helper", "content"), MEDIA.items(), ids=["image", "audio", "video"])
def test_base64_in_any_form_says_what_is_wanted(helper: Any, content: bytes) -> None:
    text = base64.b64encode(content).decode()
    lines = base64.encodebytes(content).decode()
    for given in (text, lines, text.encode(), text.rstrip("="), bytearray(text, "ascii")):
        with pytest.raises(RequestError, match="base64") as caught:
            helper(given)
        assert len(str(caught.value)) < 500


@pytest.mark.parametrize(("helper", "content"), MEDIA.items(), ids=["image", "audio", "video"])
def test_bytes_and_data_urls_are_no_base64_mistake(helper: Any, content: bytes) -> None:
    url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    assert url in str(helper(url))
    assert base64.b64encode(content).decode() in str(helper(content))
