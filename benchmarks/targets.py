"""The performance targets, and their comparison with the measured figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.reports import OPENAI, RAW, Report

OURS, OURS_EVENTS, OURS_EVENTS_ORJSON = "ours", "ours, events", "ours, events, orjson"

# By default openai opens at most 1000 connections and keeps 100 alive, which is too few for some
# targets. Compare with the default limits and with raised ones.
OPENAI_RAISED = "openai, limits raised"

Figures = Mapping[str, Mapping[str, Mapping[str, float]]]
Figure = tuple[str, str, str]
"""The key of a report, the name of a measure, and the name of a peer."""


@dataclass(frozen=True)
class Target:
    """The target that `ours` is at most `share` times `theirs`. `text` describes the share."""

    what: str
    ours: Figure
    theirs: Figure
    share: float
    text: str

    def row(self, figures: Figures) -> list[str]:
        ours, theirs = _find(figures, self.ours), _find(figures, self.theirs)
        if ours is None or theirs is None:
            return [self.what, self.text, "not measured", "", "", "–"]
        reached = "yes" if ours <= self.share * theirs else "no"
        return [
            self.what,
            self.text,
            _share(ours / theirs, self.share),
            f"{ours:.4g}",
            f"{theirs:.4g}",
            reached,
        ]


def _find(figures: Figures, figure: Figure) -> float | None:
    key, measure, peer = figure
    return figures.get(key, {}).get(measure, {}).get(peer)


def _share(share: float, wanted: float) -> str:
    """Format a measured share like its target: 1/20.1, or 1.52 ×."""
    return f"1/{1 / share:.1f}" if wanted < 1 else f"{share:.2f} ×"


def _of_openai(
    what: str, key: str, measure: str, ours: str, parts: int, openai: str = OPENAI
) -> Target:
    text = f"1/{parts} of {openai}"
    return Target(what, (key, measure, ours), (key, measure, openai), 1 / parts, text)


def _stream_targets(how: str) -> list[Target]:
    key = f"stream_{how}"
    what = f"streamed token to typed event, {how}"
    return [
        _of_openai(what, key, "cpu", OURS_EVENTS, 14),
        Target(what, (key, "cpu", OURS_EVENTS), (key, "cpu", RAW), 1.7, "1.7 × raw"),
        _of_openai(f"{what}, orjson", key, "cpu", OURS_EVENTS_ORJSON, 25),
    ]


def _plain_targets() -> list[Target]:
    wanted = {1: 9, 64: 11, 512: 30, 2000: 75}
    return [
        *(
            _of_openai(
                f"plain answer, async, {count} at once",
                f"plain_{count}",
                "cpu",
                OURS,
                parts,
                openai,
            )
            for count, parts in wanted.items()
            for openai in (OPENAI_RAISED, OPENAI)
        ),
        Target(
            "plain answer, async, 2000 at once against 64",
            ("plain_2000", "cpu", OURS),
            ("plain_64", "cpu", OURS),
            1.3,
            "1.3 × the cost at 64",
        ),
        _of_openai("plain answer, sync", "plain_sync", "cpu", OURS, 8),
    ]


def _many_streams_targets() -> list[Target]:
    wanted = {
        ("CPU per token", "us"): 14,
        ("first token p99", "p99"): 12,
        ("peak memory", "peak_mib"): 2,
    }
    return [
        _of_openai(f"2000 streams, {what}", "streams_2000", measure, OURS_EVENTS, parts, openai)
        for (what, measure), parts in wanted.items()
        for openai in (OPENAI_RAISED, OPENAI)
    ]


TARGETS = [
    *_stream_targets("sync"),
    *_stream_targets("async"),
    *_plain_targets(),
    *_many_streams_targets(),
    _of_openai("500 paced streams, CPU per token", "streams_500_paced", "us", OURS_EVENTS, 6),
    _of_openai("start to first streamed token, sync", "cold", "first_token", OURS, 4),
    _of_openai("import vllm_client", "cold", "import", OURS, 8),
    Target(
        "import vllm_client",
        ("cold", "import", OURS),
        ("cold", "import", "httpx"),
        1,
        "less than import httpx",
    ),
]


def compare_with_targets(reports: Sequence[Report]) -> Report:
    """Return a table of the targets with the figures of these reports."""
    figures = {report.key: report.figures for report in reports}
    rows = [target.row(figures) for target in TARGETS]
    behind = _find(figures, ("streams_500_paced", "behind", OURS_EVENTS))
    if behind is not None:
        fallen = ["500 paced streams, falling behind", "none", f"{behind:.0f}", "", ""]
        rows.append([*fallen, "no" if behind else "yes"])
    header = ["", "target", "measured", "ours", "theirs", "reached"]
    note = "With the standard json module unless noted. Units are those of the tables below."
    return Report("targets", "Targets", header, rows, {}, note)
