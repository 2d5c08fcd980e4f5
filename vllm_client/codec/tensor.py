"""Numbers of a model: given as a list, or as the bytes of an array, whichever the server sent."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any, Literal

import attrs

if TYPE_CHECKING:
    from numpy.typing import NDArray

Endianness = Literal["little", "big"]

# Bytes a number, by the names that vLLM 0.32 has for its types.
_SIZES = {"float32": 4, "float16": 2, "bfloat16": 2, "fp8_e4m3": 1, "fp8_e5m2": 1}

# Those that Python has, too: their codes in `struct`, and in NumPy.
_CODES = {"float32": "f", "float16": "e"}
_NUMPY_CODES = {"float32": "f4", "float16": "f2"}
_ORDERS = {"little": "<", "big": ">"}


# with a __dict__, in which cached_property keeps what it made
@attrs.frozen(slots=False, repr=False)
class Tensor:
    """An array of numbers.

    given: the numbers as a list (of lists), or as bytes.
    shape: the lengths of its dimensions.
    dtype: the type of the numbers in the bytes, by vLLM's name.
    encoded: whether JSON has it as base64, rather than as a list.
    """

    given: bytes | list[Any]
    shape: tuple[int, ...]
    dtype: str = "float32"
    endianness: Endianness = "little"
    encoded: bool = False

    @classmethod
    def of_bytes(
        cls,
        raw: bytes,
        dtype: str,
        endianness: Endianness,
        *,
        shape: Sequence[int] | None = None,
        encoded: bool = False,
    ) -> Tensor:
        """The tensor in these bytes; without a shape, of one dimension.

        Raises ValueError when there are not as many bytes as the shape needs.
        """
        size = _SIZES.get(dtype, 1)
        if shape is None:
            shape = (len(raw) // size,)
        if min(shape, default=0) < 0 or 0 in shape[1:]:
            raise ValueError(f"{list(shape)} is no shape of a tensor")
        if dtype in _SIZES and len(raw) != prod(shape) * size:
            raise ValueError(f"{len(raw)} bytes are not {_times(shape)} numbers of {dtype}")
        return cls(raw, tuple(shape), dtype, endianness, encoded)

    @classmethod
    def of_json(cls, value: Any) -> Tensor:
        """The tensor that JSON has as a list of numbers or of rows, or as base64.

        Which numbers base64 holds is for `read_as` to say. Raises TypeError or ValueError for
        anything else.
        """
        if isinstance(value, str):
            raw = b64decode(value, validate=True)
            return cls(raw, (len(raw) // _SIZES["float32"],), encoded=True)
        if not isinstance(value, list):
            raise TypeError(f"expected an array or base64, got {value!r:.80}")
        if value and isinstance(value[0], list):
            return cls(value, (len(value), _common_length(value)))
        _check_numbers(value)
        return cls(value, (len(value),))

    def read_as(self, dtype: str, endianness: Endianness, *, encoded: bool) -> Tensor:
        """What came as base64, told the type of its numbers. Raises ValueError if it has others."""
        if isinstance(self.given, list):
            return self
        return Tensor.of_bytes(self.given, dtype, endianness, encoded=encoded)

    def as_json(self) -> Any:
        """The list; or base64, of what is encoded, or has numbers that Python has not."""
        if self.encoded or self.dtype not in _CODES:
            return b64encode(self.raw).decode()
        return self.numbers

    @cached_property
    def numbers(self) -> list[Any]:
        """A list of floats, or of rows. Raises TypeError for types that Python has not."""
        if isinstance(self.given, list):
            return self.given
        form = f"{_ORDERS[self.endianness]}{prod(self.shape)}{self._code(_CODES)}"
        return _nested(list(struct.unpack(form, self.given)), self.shape)

    @cached_property
    def raw(self) -> bytes:
        """The bytes. What came as a list is packed, as little-endian float32."""
        if isinstance(self.given, bytes):
            return self.given
        flat = [x for row in self.given for x in row] if len(self.shape) > 1 else self.given
        return struct.pack(f"<{len(flat)}f", *flat)

    def numpy(self) -> NDArray[Any]:
        """An array in this machine's byte order, read-only where it is a view of the bytes.

        Raises TypeError for types that NumPy has not, ImportError without NumPy.
        """
        code = self._code(_NUMPY_CODES)
        try:
            import numpy
        except ImportError as error:
            hint = "numpy() needs NumPy: pip install 'vllm-client-sdk[numpy]'"
            raise ImportError(hint) from error
        dtype = numpy.dtype(_ORDERS[self.endianness] + code)
        array = numpy.frombuffer(self.raw, dtype).reshape(self.shape)
        return array.astype(dtype.newbyteorder("="), copy=False)

    def _code(self, codes: dict[str, str]) -> str:
        if self.dtype not in codes:
            raise TypeError(f"Python has no numbers of type {self.dtype}; `raw` has their bytes")
        return codes[self.dtype]

    def __repr__(self) -> str:
        return f"<{_times(self.shape)} {self.dtype}>"


def _times(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))


def _check_numbers(values: list[Any]) -> None:
    # the set of types is made without a step of Python for each of the numbers
    for kind in set(map(type, values)) - {float, int}:
        raise TypeError(f"expected numbers, got {kind.__name__}")


def _common_length(rows: list[Any]) -> int:
    for row in rows:
        if not isinstance(row, list):
            raise TypeError(f"expected rows of numbers, got {row!r:.80}")
        _check_numbers(row)
    lengths = set(map(len, rows))
    if len(lengths) != 1:
        raise ValueError(f"expected rows of one length, got {sorted(lengths)}")
    return lengths.pop()


def _nested(flat: list[float], shape: tuple[int, ...]) -> list[Any]:
    if len(shape) < 2:
        return flat
    step = prod(shape[1:])
    return [_nested(flat[row * step : (row + 1) * step], shape[1:]) for row in range(shape[0])]
