"""Numbers as bytes, decoded by the client's tensors or by hand."""

import struct

import pytest

from tests.testing.recorded import load_further
from vllm_client.codec.tensor import Tensor
from vllm_client.testing.number_formats import pack, shortest

NUMBERS = [0.0, 1.0, -1.0, 0.15625, -0.001]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("endianness", ["little", "big"])
def test_numbers_round_trip(dtype: str, endianness: str) -> None:
    raw = pack(NUMBERS, dtype, endianness)
    read = Tensor.of_bytes(raw, dtype, "big" if endianness == "big" else "little").numbers
    assert read == pytest.approx(NUMBERS, abs=1e-6)


def test_native_is_little_endian() -> None:
    assert pack([1.0], "float32", "native") == pack([1.0], "float32", "little")


@pytest.mark.parametrize(
    ("number", "packed"),
    [(1.0, b"\x3f\x80"), (-2.0, b"\xc0\x00"), (1.00390625, b"\x3f\x80"), (1.01171875, b"\x3f\x82")],
)
def test_bfloat16_is_the_upper_half_of_float32(number: float, packed: bytes) -> None:
    assert pack([number], "bfloat16", "big") == packed
    assert pack([number], "bfloat16", "little") == packed[::-1]


@pytest.mark.parametrize(
    ("dtype", "number", "packed"),
    [
        ("fp8_e4m3", 0.0, 0x00),
        ("fp8_e4m3", 1.0, 0x38),
        ("fp8_e4m3", -1.0, 0xB8),
        ("fp8_e4m3", 1.1, 0x39),
        ("fp8_e4m3", 0.001953125, 0x01),
        ("fp8_e4m3", 448.0, 0x7E),
        ("fp8_e4m3", 1000.0, 0x7E),
        ("fp8_e5m2", 1.0, 0x3C),
        ("fp8_e5m2", -0.25, 0xB4),
        ("fp8_e5m2", 57344.0, 0x7B),
    ],
)
def test_float8_is_the_nearest_number(dtype: str, number: float, packed: int) -> None:
    assert pack([number], dtype, "native") == bytes([packed])


@pytest.mark.parametrize("number", [0.1, 1 / 3, -0.020260890945792198, 1e-30, 0.0, 16777216.0])
def test_shortest_number_has_the_same_float32_value(number: float) -> None:
    found = shortest(number)
    assert struct.pack("f", found) == struct.pack("f", number)
    assert len(repr(abs(found)).replace(".", "").lstrip("0")) <= 10


def test_digits_equal_those_of_the_real_server() -> None:
    [told] = load_further("embed", "invocations_embedding").json["data"]
    assert list(map(shortest, told["embedding"])) == told["embedding"]
