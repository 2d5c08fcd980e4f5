"""Parsing dates, durations, decimals and bytes from text, each in one spelling."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from vllm_client.schema.readers import Mismatch
from vllm_client.schema.texts import (
    parse_base64,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
    parse_uuid,
    read_decimal,
)

ID = "123e4567-e89b-42d3-a456-426614174000"


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_date, "2026-01-31", date(2026, 1, 31)),
        (parse_datetime, "2026-01-31T12:30:00Z", datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
        (parse_datetime, "2026-01-31t12:30:00z", datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
        (
            parse_datetime,
            "2026-01-31 12:30:00.5+02:00",
            datetime(2026, 1, 31, 12, 30, 0, 500_000, timezone(timedelta(hours=2))),
        ),
        (parse_time, "12:30:00Z", time(12, 30, tzinfo=UTC)),
        (parse_uuid, ID, UUID(ID)),
        (parse_uuid, ID.upper(), UUID(ID)),
        (parse_duration, "PT1M30S", timedelta(seconds=90)),
        (parse_duration, "-PT1M30S", -timedelta(seconds=90)),
        (parse_duration, "P1Y2M3DT4H5M6.5S", timedelta(428, 14_706, 500_000)),
        (parse_duration, "P2W", timedelta(weeks=2)),
        (parse_base64, "AP8=", b"\x00\xff"),
        (parse_base64, "", b""),
        (read_decimal, "1.50", Decimal("1.50")),
        (read_decimal, "-1e3", Decimal("-1E+3")),
        (read_decimal, 1.1, Decimal("1.1")),
        (read_decimal, 2, Decimal(2)),
    ],
)
def test_a_text_is_parsed(parse: Callable[[Any], Any], text: Any, value: Any) -> None:
    parsed = parse(text)

    assert parsed == value
    assert str(parsed) == str(value)


@pytest.mark.parametrize(
    ("parse", "texts"),
    [
        (parse_date, ["20260131", "2026-W01-1", "2026-1-31", "2026-02-30", ""]),
        (parse_datetime, ["2026-01-31", "2026-01-31T12:30:00", "20260131T123000Z"]),
        (parse_datetime, ["2026-01-31T12Z", "2026-01-31T12:30Z", "2026-W05-6T12:30:00Z"]),
        (parse_time, ["123000Z", "12:30", "12:30Z", "T12:30:00Z", "25:00:00Z"]),
        (parse_uuid, [ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", "x"]),
        (parse_duration, ["", "P", "PT", "P1DT", "1D", "PT1.5H", "90", "P-1D", "PT1S1M"]),
        (parse_base64, ["AP8", "AP8=\n", "?", "AP_8"]),
    ],
)  # fmt: skip
def test_other_spellings_are_rejected(parse: Callable[[str], Any], texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(ValueError, match=r"."):
            parse(text)


@pytest.mark.parametrize("value", ["", "x", "1,5", "NaN", "Infinity", True, None, 1e400])
def test_a_value_that_is_not_a_decimal_is_rejected(value: Any) -> None:
    with pytest.raises(Mismatch, match="expected a decimal number, got "):
        read_decimal(value)
