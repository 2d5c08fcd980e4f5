"""The features that are rows of the table of versions in vllm/README.md."""

from collections.abc import Mapping

import attrs

from tests.versions.servers import VERSIONS
from vllm_client.vllm import routes
from vllm_client.vllm.routes import Route


@attrs.frozen
class Feature:
    """A row of the table.

    Attributes:
        title: The text of the row.
        route: The route that the feature needs.
        lacking: Version -> the part of the feature that the server does not support, as the tests
            expect it.
    """

    title: str
    route: Route | None = None
    lacking: Mapping[str, str] = attrs.field(factory=dict)

    def offered_by(self, version: str) -> bool:
        """Whether a version has the route."""
        since = self.route.since if self.route else None
        return since is None or numbers(version) >= numbers(since)


FEATURES: Mapping[str, Feature] = {
    "test_dialogues": Feature("chat, plain and streamed; reasoning, not sent twice"),
    "test_tools": Feature("tools, `run_tools`"),
    "test_structured_outputs": Feature("`structured_outputs`, `parse`"),
    "test_completions": Feature("text completions, plain and streamed"),
    "test_responses": Feature(
        "Responses, plain and streamed", lacking={"0.11.0": "plain; the server breaks streams off"}
    ),
    "test_messages": Feature("Messages, plain and streamed", routes.MESSAGES),
    "test_embeddings": Feature(
        "embeddings, `pooling`, `score`, `rerank`", lacking={"0.11.0": "all but `pooling`"}
    ),
    "test_tokens": Feature("`tokenize`, `detokenize`"),
    "test_server": Feature("`models`, `metrics`, `capabilities`"),
    "test_errors": Feature("errors, missing routes and a dead engine explained"),
    "test_ignored": Feature("a warning for ignored fields"),
}
"""Test module -> the feature that it tests."""


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers, for comparison."""
    return tuple(map(int, version.split(".")))


def table(passed: Mapping[tuple[str, str], bool]) -> str:
    """Return the table in Markdown. `passed`: whether all tests of a (module, version) passed."""
    rows = [["", *VERSIONS], ["---"] * (len(VERSIONS) + 1)]
    for module, feature in FEATURES.items():
        rows.append([feature.title, *(_cell(feature, module, each, passed) for each in VERSIONS)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(
    feature: Feature, module: str, version: str, passed: Mapping[tuple[str, str], bool]
) -> str:
    if (module, version) not in passed:
        return "not tried"
    if not passed[module, version]:
        return "no"
    if feature.route is not None and not feature.offered_by(version):
        return f"not before {feature.route.since}"
    return feature.lacking.get(version, "yes")
