"""Numbers as bytes, in vLLM's data types for embeddings."""

import struct
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence


def pack(numbers: Sequence[float], dtype: str, endianness: str) -> bytes:
    """Pack numbers in one of vLLM's types. Byte order: big, little or native (little)."""
    order = ">" if endianness == "big" else "<"
    return _PACKERS[dtype](numbers, order)


def shortest(number: float) -> float:
    """Return the number with the fewest digits that has the same float32 value."""
    same = _FLOAT32.pack(number)
    candidates = (float(f"{number:.{digits}g}") for digits in range(6, 9))
    return next((each for each in candidates if _FLOAT32.pack(each) == same), number)


_FLOAT32 = struct.Struct("f")


def _native(code: str) -> Callable[[Sequence[float], str], bytes]:
    return lambda numbers, order: struct.pack(f"{order}{len(numbers)}{code}", *numbers)


def _bfloat16(numbers: Sequence[float], order: str) -> bytes:
    """Pack the upper half of each float32, rounded to even."""
    wide = struct.unpack(f">{len(numbers)}I", struct.pack(f">{len(numbers)}f", *numbers))
    halves = [(bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 for bits in wide]
    return struct.pack(f"{order}{len(halves)}H", *halves)


def _float8(exponent_bits: int, largest: int) -> Callable[[Sequence[float], str], bytes]:
    """Return a function that packs numbers as float8. `largest`: the greatest finite byte."""
    table = [_value_of(byte, exponent_bits) for byte in range(largest + 1)]

    def pack_all(numbers: Sequence[float], order: str) -> bytes:
        return bytes(_nearest(abs(x), table) | (128 if x < 0 else 0) for x in numbers)

    return pack_all


def _value_of(byte: int, exponent_bits: int) -> float:
    mantissa_bits = 7 - exponent_bits
    exponent, mantissa = byte >> mantissa_bits, byte & ((1 << mantissa_bits) - 1)
    bias = (1 << (exponent_bits - 1)) - 1
    whole = 0 if exponent == 0 else 1
    fraction = whole + mantissa / (1 << mantissa_bits)
    return float(fraction * 2.0 ** (max(exponent, 1) - bias))


def _nearest(number: float, table: Sequence[float]) -> int:
    above = min(bisect_left(table, number), len(table) - 1)
    below = max(above - 1, 0)
    return below if number - table[below] < table[above] - number else above


_PACKERS: Mapping[str, Callable[[Sequence[float], str], bytes]] = {
    "float32": _native("f"),
    "float16": _native("e"),
    "bfloat16": _bfloat16,
    "fp8_e4m3": _float8(4, 0x7E),
    "fp8_e5m2": _float8(5, 0x7B),
}
