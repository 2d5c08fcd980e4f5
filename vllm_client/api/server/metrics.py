"""Parse the response of GET /metrics, which is in Prometheus' text format.

The format is described in "Exposition formats" of the Prometheus documentation: text format 0.0.4,
and 1.0.0 with quoted names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from math import inf, nan

import attrs

from ...errors import ParseError, RequestError, shortened
from ...record import Recorded

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*+")
# Prometheus parses numbers as Go does. Python's float() accepts more, for example "1_000".
_NUMBER = r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?|[+-]?[iI]nf|[nN]a[nN]"
_VALUE = re.compile(rf"[ \t]*+({_NUMBER})(?:[ \t]++([+-]?[0-9]{{1,19}}+))?[ \t]*+")
_QUOTED = r'"((?:[^"\\]|\\.)*+)"'
# Between braces: a label or the quoted name of the sample, and the separator after it.
_LABEL = re.compile(
    rf"[ \t]*+(?:([a-zA-Z_:][a-zA-Z0-9_:]*+)|{_QUOTED})[ \t]*+(?:=[ \t]*+{_QUOTED}[ \t]*+)?([,}}])"
)
_CLOSED = re.compile(r"[ \t]*+\}")
_COMMENT = re.compile(rf"#[ \t]++(HELP|TYPE)[ \t]++(?:({_NAME.pattern})|{_QUOTED})(?:[ \t]++(.*))?")
_ESCAPED = re.compile(r"\\(.)")
_UNESCAPED = {"n": "\n", "\\": "\\", '"': '"'}

# Metric type -> suffixes of the names of its samples.
_PARTS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}


@attrs.frozen
class MetricSample:
    """One value of a metric.

    Attributes:
        name: The name of the sample, which has a suffix such as "_bucket" in a histogram.
        labels: The labels, by name.
        value: The value.
        timestamp: Milliseconds since 1970; None if the server sends none.
    """

    name: str
    labels: dict[str, str]
    value: float
    timestamp: int | None = None

    def __str__(self) -> str:
        labels = ",".join(f'{name}="{value}"' for name, value in self.labels.items())
        return f"{self.name}{{{labels}}} {self.value}"


@attrs.frozen
class MetricFamily:
    """The samples of one metric.

    Attributes:
        name: The name of the metric.
        type: "counter", "gauge", "histogram", "summary", or "untyped" if the server sends none.
        help: The description of the metric.
        samples: The samples in the order of the response.
    """

    name: str
    type: str = "untyped"
    help: str = ""
    samples: tuple[MetricSample, ...] = ()


@attrs.frozen
class Histogram:
    """The distribution of observed values.

    Attributes:
        buckets: Upper bound -> number of values up to and including it.
        count: Number of values.
        sum: Sum of the values.
    """

    buckets: dict[float, float]
    count: float
    sum: float

    @property
    def mean(self) -> float:
        """The mean of the values; NaN without values."""
        return self.sum / self.count if self.count else nan

    def quantile(self, q: float) -> float:
        """Estimate a quantile.

        Interpolates linearly within a bucket, as PromQL's histogram_quantile does. A quantile above
        the last finite bound is returned as that bound.

        Args:
            q: The quantile, from 0 to 1: 0.9 is the value that 90 % of the values do not exceed.

        Returns:
            The quantile; NaN without values.

        Raises:
            RequestError: `q` is not between 0 and 1.
        """
        if not 0 <= q <= 1:
            raise RequestError(f"quantile: expected a number from 0 to 1, got {q!r}")
        if not self.count:
            return nan
        rank, below, lower = q * self.count, 0.0, 0.0
        for bound, cumulated in sorted(self.buckets.items()):
            if cumulated >= rank and cumulated > below:
                if bound == inf:
                    return lower
                lower = min(lower, bound)
                return lower + (bound - lower) * (rank - below) / (cumulated - below)
            below, lower = cumulated, bound
        return lower


@attrs.frozen(repr=False)
class Metrics(Recorded, Mapping[str, MetricFamily]):
    """The metrics of the server: a mapping from the name of each metric to its samples.

        metrics["vllm:num_requests_running"].samples
        metrics.value("vllm:request_success_total", finished_reason="stop")
        metrics.histogram("vllm:time_to_first_token_seconds").quantile(0.9)

    Attributes:
        text: The response as the server sent it.
        families: Name -> metric; the same mapping as the object itself.
    """

    text: str
    families: dict[str, MetricFamily] = attrs.field(eq=False)

    @classmethod
    def parse(cls, text: str) -> Metrics:
        """Read Prometheus' text format. Raises ParseError that names the line."""
        return cls(text, _Parser().read(text))

    def __getitem__(self, name: str) -> MetricFamily:
        if name not in self.families:
            raise KeyError(self._absent(name, self.families))
        return self.families[name]

    def __contains__(self, name: object) -> bool:
        return name in self.families

    def __iter__(self) -> Iterator[str]:
        return iter(self.families)

    def __len__(self) -> int:
        return len(self.families)

    def __repr__(self) -> str:
        samples = sum(len(family.samples) for family in self.families.values())
        return f"<Metrics: {len(self.families)} metrics, {samples} samples>"

    def samples(self, name: str, /, **labels: str) -> list[MetricSample]:
        """Return the samples with this name.

        Args:
            name: The name of the samples. A histogram has samples with the names `…_bucket`,
                `…_count` and `…_sum`.
            **labels: Labels that the returned samples must have. If no sample has them, the list
                is empty.

        Raises:
            KeyError: The server has no samples of this name.
        """
        named = [sample for sample in self._all() if sample.name == name]
        if not named:
            raise KeyError(self._absent(name, {sample.name for sample in self._all()}))
        return [sample for sample in named if labels.items() <= sample.labels.items()]

    def value(self, name: str, /, **labels: str) -> float:
        """Return the sum of the samples of a name, for example over all engines.

        Args:
            name: The name of the samples.
            **labels: Only samples with these labels count.

        Raises:
            KeyError: There is no such sample.
        """
        found = self.samples(name, **labels)
        if not found:
            known = sorted({label for s in self.samples(name) for label in s.labels})
            raise KeyError(f"no sample of {name} has {labels}; its labels are {', '.join(known)}")
        return sum(sample.value for sample in found)

    def histogram(self, name: str, /, **labels: str) -> Histogram:
        """Return a histogram, summed over its samples, for example of all engines.

        Args:
            name: The name of the histogram, without `_bucket`.
            **labels: Only samples with these labels count.

        Raises:
            KeyError: There is no such histogram.
        """
        known = {family.name for family in self.families.values() if family.type == "histogram"}
        if name not in known:
            raise KeyError(self._absent(name, known))
        buckets: dict[float, float] = {}
        for sample in self.samples(f"{name}_bucket", **labels):
            bound = _bound(sample)
            if bound is not None:
                buckets[bound] = buckets.get(bound, 0.0) + sample.value
        count, total = (self.value(f"{name}{part}", **labels) for part in ("_count", "_sum"))
        return Histogram(buckets, count, total)

    def _absent(self, name: str, known: Collection[str]) -> str:
        """Return the message for an unknown name, with the nearest known one."""
        if name in self.families:
            kind = self.families[name].type
            other = "histogram" if kind == "histogram" else "value"
            return f"{name} is a {kind}: metrics.{other}({name!r})"
        from difflib import get_close_matches  # slow to load, and needed for errors only

        near = get_close_matches(name, sorted(known), n=1)
        return f"no metric {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")

    def _all(self) -> Iterator[MetricSample]:
        for family in self.families.values():
            yield from family.samples


class _Parser:
    """Parse line by line; metrics are in the order of their first line."""

    def __init__(self) -> None:
        self._help: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._samples: dict[str, list[MetricSample]] = {}

    def read(self, text: str) -> dict[str, MetricFamily]:
        # not splitlines(): label values may contain other line separators
        for number, line in enumerate(text.split("\n"), 1):
            line = line.strip(" \t\r")
            if line.startswith("#"):
                self._comment(line)
            elif line:
                self._sample(line, number)
        return {
            name: MetricFamily(
                name, self._types.get(name, "untyped"), self._help.get(name, ""), tuple(samples)
            )
            for name, samples in self._samples.items()
        }

    def _comment(self, line: str) -> None:
        told = _COMMENT.fullmatch(line)
        if told is None:
            return
        kind, plain, quoted, text = told.groups()
        name = plain or _unescaped(quoted)
        self._samples.setdefault(name, [])
        if kind == "TYPE":
            self._types[name] = text or "untyped"
        else:
            self._help[name] = _unescaped(text or "")

    def _sample(self, line: str, number: int) -> None:
        sample = _sample_of(line)
        if sample is None:
            raise ParseError(
                f"line {number}: not a sample of a metric: {shortened(line, 200)!r}",
                f"line {number}",
            )
        self._samples.setdefault(self._family(sample.name), []).append(sample)

    def _family(self, name: str) -> str:
        """Return the name of the metric that a sample belongs to."""
        if name in self._samples:
            return name
        for kind, parts in _PARTS.items():
            for part in parts:
                base = name.removesuffix(part)
                if base != name and self._types.get(base) == kind:
                    return base
        return name


def _sample_of(line: str) -> MetricSample | None:
    """Parse a sample; None if the line is not one."""
    labels: dict[str, str] = {}
    begun = _NAME.match(line)
    name, position = (begun[0], begun.end()) if begun else ("", 0)
    braces = line[position:].lstrip(" \t")
    if braces.startswith("{"):
        position = len(line) - len(braces) + 1
        while not (end := _CLOSED.match(line, position)):
            label = _LABEL.match(line, position)
            if label is None:
                return None
            plain, quoted, value, after = label.groups()
            if value is not None:
                labels[plain or _unescaped(quoted or "")] = _unescaped(value)
            elif quoted is not None and not name:
                name = _unescaped(quoted)
            else:
                return None
            position = label.end() - (after == "}")
        position = end.end()
    number = _VALUE.fullmatch(line, position)
    if not name or number is None:
        return None
    return MetricSample(name, labels, float(number[1]), int(number[2]) if number[2] else None)


def _bound(bucket: MetricSample) -> float | None:
    """Return the upper bound of a bucket; None if it is missing or not a number."""
    try:
        return float(bucket.labels["le"])
    except (KeyError, ValueError):
        return None


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda escape: _UNESCAPED.get(escape[1], escape[0]), text)
