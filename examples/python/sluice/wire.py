"""What crosses a link of bytes: JSON text, and frames (docs/protocol.md, section 9). No I/O."""

from __future__ import annotations

import json
import struct
from typing import Any, Iterator, NamedTuple, NoReturn, Optional

MORE, REST, WEIGHED, PACKED = 1, 2, 4, 8  # flags of stream-data; the upper four bits are the form
TYPES = (
    None, "message", "stream-open", "stream-accept", "stream-refuse", "stream-data",
    "stream-end", "stream-ended", "stream-error", "stream-credit", "stream-cancel",
)  # fmt: skip
FLOATS = {"stream-end": ("chunks",), "stream-credit": ("limit", "bytes")}
MIB = 1024 * 1024
FRAGMENT = 256 * 1024
CONTROL = 4 * MIB  # most bytes of a frame that is not data
SEVERAL = 256 * 1024  # most bytes of a payload of several chunks
_HEADER = struct.Struct("<IBBHII")


class ProtocolError(Exception):
    """A breach of the protocol: it ends the channel."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Unfit(ValueError):
    """Text that is JSON, but no JSON that may cross."""


def parse(text: bytes, deepest: int = 64) -> Any:
    """JSON, nested so deep at most, without a key "__proto__". Raises Unfit, or another ValueError if it is no JSON."""
    try:
        value = json.loads(text.decode(), parse_constant=_no_constant)
    except RecursionError:
        raise Unfit("nested too deep") from None
    _check(value, deepest)
    return value


def dump(value: Any, deepest: int = 64) -> bytes:
    """Raises a ValueError or TypeError for what JSON cannot carry."""
    _check(value, deepest)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")  # half a surrogate pair is escaped, as JSON may have it


def _check(value: Any, deepest: int) -> None:
    level = [value]
    for _ in range(deepest):
        outer = [each for each in level if isinstance(each, (dict, list, tuple))]
        if not outer:
            return
        if any(isinstance(each, dict) and "__proto__" in each for each in outer):
            raise Unfit('a key "__proto__"')
        level = [inner for each in outer for inner in (each.values() if isinstance(each, dict) else each)]
    if any(isinstance(each, (dict, list, tuple)) for each in level):
        raise Unfit(f"nested deeper than {deepest} levels")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


class Header(NamedTuple):
    """The first 16 bytes of a frame."""

    length: int
    type: str
    flags: int
    count: int
    stream: int
    total: int

    @property
    def padded(self) -> int:
        return self.length + -self.length % 8


def read_header(data: bytes, max_chunk: int) -> Header:
    length, number, flags, count, stream, total = _HEADER.unpack(data)
    if not 1 <= number < len(TYPES):
        raise ProtocolError("BAD_FRAME", f"There is no frame of type {number}")
    header = Header(length, str(TYPES[number]), flags, count, stream, total)
    if header.type == "stream-data":
        if not 1 <= count <= 4096:
            raise ProtocolError("BAD_FRAME", f"A frame of {count} chunks")
        whole = total if flags & MORE and not flags & REST else length
        if whole > (max_chunk + 16 if count == 1 else SEVERAL):
            raise ProtocolError("CHUNK_TOO_LARGE", f"A payload of {whole} bytes")
    elif flags or count or length > CONTROL:
        raise ProtocolError("BAD_FRAME", f"A header of {header.type} that does not fit")
    return header


def read_fields(header: Header, payload: bytes) -> Any:
    """What a frame that is not stream-data says; of a message, that message's text."""
    try:
        if header.type == "message":
            return payload
        if header.type in FLOATS:
            names = FLOATS[header.type]
            return dict(zip(names, struct.unpack(f"<{len(names)}d", payload)))
        fields = parse(payload) if payload or header.type != "stream-ended" else {}
        if isinstance(fields, dict):
            return fields
    except (ValueError, struct.error) as error:
        raise ProtocolError("BAD_FRAME", f"{header.type}: {error}") from None
    raise ProtocolError("BAD_FRAME", f"{header.type} has no object")


class Assembly:
    """Puts the fragments of one stream's payloads together."""

    def __init__(self) -> None:
        self.first: Optional[Header] = None
        self.parts: list[bytes] = []

    def add(self, header: Header, payload: bytes) -> Optional[tuple[list[bytes], Optional[list[float]]]]:
        """The chunks and their weights, once the last fragment is there."""
        rest, more = header.flags & REST, header.flags & MORE
        if bool(rest) != (self.first is not None):
            raise ProtocolError("BAD_FRAME", "A fragment out of its order")
        first = self.first or header
        if (first.count, first.flags | MORE | REST) != (header.count, header.flags | MORE | REST):
            raise ProtocolError("BAD_FRAME", "A fragment unlike the first")
        self.parts.append(payload)
        length = sum(map(len, self.parts)) if rest else len(payload)
        if (rest or more) and (length > first.total or not more and length != first.total):
            raise ProtocolError("BAD_FRAME", f"Fragments of {length} bytes, not {first.total}")
        if more:
            self.first = first
            return None
        whole = b"".join(self.parts) if rest else payload
        self.first, self.parts = None, []
        return _split(first, whole)


def _split(header: Header, payload: bytes) -> tuple[list[bytes], Optional[list[float]]]:
    if header.count == 1 and not header.flags & WEIGHED:
        return [payload], None
    try:
        lengths = struct.unpack_from(f"<{header.count}I", payload)
        at = _aligned(4 * header.count)
        weights = None
        if header.flags & WEIGHED:
            weights = list(struct.unpack_from(f"<{header.count}d", payload, at))
            at += 8 * header.count
    except struct.error as error:
        raise ProtocolError("BAD_FRAME", f"A table that does not fit: {error}") from None
    chunks = []
    end = at
    for length in lengths:
        start = end if header.flags & PACKED else _aligned(end)
        end = start + length
        chunks.append(payload[start:end])
    if end != len(payload):
        raise ProtocolError("BAD_FRAME", f"Chunks of {end} bytes in a payload of {len(payload)}")
    return chunks, weights


def _aligned(position: int) -> int:
    return position + -position % 8


def frame(type: str, stream: int, payload: bytes = b"", flags: int = 0, count: int = 0, total: int = 0) -> bytes:
    head = _HEADER.pack(len(payload), TYPES.index(type), flags, count, stream, total)
    return b"".join((head, payload, bytes(-len(payload) % 8)))


def write_fields(type: str, stream: int, **fields: Any) -> bytes:
    """A frame that is not stream-data."""
    if type in FLOATS:
        return frame(type, stream, struct.pack(f"<{len(fields)}d", *(fields[name] for name in FLOATS[type])))
    return frame(type, stream, dump(fields) if fields else b"")


def write_chunk(stream: int, form: int, chunk: bytes) -> Iterator[bytes]:
    """The frames of one chunk: one, or several fragments."""
    for at in range(0, max(len(chunk), 1), FRAGMENT):
        part = memoryview(chunk)[at : at + FRAGMENT]
        flags = form << 4 | (MORE if at + FRAGMENT < len(chunk) else 0) | (REST if at > 0 else 0)
        total = len(chunk) if flags & (MORE | REST) == MORE else 0
        yield frame("stream-data", stream, part, flags, 1, total)


def write_chunks(stream: int, form: int, chunks: list[bytes], weights: Optional[list[float]] = None) -> bytes:
    """One frame of several chunks, or of weighed ones."""
    table = struct.pack(f"<{len(chunks)}I", *map(len, chunks))
    table += bytes(-len(table) % 8) + struct.pack(f"<{len(weights or [])}d", *(weights or []))
    body = b"".join(chunk + bytes(-len(chunk) % 8) for chunk in chunks[:-1]) + chunks[-1]
    return frame("stream-data", stream, table + body, form << 4 | (WEIGHED if weights else 0), len(chunks))
