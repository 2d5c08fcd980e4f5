"""The statistics line of `vllm-client chat --stats`."""

from __future__ import annotations

from .. import Call


def stats_of(call: Call) -> str:
    """Return the times and token counts of a call in one line, without unknown ones."""
    timing = call.timing
    parts = [
        _count(call.input_tokens, "prompt tokens"),
        _count(call.output_tokens, "tokens"),
        _seconds("queued", timing.queued),
        _seconds("connected in", timing.connect),
        _seconds("first token after", timing.first_token),
        _seconds("last token after", timing.last_token),
        _seconds("total", timing.total),
        _number(timing.tokens_per_second, "{:.1f} tokens/s"),
        _milliseconds("{:.1f} ms between tokens", timing.inter_token_latency),
        _milliseconds("p99 {:.1f} ms", timing.p99_inter_token_latency),
        f"{len(call.attempts)} attempts" if len(call.attempts) > 1 else "",
    ]
    return f"{call.state}: " + ", ".join(part for part in parts if part)


def _count(number: int | None, noun: str) -> str:
    return "" if number is None else f"{number} {noun}"


def _seconds(what: str, seconds: float | None) -> str:
    return "" if seconds is None else f"{what} {seconds:.3f} s"


def _milliseconds(form: str, seconds: float | None) -> str:
    return "" if seconds is None else form.format(seconds * 1e3)


def _number(number: float | None, form: str) -> str:
    return "" if number is None else form.format(number)
