"""Test the parser of Prometheus' text format with recorded, valid and invalid text."""

import math
from contextlib import suppress
from math import inf, nan

import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import unhurried
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.server.metrics import Histogram, MetricFamily, Metrics, MetricSample
from vllm_client.errors import ParseError, RequestError

RECORDED = [one for one in all_recordings() if one.path == "/metrics"]


def the_sample(text: str) -> MetricSample:
    (family,) = Metrics.parse(text).values()
    (sample,) = family.samples
    return sample


@pytest.mark.parametrize("recording", RECORDED, ids=str)
def test_every_line_of_recorded_metrics_is_parsed(recording: Recording) -> None:
    text = recording.body.decode()
    metrics = Metrics.parse(text)
    lines = text.splitlines()

    samples = [sample for family in metrics.values() for sample in family.samples]
    assert len(samples) == sum(not line.startswith("#") for line in lines)
    assert len(metrics) == sum(line.startswith("# TYPE") for line in lines)
    assert all(family.help and family.samples for family in metrics.values())
    kinds = {family.type for family in metrics.values()}
    assert kinds <= {"counter", "gauge", "histogram", "summary"}
    assert metrics.text == text


@pytest.mark.parametrize("recording", RECORDED, ids=str)
def test_recorded_samples_round_trip_to_their_lines(recording: Recording) -> None:
    metrics = Metrics.parse(recording.body.decode())
    told = {line.rpartition(" ")[0]: line for line in metrics.text.splitlines()}

    for family in metrics.values():
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            line = told[f"{sample.name}{{{labels}}}" if labels else sample.name]
            assert float(line.rpartition(" ")[2]) == sample.value


def test_metrics_are_found_by_name_and_labels() -> None:
    metrics = Metrics.parse(load("chat", "get_metrics").body.decode())

    assert metrics.value("vllm:num_requests_running") == 0
    assert metrics.value("vllm:prompt_tokens_total", model_name="tiny") == 7480
    assert metrics["vllm:num_requests_running"] == MetricFamily(
        "vllm:num_requests_running",
        "gauge",
        "Number of requests in model execution batches.",
        (MetricSample("vllm:num_requests_running", {"engine": "0", "model_name": "tiny"}, 0.0),),
    )
    first_token = metrics.histogram("vllm:time_to_first_token_seconds", engine="0")
    assert first_token.count == metrics.value("vllm:time_to_first_token_seconds_count") > 0
    assert first_token.buckets[inf] == first_token.count
    assert 0 < first_token.quantile(0.1) <= first_token.quantile(0.9)
    assert "vllm:num_requests_running" in metrics
    assert repr(metrics) == f"<Metrics: {len(metrics)} metrics, 469 samples>"


@pytest.mark.parametrize(
    ("line", "sample"),
    [
        ("up 1", MetricSample("up", {}, 1.0)),
        ("up{} 1", MetricSample("up", {}, 1.0)),
        (" up \t{ } \t1 \r", MetricSample("up", {}, 1.0)),
        ("up 1 1700000000123", MetricSample("up", {}, 1.0, 1700000000123)),
        ("up 1 -5", MetricSample("up", {}, 1.0, -5)),
        ("up -1.5e+3", MetricSample("up", {}, -1500.0)),
        ("up .5", MetricSample("up", {}, 0.5)),
        ("up 5.", MetricSample("up", {}, 5.0)),
        ("up +Inf", MetricSample("up", {}, inf)),
        ("up -Inf", MetricSample("up", {}, -inf)),
        ('a:b_1{c="d"} 1', MetricSample("a:b_1", {"c": "d"}, 1.0)),
        ('a{ c = "d" , e="f", } 1', MetricSample("a", {"c": "d", "e": "f"}, 1.0)),
        ('a{c=""}1', MetricSample("a", {"c": ""}, 1.0)),
        ('a{c="}, {\\"x\\""} 1', MetricSample("a", {"c": '}, {"x"'}, 1.0)),
        ('a{c="x\\ny\\\\n\\q"} 1', MetricSample("a", {"c": "x\ny\\n\\q"}, 1.0)),
        ('a{c="\u2028\x85\x0c"} 1', MetricSample("a", {"c": "\u2028\x85\x0c"}, 1.0)),
        ('{"a.b"} 1', MetricSample("a.b", {}, 1.0)),
        ('{"a\\"b", "c.d"="e", f="g"} 1', MetricSample('a"b', {"c.d": "e", "f": "g"}, 1.0)),
    ],
)
def test_text_allowed_by_the_format_is_parsed(line: str, sample: MetricSample) -> None:
    assert the_sample(line) == sample


def test_nan_is_a_value() -> None:
    assert math.isnan(the_sample("up NaN").value)


@pytest.mark.parametrize(
    "line",
    [
        "up",
        "up one",
        "up 1_000",
        "up 0x1p-2",
        "up 1 2 3",
        "up 1 2.5",
        "1up 1",
        "{} 1",
        '{a="b"} 1',
        'up{"also"} 1',
        "up{a} 1",
        "up{a=b} 1",
        'up{a="b} 1',
        'up{a="b" 1',
        'up{a="b"c="d"} 1',
        'up{,a="b"} 1',
        "<html>",
        "up 1 " + "9" * 5000,
    ],
)
def test_text_forbidden_by_the_format_is_a_parse_error_with_its_line(line: str) -> None:
    with pytest.raises(ParseError) as caught:
        Metrics.parse(f"# HELP up Is it up?\n\nup 1\n{line}\nup 2\n")

    assert caught.value.where == "line 4"
    assert "line 4" in str(caught.value)


def test_the_parts_of_a_histogram_belong_to_it() -> None:
    metrics = Metrics.parse(
        "# HELP h Of all\\nthe \\\\ kinds.\n# TYPE h histogram\n"
        'h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 3\nh_sum 5\nh_count 3\n'
        "# TYPE s summary\n" + 's{quantile="0.5"} 2\ns_sum 4\ns_count 2\n'
        "# TYPE c counter\nc_count 7\n# any comment\n#\n# TYPE\n"
        '# TYPE "a.b" gauge\n{"a.b"} 1\n'
    )

    assert {name: (family.type, len(family.samples)) for name, family in metrics.items()} == {
        "h": ("histogram", 4),
        "s": ("summary", 3),
        "c": ("counter", 0),
        "c_count": ("untyped", 1),
        "a.b": ("gauge", 1),
    }
    assert metrics["h"].help == "Of all\nthe \\ kinds."
    assert metrics.histogram("h") == Histogram({1.0: 1.0, inf: 3.0}, 3.0, 5.0)


def test_values_are_summed_over_unspecified_labels() -> None:
    metrics = Metrics.parse(
        'r{engine="0",why="stop"} 1\nr{engine="1",why="stop"} 2\nr{engine="1",why="abort"} 4\n'
        '# TYPE h histogram\nh_bucket{e="0",le="1"} 1\nh_bucket{e="1",le="1"} 2\n'
        'h_sum{e="0"} 1\nh_sum{e="1"} 1\nh_count{e="0"} 1\nh_count{e="1"} 2\n'
    )

    assert metrics.value("r") == 7
    assert metrics.value("r", why="stop") == 3
    assert metrics.value("r", why="stop", engine="1") == 2
    assert metrics.samples("r", why="repetition") == []
    assert metrics.histogram("h") == Histogram({1.0: 3.0}, 3.0, 2.0)
    assert metrics.histogram("h", e="1") == Histogram({1.0: 2.0}, 2.0, 1.0)
    assert str(metrics.samples("r", why="abort")[0]) == 'r{engine="1",why="abort"} 4.0'


def test_missing_metric_is_a_key_error_with_the_nearest_name() -> None:
    metrics = Metrics.parse('vllm:num_requests_running{engine="0"} 1\n')

    for look in (metrics.value, metrics.samples, metrics.__getitem__):
        with pytest.raises(KeyError, match="did you mean 'vllm:num_requests_running'"):
            look("vllm:num_request_running")
    with pytest.raises(KeyError, match="no metric 'x'"):
        metrics.histogram("x")
    with pytest.raises(KeyError, match=r"is a untyped: metrics\.value"):
        metrics.histogram("vllm:num_requests_running")
    with pytest.raises(KeyError, match=r"its labels are engine"):
        metrics.value("vllm:num_requests_running", engine="1")
    assert metrics.get("x") is None
    assert "x" not in metrics


@pytest.mark.parametrize(
    ("q", "value"), [(0, 1.0), (0.1, 1.4), (0.5, 3.0), (0.75, 4.0), (0.8, 4.0), (1, 4.0)]
)
def test_quantile_is_interpolated_linearly_within_its_bucket(q: float, value: float) -> None:
    spread = Histogram({1.0: 0.0, 2.0: 2.5, 4.0: 7.5, inf: 10.0}, 10.0, 31.0)

    assert spread.quantile(q) == pytest.approx(value)
    assert spread.mean == 3.1


def test_quantile_without_values_is_nan() -> None:
    empty = Histogram({1.0: 0.0, inf: 0.0}, 0.0, 0.0)

    assert math.isnan(empty.quantile(0.5))
    assert math.isnan(empty.mean)


@pytest.mark.parametrize("q", [-0.1, 50, nan])
def test_a_quantile_is_between_0_and_1(q: float) -> None:
    with pytest.raises(RequestError, match="number from 0 to 1"):
        Histogram({inf: 1.0}, 1.0, 1.0).quantile(q)


def test_negative_values_have_quantiles() -> None:
    assert Histogram({-1.0: 4.0, inf: 4.0}, 4.0, -8.0).quantile(0.5) == -1.0


PLAIN_NAMES = st.from_regex(r"[a-zA-Z_:][a-zA-Z0-9_:]*", fullmatch=True)
LABEL_NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]*", fullmatch=True)
VALUES = st.floats(allow_nan=False)
SAMPLES = st.builds(
    MetricSample,
    PLAIN_NAMES,
    st.dictionaries(LABEL_NAMES, st.text(), max_size=4),
    VALUES,
    st.none() | st.integers(-(2**63), 2**63 - 1),
)


def written(sample: MetricSample) -> str:
    """Format a sample as a line of text."""

    def escaped(value: str) -> str:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')

    labels = ",".join(f'{name}="{escaped(value)}"' for name, value in sample.labels.items())
    value = {inf: "+Inf", -inf: "-Inf"}.get(sample.value, repr(sample.value))
    when = "" if sample.timestamp is None else f" {sample.timestamp}"
    return f"{sample.name}{{{labels}}} {value}{when}"


@unhurried
@given(st.lists(SAMPLES))
def test_written_metrics_are_parsed_back(samples: list[MetricSample]) -> None:
    metrics = Metrics.parse("\n".join(map(written, samples)))

    by_name = {sample.name: None for sample in samples}
    assert list(metrics) == list(by_name)
    for name in by_name:
        assert list(metrics[name].samples) == [one for one in samples if one.name == name]


@unhurried
@given(st.text(alphabet=st.sampled_from('a1_:"{}=,\\ \t\n#.+-eINnf\r HELPTYP'), max_size=60))
def test_any_text_is_parsed_or_a_parse_error(text: str) -> None:
    with suppress(ParseError):
        assert Metrics.parse(text).text == text


@pytest.mark.parametrize(
    "line",
    [
        'a{b="' + "\\" * 1_000_001,
        "1" * 1_000_000,
        "a{" + "b=" * 500_000,
        "a 1" + " " * 999_999 + "x",
    ],
)
def test_long_malformed_line_is_rejected_quickly(line: str) -> None:
    # a regular expression with backtracking would take exponential time
    with pytest.raises(ParseError) as caught:
        Metrics.parse(line)

    assert len(str(caught.value)) < 1000
