"""Renaming fields for older servers, and warnings about ignored fields."""

import json
import warnings
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from vllm_client.api.chat.batch import build_chat_batch
from vllm_client.api.chat.request import build_chat, plan_chat_chunks, plan_chat_events
from vllm_client.api.completions.request import (
    build_completion,
    plan_completion_chunks,
    plan_completion_events,
)
from vllm_client.api.render.render import build_render_chat, build_render_completion
from vllm_client.api.server.tokens import build_tokenize
from vllm_client.call.settings import ClientSettings
from vllm_client.call.version_adapter import IgnoredByServerWarning, adapted
from vllm_client.errors import RequestError
from vllm_client.http.base_url import BaseUrl
from vllm_client.vllm.versions import find_dependent, fit as fit_dependent

SETTINGS = ClientSettings(BaseUrl.parse("http://h"))
STRICT = ClientSettings(BaseUrl.parse("http://h"), strict=True)
MESSAGES = [{"role": "user", "content": "Hi"}]
OLD = {"role": "assistant", "content": "Hi", "reasoning_content": "Hm"}
NEW = {"role": "assistant", "content": "Hi", "reasoning": "Hm"}

PLANS = [
    lambda settings, **options: build_chat(settings, {"messages": MESSAGES, **options}),
    lambda settings, **options: plan_chat_events(settings, {"messages": MESSAGES, **options}).spec,
    lambda settings, **options: plan_chat_chunks(settings, {"messages": MESSAGES, **options}).spec,
    lambda settings, **options: build_chat_batch(settings, {"messages": [MESSAGES], **options}),
    lambda settings, **options: build_render_chat(settings, {"messages": MESSAGES, **options}),
    lambda settings, **options: build_render_completion(settings, {"prompt": "Hi", **options}),
    lambda settings, **options: build_completion(settings, {"prompt": "Hi", **options}),
    lambda settings, **options: plan_completion_events(settings, {"prompt": "Hi", **options}).spec,
    lambda settings, **options: plan_completion_chunks(settings, {"prompt": "Hi", **options}).spec,
]
"""The requests of all generation methods, and of methods that render or tokenize."""


def fit(
    version: str, body: dict[str, Any], untyped: Collection[str] = ()
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    dependent = find_dependent(body, untyped)
    return (body, ()) if dependent is None else fit_dependent(version, dependent)


@pytest.mark.parametrize(
    ("version", "body", "problems"),
    [
        ("0.12.0", {"guided_json": {}}, ["vLLM 0.12.0 ignores 'guided_json'"]),
        ("0.32.0", {"guided_regex": "a"}, ['structured_outputs={"regex": …}']),
        ("0.32.0", {"guided_choice": ["a"]}, ['structured_outputs={"choice": […]}']),
        ("0.32.0", {"guided_grammar": "a"}, ['structured_outputs={"grammar": …}']),
        ("0.32.0", {"structural_tag": "{}"}, ['structured_outputs={"structural_tag": …}']),
        ("0.32.0", {"guided_decoding_backend": "x"}, ["--structured-outputs-config"]),
        ("0.32.0", {"guided_whitespace_pattern": " "}, ["whitespace_pattern"]),
        ("0.32.0", {"best_of": 2}, ["ignores 'best_of'; send n=…"]),
        ("0.17.0", {"logits_processors": ["x"]}, ["--logits-processors"]),
        ("0.16.0", {"logits_processors": ["x"]}, []),
        ("1.0.0", {"guided_json": {}, "best_of": 2}, ["guided_json", "best_of"]),
        ("0.12.0rc1", {"guided_json": {}}, ["guided_json"]),
        ("v0.12", {"guided_json": {}}, ["guided_json"]),
        ("0.11.2", {"guided_json": {}, "best_of": 2}, []),
        ("0.11.1.dev12+gabc", {"guided_json": {}}, []),
        ("0.12.0.dev3+cpu", {"guided_json": {}}, ["guided_json"]),
        ("0.9.0.1", {"guided_json": {}}, []),
        ("0." + "9" * 5000 + ".1", {"guided_json": {}}, []),
        ("0.12." + "9" * 5000, {"guided_json": {}}, ["vLLM 0.12.0 ignores"]),
        ("0.32.0\n" + "x" * 5000, {"guided_json": {}}, ["vLLM 0.32.0 ignores"]),
        ("0.10.2", {"structured_outputs": "x"}, ["ignores 'structured_outputs'"]),
        ("0.32.0", {"guided_json": None}, []),
        ("0.32.0", {"structured_outputs": {"regex": "a"}}, []),
        ("0.11.0", {"structured_outputs": {"regex": "a"}}, []),
        (
            "0.16.0",
            {"messages": [*MESSAGES, OLD]},
            ["ignores 'reasoning_content' in messages[1]; send 'reasoning'"],
        ),
        ("0.22.0", {"messages": [OLD]}, ["calls deprecated, and may ignore, 'reasoning_content'"]),
        ("0.32.0", {"messages": [OLD, OLD]}, ["messages[0]", "messages[1]"]),
        ("0.16.0", {"messages": [MESSAGES, (OLD,)]}, ["in messages[1][0]"]),
        ("0.15.1", {"messages": [OLD]}, []),
        ("0.16.0", {"messages": [NEW, {**NEW, **OLD}]}, []),
        ("0.16.0", {"messages": "no list of messages"}, []),
        ("dev", {"guided_json": {}}, []),
        ("0.1.dev13942+g1a2b3c4", {"structured_outputs": {"regex": "a"}}, []),
    ],
)
def test_ignored_fields_cause_a_warning_and_are_still_sent(
    version: str, body: dict[str, Any], problems: list[str]
) -> None:
    fitting, ignored = fit(version, body, frozenset(body))

    assert fitting is body
    assert len(ignored) == len(problems)
    for told, problem in zip(ignored, problems, strict=True):
        assert problem in told


@pytest.mark.parametrize(
    ("wanted", "sent", "unnamed"),
    [
        ({"json": {"type": "object"}}, {"guided_json": {"type": "object"}}, []),
        ({"regex": "a"}, {"guided_regex": "a"}, []),
        ({"choice": ["a"], "regex": None}, {"guided_choice": ["a"]}, []),
        (
            {"grammar": "a", "whitespace_pattern": " "},
            {"guided_grammar": "a", "guided_whitespace_pattern": " "},
            [],
        ),
        ({"structural_tag": "{}"}, {"structural_tag": "{}"}, []),
        ({"json_object": True}, {"response_format": {"type": "json_object"}}, []),
        (
            {"regex": "a", "disable_any_whitespace": True, "disable_additional_properties": False},
            {"guided_regex": "a"},
            ["disable_any_whitespace"],
        ),
        ({}, {}, []),
    ],
)
def test_structured_outputs_are_renamed_for_older_servers(
    wanted: dict[str, Any], sent: dict[str, Any], unnamed: list[str]
) -> None:
    body = {"model": "m", "structured_outputs": wanted}
    before = json.dumps(body)

    fitting, ignored = fit("0.10.2", body)

    assert fitting == {"model": "m", **sent}
    assert [name for name in unnamed if any(name in told for told in ignored)] == unnamed
    assert len(ignored) == len(unnamed)
    assert json.dumps(body) == before


def test_structured_outputs_in_extra_body_are_not_renamed() -> None:
    body = {"structured_outputs": {"regex": "a"}}

    fitting, (told,) = fit("0.10.2", body, {"structured_outputs"})

    assert fitting is body
    assert "ignores 'structured_outputs'; send one of guided_json, guided_regex" in told


@pytest.mark.parametrize("wanted", ["x", ["x"], 5])
def test_structured_outputs_that_are_not_a_mapping_are_not_renamed(wanted: Any) -> None:
    body = {"structured_outputs": wanted}

    fitting, (told,) = fit("0.10.2", body)

    assert fitting is body
    assert "ignores 'structured_outputs'" in told


@pytest.mark.parametrize(
    ("version", "body"),
    [
        ("0.32.0 Bearer sk-secret", {"guided_json": {}, "messages": [OLD]}),
        ("0.32.0+sk-secret", {"guided_json": {}, "messages": [OLD]}),
        ("0.10.2+sk-secret", {"structured_outputs": {"disable_any_whitespace": True}}),
        ("0.10.2+sk-secret", {"structured_outputs": "x"}),
    ],
)
def test_warnings_quote_only_the_numbers_of_a_version(version: str, body: dict[str, Any]) -> None:
    _, ignored = fit(version, body)

    assert ignored
    assert all(f"vLLM {version[:6]} " in told for told in ignored)
    assert "secret" not in "".join(ignored)


@pytest.mark.parametrize("build", PLANS)
def test_requests_of_every_generation_method_are_adapted(build: Any) -> None:
    spec = build(SETTINGS, structured_outputs={"regex": "a"})

    assert json.loads(adapted(spec, "0.10.2").body)["guided_regex"] == "a"
    assert "structured_outputs" not in json.loads(adapted(spec, "0.10.2").body)
    assert adapted(spec, "0.11.0").body == spec.body
    assert adapted(spec, "0.10.2").read is spec.read


@pytest.mark.parametrize("build", PLANS)
def test_ignored_field_is_a_warning_or_an_error_if_strict(build: Any) -> None:
    spec = build(SETTINGS, extra_body={"guided_json": {}})
    with pytest.warns(IgnoredByServerWarning, match="ignores 'guided_json'") as caught:
        assert adapted(spec, "0.12.0").body == spec.body
    assert caught[0].filename == __file__
    assert issubclass(IgnoredByServerWarning, UserWarning)

    with pytest.raises(RequestError, match="ignores 'guided_json'"):
        adapted(build(STRICT, extra_body={"guided_json": {}}), "0.12.0")


def test_strict_error_lists_all_ignored_fields() -> None:
    spec = build_chat(STRICT, {"messages": [OLD], "extra_body": {"best_of": 2}})
    assert spec.dependent is not None

    with pytest.raises(RequestError, match=r"'best_of'.*; .*'reasoning_content'"):
        adapted(spec, "0.32.0")


@pytest.mark.parametrize("build", PLANS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 0, "stop": ["a"], "response_format": {"type": "json_object"}},
        {"structured_outputs": None},
        {"extra_body": {"unheard_of": 1, "guided_json": None}},
    ],
)
def test_ordinary_requests_do_not_depend_on_the_version(
    build: Any, options: dict[str, Any]
) -> None:
    assert build(SETTINGS, **options).dependent is None


def test_answers_sent_back_do_not_depend_on_the_version() -> None:
    assert build_chat(SETTINGS, {"messages": [*MESSAGES, NEW]}).dependent is None


def test_messages_to_tokenize_are_checked_too() -> None:
    spec = build_tokenize(SETTINGS, {"messages": [OLD]})
    assert spec.dependent is not None

    with pytest.warns(IgnoredByServerWarning, match=r"in messages\[0\]; send 'reasoning'"):
        assert adapted(spec, "0.32.0").body == spec.body


def test_version_that_ignores_nothing_causes_no_warning() -> None:
    spec = build_chat(SETTINGS, {"messages": [OLD], "extra_body": {"guided_json": {}}})
    assert spec.dependent is not None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert adapted(spec, "0.11.2").body == spec.body
