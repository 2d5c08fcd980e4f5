"""Reject unknown keywords of a client, with a hint on what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TypedDict

from .option_checks import refuse_unknown

# Keywords of openai-python's clients -> the hint.
OF_OPENAI: Mapping[str, str] = MappingProxyType(
    {
        "max_retries": "write retry=2 for two retries",
        "default_headers": "write headers={…}",
        "default_query": "write client.with_query(name, value)",
        "organization": "vLLM has no organizations",
        "project": "vLLM has no projects",
        "admin_api_key": "write api_key=…",
        "workload_identity": "write api_key=…",
        "webhook_secret": "vLLM sends no webhooks",
        "websocket_base_url": "this client uses only HTTP; write base_url=…",
        "data_residency": "write base_url=…, the address of your server",
        "provider": "write base_url=…, the address of your server",
        "_strict_response_validation": "answers are always checked",
        "_enforce_credentials": "leave out api_key= for a server that asks for none",
    }
)

# Keywords of `Servers`, which describes several servers -> the hint.
_OF_SERVERS: Mapping[str, str] = MappingProxyType(
    {name: f"write base_url=Servers([…], {name}=…)" for name in ("policy", "resolve")}
)
_ELSEWHERE = {**OF_OPENAI, **_OF_SERVERS}


class NoKeywords(TypedDict):
    """A TypedDict without keys, so that type checkers reject every additional keyword."""


def refuse_keywords(names: Collection[str], known: Collection[str]) -> None:
    """Raise RequestError for the first unknown keyword."""
    refuse_unknown(names, known, "the client", _ELSEWHERE)
