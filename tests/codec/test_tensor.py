"""Tensors as lists and as bytes, of every dtype that vLLM sends."""

import struct
import sys
from base64 import b64encode
from typing import Any

import numpy
import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import unhurried
from vllm_client.codec.tensor import Tensor

FLOATS = [1.5, -0.25, 0.0, 65504.0]
BYTES = {
    ("float32", "little"): struct.pack("<4f", *FLOATS),
    ("float32", "big"): struct.pack(">4f", *FLOATS),
    ("float16", "little"): struct.pack("<4e", *FLOATS),
    ("float16", "big"): struct.pack(">4e", *FLOATS),
}


@pytest.mark.parametrize(("dtype", "endianness"), BYTES)
def test_bytes_are_the_floats_of_their_type_and_order(dtype: str, endianness: Any) -> None:
    tensor = Tensor.of_bytes(BYTES[dtype, endianness], dtype, endianness)

    assert tensor.numbers == FLOATS
    assert tensor.numbers is tensor.numbers
    assert tensor.raw == BYTES[dtype, endianness]
    assert tensor.shape == (4,)
    array = tensor.numpy()
    assert array.tolist() == FLOATS
    assert array.dtype == numpy.dtype(dtype)
    assert array.dtype.isnative


@unhurried
@given(st.lists(st.floats(width=32, allow_nan=False)))
def test_a_list_its_bytes_and_its_array_are_equal(floats: list[float]) -> None:
    listed = Tensor.of_json(floats)
    again = Tensor.of_bytes(listed.raw, "float32", "little")

    assert listed.numbers == again.numbers == listed.numpy().tolist() == floats
    assert Tensor.of_json(b64encode(listed.raw).decode()).numbers == floats


def test_numbers_are_nested_by_shape() -> None:
    raw = struct.pack("<6f", *range(6))
    rows = Tensor.of_bytes(raw, "float32", "little", shape=[3, 2])

    assert rows.numbers == [[0, 1], [2, 3], [4, 5]]
    assert rows.numpy().tolist() == rows.numbers
    assert Tensor.of_json(rows.numbers).raw == raw
    assert Tensor.of_json(rows.numbers).shape == (3, 2)
    deep = Tensor.of_bytes(raw, "float32", "little", shape=[1, 2, 3])
    assert deep.numbers == [[[0, 1, 2], [3, 4, 5]]]
    none = Tensor.of_bytes(b"", "float32", "little", shape=[0, 2])
    assert none.numbers == []


@pytest.mark.parametrize(("dtype", "count"), [("bfloat16", 2), ("fp8_e4m3", 4), ("fp8_e5m2", 4)])
def test_dtype_that_python_does_not_support_has_bytes(dtype: str, count: int) -> None:
    tensor = Tensor.of_bytes(b"\x80\x3f\x00\x40", dtype, "little")

    assert tensor.raw == b"\x80\x3f\x00\x40"
    assert repr(tensor) == f"<{count} {dtype}>"
    assert tensor.as_json() == "gD8AQA=="
    with pytest.raises(TypeError, match=f"does not support {dtype}; use `raw` for the bytes"):
        tensor.numbers  # noqa: B018
    with pytest.raises(TypeError, match=dtype):
        tensor.numpy()


def test_unknown_dtype_has_bytes() -> None:
    tensor = Tensor.of_bytes(b"abc", "int7", "big", shape=[24])

    assert (tensor.raw, tensor.shape) == (b"abc", (24,))


def test_dtype_of_base64_is_set_afterwards() -> None:
    came = Tensor.of_json(b64encode(BYTES["float16", "big"]).decode())

    assert came.read_as("float16", "big", encoded=False).numbers == FLOATS
    assert came.read_as("float16", "big", encoded=True).as_json() == came.as_json()
    odd = Tensor.of_json(b64encode(b"\x00\x3c").decode())
    assert odd.read_as("float16", "little", encoded=False).as_json() == [1.0]


def test_read_as_returns_a_list_unchanged() -> None:
    listed = Tensor.of_json([1, 2.5])

    assert listed.read_as("bfloat16", "big", encoded=True) is listed
    assert listed.as_json() == [1, 2.5]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (7, "expected an array or base64, got 7"),
        (None, "expected an array or base64, got None"),
        ([1.0, "2"], "expected numbers, got str"),
        ([1.0, True], "expected numbers, got bool"),
        ([1.0, None], "expected numbers, got NoneType"),
        ([1.0, [2.0]], "expected numbers, got list"),
        ([[1.0], 2.0], "expected rows of numbers, got 2.0"),
        ([[1.0], ["a"]], "expected numbers, got str"),
        ([[1.0], [1.0, 2.0]], r"expected rows of one length, got \[1, 2\]"),
        ("no base64!", "base64"),
    ],
)
def test_invalid_tensors_are_rejected(value: Any, problem: str) -> None:
    with pytest.raises((TypeError, ValueError), match=problem):
        Tensor.of_json(value)


@pytest.mark.parametrize(("shape", "shown"), [(None, "1"), ((5,), "5"), ((2, 2), "2 × 2")])
def test_number_of_bytes_must_fit_the_shape(shape: Any, shown: str) -> None:
    with pytest.raises(ValueError, match=f"7 bytes are not {shown} numbers of float32"):
        Tensor.of_bytes(bytes(7), "float32", "little", shape=shape)


@pytest.mark.parametrize("shape", [(-1, -4), (-2, -2), (1_000_000, 0), (0, 0)])
def test_a_shape_has_no_negative_and_no_empty_dimensions(shape: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid shape"):
        Tensor.of_bytes(bytes(16), "float32", "little", shape=shape)


def test_the_numbers_are_not_in_the_repr() -> None:
    assert repr(Tensor.of_json([[1.0, 2.0]])) == "<1 × 2 float32>"


def test_error_without_numpy_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)

    with pytest.raises(ImportError, match=r"pip install 'vllm-client-sdk\[numpy\]'"):
        Tensor.of_json([1.0]).numpy()


def test_tensors_are_equal_by_their_numbers() -> None:
    in_bytes = Tensor.of_bytes(struct.pack("<2f", 1, 2.5), "float32", "little")

    assert in_bytes == Tensor.of_json([1, 2.5]) != Tensor.of_json([1, 2])
    assert hash(in_bytes) == hash(Tensor.of_json([1, 2.5]))
    assert in_bytes != Tensor.of_bytes(struct.pack(">2f", 1, 2.5), "float32", "big")
    assert in_bytes != [1, 2.5]


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("shape", [(4,), (2, 2)])
def test_tensor_is_read_back_from_its_json_and_type(
    dtype: str, encoded: bool, shape: tuple[int, ...]
) -> None:
    raw = bytes(range(16 if dtype == "float32" else 8))
    tensor = Tensor.of_bytes(raw, dtype, "big", shape=shape, encoded=encoded)
    saved = tensor.type_beside_json()
    again = Tensor.of_json(tensor.as_json()).with_type(
        saved.get("embed_dtype", "float32"), saved["endianness"], saved.get("shape")
    )

    assert again == tensor
    assert (again.raw, again.as_json()) == (raw, tensor.as_json())


def test_float32_needs_no_type_beside_its_json() -> None:
    assert Tensor.of_json([[1.0]]).type_beside_json() == {}
    assert Tensor.of_json("gD8AQA==").type_beside_json() == {}


def test_list_with_a_dtype_that_python_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="expected base64, got a list of bfloat16"):
        Tensor.of_json([1.0]).with_type("bfloat16", "little", None)
