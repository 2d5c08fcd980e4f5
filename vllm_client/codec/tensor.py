"""Arrays of numbers, which the server sends as JSON lists or as bytes."""

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

# Bytes per number, by the dtype names of vLLM 0.32.
_SIZES = {"float32": 4, "float16": 2, "bfloat16": 2, "fp8_e4m3": 1, "fp8_e5m2": 1}

# The dtypes that Python supports: their codes in `struct` and in NumPy.
_CODES = {"float32": "f", "float16": "e"}
_NUMPY_CODES = {"float32": "f4", "float16": "f2"}
_ORDERS = {"little": "<", "big": ">"}


# slots=False, because cached_property stores values in __dict__
@attrs.frozen(slots=False, repr=False, eq=False)
class Tensor:
    """An array of numbers.

    Two tensors are equal if they have the same numbers, dtype, shape and byte order.

    Attributes:
        given: The numbers as the server sent them: a list (of lists), or bytes.
        shape: The lengths of the dimensions.
        dtype: vLLM's name for the type of the numbers in the bytes.
        endianness: The byte order of the bytes.
        encoded: Whether the array is base64 in JSON, instead of a list.
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
        """Create a tensor from bytes.

        Args:
            raw: The bytes.
            dtype: vLLM's name for the type of the numbers.
            endianness: The byte order.
            shape: The lengths of the dimensions. Default: one dimension with all numbers.
            encoded: Whether the array is base64 in JSON.

        Raises:
            ValueError: The number of bytes does not fit the shape, or the shape is invalid.
        """
        size = _SIZES.get(dtype, 1)
        if shape is None:
            shape = (len(raw) // size,)
        if min(shape, default=0) < 0 or 0 in shape[1:]:
            raise ValueError(f"{list(shape)} is not a valid shape")
        if dtype in _SIZES and len(raw) != prod(shape) * size:
            raise ValueError(f"{len(raw)} bytes are not {_times(shape)} numbers of {dtype}")
        return cls(raw, tuple(shape), dtype, endianness, encoded)

    @classmethod
    def of_json(cls, value: Any) -> Tensor:
        """Create a tensor from JSON: a list of numbers or of rows, or base64.

        The bytes of base64 count as float32 until `read_as` sets their dtype.

        Raises:
            TypeError, ValueError: The value is none of these.
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
        """Return the tensor with this dtype and byte order, for numbers that were sent as base64.

        A tensor whose numbers were sent as a list is returned unchanged.

        Raises:
            ValueError: The number of bytes does not fit the dtype.
        """
        if isinstance(self.given, list):
            return self
        return Tensor.of_bytes(self.given, dtype, endianness, encoded=encoded)

    def with_type(self, dtype: str, endianness: Endianness, shape: Sequence[int] | None) -> Tensor:
        """Return the tensor with this dtype, byte order and shape.

        To restore a tensor, read the result of `as_json` with `of_json`, then pass the values that
        `type_beside_json` returned to this method.

        Raises:
            ValueError: The numbers do not fit the dtype or the shape.
        """
        if isinstance(self.given, bytes):
            return Tensor.of_bytes(self.given, dtype, endianness, shape=shape, encoded=True)
        if dtype not in _CODES:
            raise ValueError(f"expected base64, got a list of {dtype}")
        return attrs.evolve(self, dtype=dtype, endianness=endianness)

    def as_json(self) -> Any:
        """Return a list, or base64 if `encoded` is set or Python does not support the dtype."""
        return b64encode(self.raw).decode() if self._is_base64 else self.numbers

    def type_beside_json(self) -> dict[str, Any]:
        """Return what is not part of `as_json`: dtype, byte order and shape.

        Returns:
            Only the values that differ from those that `of_json` assumes.
        """
        return {
            **({} if self.dtype == "float32" else {"embed_dtype": self.dtype}),
            **({} if self.endianness == "little" else {"endianness": self.endianness}),
            **({"shape": [*self.shape]} if self._is_base64 and len(self.shape) != 1 else {}),
        }

    @cached_property
    def numbers(self) -> list[Any]:
        """A list of floats or of rows. Raises TypeError if Python does not support the dtype."""
        if isinstance(self.given, list):
            return self.given
        form = f"{_ORDERS[self.endianness]}{prod(self.shape)}{self._code(_CODES)}"
        return _nested(list(struct.unpack(form, self.given)), self.shape)

    @cached_property
    def raw(self) -> bytes:
        """The bytes of the numbers; a list is packed."""
        if isinstance(self.given, bytes):
            return self.given
        flat = [x for row in self.given for x in row] if len(self.shape) > 1 else self.given
        return struct.pack(f"{_ORDERS[self.endianness]}{len(flat)}{self._code(_CODES)}", *flat)

    def numpy(self) -> NDArray[Any]:
        """Return a NumPy array in the byte order of this machine.

        The array is read-only if it is a view of the bytes.

        Raises:
            TypeError: NumPy does not support the dtype.
            ImportError: NumPy is not installed.
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

    @property
    def _is_base64(self) -> bool:
        return self.encoded or self.dtype not in _CODES

    @property
    def _type(self) -> tuple[object, ...]:
        return self.shape, self.dtype, self.endianness

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tensor) or self._type != other._type:
            return False
        if type(self.given) is type(other.given):
            return self.given == other.given
        return self.numbers == other.numbers

    def __hash__(self) -> int:
        return hash(self._type)

    def _code(self, codes: dict[str, str]) -> str:
        if self.dtype not in codes:
            raise TypeError(f"Python does not support {self.dtype}; use `raw` for the bytes")
        return codes[self.dtype]

    def __repr__(self) -> str:
        return f"<{_times(self.shape)} {self.dtype}>"


def _times(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))


def _check_numbers(values: list[Any]) -> None:
    # set(map(…)) finds the types without running Python code for each number
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
