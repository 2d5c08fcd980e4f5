"""`vllm-client chat`: a single question, or a conversation."""

from __future__ import annotations

import argparse
import sys
from io import TextIOWrapper
from typing import Any

from .. import RequestError, SyncVllmClient, VllmError, system, user
from .printer import Printer
from .stats import stats_of
from .text import print_error


def chat(options: argparse.Namespace) -> int:
    """Answer the prompt given as argument or on stdin; without one begin a conversation."""
    if isinstance(sys.stdin, TextIOWrapper):  # so that invalid bytes do not end the conversation
        sys.stdin.reconfigure(errors="replace")
    with SyncVllmClient(options.base_url, timing=options.stats) as client:
        messages: list[Any] = [system(_typed(options.system))] if options.system else []
        prompt = _typed(" ".join(options.prompt))
        if not prompt and not sys.stdin.isatty():
            prompt = sys.stdin.read().removesuffix("\n")
            if not prompt.strip():
                raise RequestError("the prompt is empty")
        if prompt:
            _reply(client, options, [*messages, user(prompt)])
            return 0
        print("An empty line or Ctrl-D ends the conversation, Ctrl-C an answer.")
        return _converse(client, options, messages)


def _converse(client: SyncVllmClient, options: argparse.Namespace, messages: list[Any]) -> int:
    """Answer prompts until an empty line or Ctrl-D. Ctrl-C ends only the current answer."""
    while prompt := _ask():
        try:
            answer = _reply(client, options, [*messages, user(prompt)])
        except KeyboardInterrupt:
            continue
        except VllmError as error:
            print_error(error)
            continue
        messages += [user(prompt), answer]
    return 0


def _typed(argument: str) -> str:
    """Replace bytes that could not be decoded in an argument of the command line."""
    return argument.encode(errors="replace").decode()


def _ask() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        print()
        return ""


def _reply(client: SyncVllmClient, options: argparse.Namespace, messages: list[Any]) -> Any:
    request = client.chat.completions.create().messages(messages)
    if options.model:
        request = request.model(options.model)
    if options.no_thinking:
        request = request.options(chat_template_kwargs={"enable_thinking": False})
    printer = Printer(sys.stdout)
    # Leaving the block, also by Ctrl-C, closes the connection, so the server stops generating.
    with request.send_stream() as stream:
        try:
            for event in stream:
                printer.show(event)
        finally:
            printer.end()
            stream.close()
            if options.stats:
                print(f"vllm-client: {stats_of(stream.call)}", file=sys.stderr)
        return stream.response().message
