"""How chunks become bytes: "raw", "json" and "auto" (docs/protocol.md, section 4)."""

from __future__ import annotations

import array
from typing import Any, Callable, NamedTuple

from .wire import MIB, dump, parse


class Codec(NamedTuple):
    """How chunks become bytes, and which unit and window a stream of them is given."""

    name: str
    unit: str
    window: int
    encode: Callable[[Any], tuple[int, bytes]]  # gives a form as well
    decode: Callable[[int, bytes], Any]  # ValueError: these bytes are no such chunk


class Buffer(bytes):
    """Bytes that JavaScript does not have as a Uint8Array but by another of its names."""

    kind = ""


_ARRAYS = {"b": 2, "h": 4, "H": 5, "i": 6, "I": 7, "f": 8, "d": 9, "q": 10, "Q": 11}
_ELEMENTS = {form: code for code, form in _ARRAYS.items()}
_BUFFERS = {3: "Uint8ClampedArray", 12: "DataView", 13: "ArrayBuffer"}


def _encode_auto(chunk: Any) -> tuple[int, bytes]:
    if isinstance(chunk, Buffer):
        return next(form for form, kind in _BUFFERS.items() if kind == chunk.kind), chunk
    if isinstance(chunk, (bytes, bytearray, memoryview)):
        return 0, bytes(chunk)
    if isinstance(chunk, array.array):
        return _ARRAYS[chunk.typecode], chunk.tobytes()
    return 1, dump(chunk)


def _decode_auto(form: int, data: bytes) -> Any:
    if form == 0:
        return data
    if form == 1:
        return parse(data)
    if form in _ELEMENTS:
        return array.array(_ELEMENTS[form], data)
    if form not in _BUFFERS:
        raise ValueError(f"form {form} is not known")
    buffer = Buffer(data)
    buffer.kind = _BUFFERS[form]
    return buffer


def _only(read: Callable[[bytes], Any]) -> Callable[[int, bytes], Any]:
    def decode(form: int, data: bytes) -> Any:
        if form != 0:
            raise ValueError(f"form {form} is not known")
        return read(data)

    return decode


CODECS = {
    codec.name: codec
    for codec in (
        Codec("raw", "bytes", MIB, lambda chunk: (0, bytes(chunk)), _only(bytes)),
        Codec("json", "chunks", 1024, lambda chunk: (0, dump(chunk)), _only(parse)),
        Codec("auto", "chunks", 1024, _encode_auto, _decode_auto),
    )
}
