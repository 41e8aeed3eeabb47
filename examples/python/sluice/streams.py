"""One stream: two directions, each with its credit (docs/protocol.md, sections 4, 5 and 7). What sends is handed in."""

from __future__ import annotations

import asyncio
import collections
import math
from typing import Any, Optional, Union

from .codec import Codec
from .hello import INITIAL_CREDIT
from .wire import Assembly, Header, ProtocolError, write_chunk, write_fields

BYTES = 8 * 1024 * 1024  # the window of the second account, in bytes charged
CHARGE = 64  # what a chunk is charged beside its bytes
MOST = 2**53 - 1


class Failure(Exception):
    """A reason as it crosses: an error of the other side, a value that it gave instead, or one of Sluice's own."""

    def __init__(self, reason: Any) -> None:
        reason = reason if isinstance(reason, dict) else {"name": "Error", "message": "No valid reason was given"}
        super().__init__(reason.get("message", reason.get("value")))
        self.reason = reason
        self.name: Optional[str] = reason.get("name")
        self.code: Union[str, int, None] = reason.get("code")


def failure(code: str, message: str, name: str = "StreamError") -> Failure:
    return Failure({"name": name, "message": message, "code": code})


def reason_of(error: BaseException, deep: int = 0) -> dict[str, Any]:
    if isinstance(error, Failure):
        return error.reason
    reason: dict[str, Any] = {"name": type(error).__name__[:100], "message": str(error)[: 4096 >> deep]}
    code = getattr(error, "code", None)
    if isinstance(code, (str, int)):
        reason["code"] = code
    if error.__cause__ is not None and deep < 7:
        reason["cause"] = reason_of(error.__cause__, deep + 1)
    return reason


class Account:
    """What a direction has carried, and how far it may go: a chunk may start while both totals are below their limits."""

    def __init__(self, unit: str, limit: float, byte_limit: float) -> None:
        self.unit, self.limit, self.byte_limit = unit, limit, byte_limit
        self.weight = self.charged = self.chunks = 0

    def may_start(self, initial: dict[str, float]) -> bool:
        """`initial`: the allowance before a stream is accepted, which stands afterwards."""
        within = self.weight < self.limit and self.charged < self.byte_limit
        return within or (self.chunks < initial["chunks"] and self.charged < initial["bytes"])

    def add(self, size: int) -> None:
        self.chunks += 1
        self.weight += size if self.unit == "bytes" else 1
        self.charged += CHARGE + size


class Stream:
    """`async for` reads chunks, `write` and `close` write them; each chunk that is read gives its credit back."""

    def __init__(self, id: int, name: str, metadata: Any, reads: Codec, writes: Codec, channel: Any) -> None:
        self.id, self.name, self.metadata = id, name, metadata
        self._answered = id % 2 == 1  # the parent's streams are answered as they come
        self._reads, self._writes, self._channel = reads, writes, channel
        # Reading: what has come, what of it was taken, what was told; why there is no more.
        self.window = {"unit": reads.unit, "limit": reads.window, "bytes": max(BYTES, 2 * reads.window), "fixed": True}
        self._received = Account(reads.unit, reads.window, self.window["bytes"])
        self._taken = Account(reads.unit, 0, 0)
        self._queue: collections.deque[tuple[Any, int]] = collections.deque()
        self._assembly = Assembly()
        self._read_end: Optional[BaseException] = None
        self._arrived = asyncio.Event()
        # Writing: the other side's window; why nothing more can be written, `StopAsyncIteration` if it was closed.
        self._sent = Account("chunks", 0, 0)
        self._write_end: Optional[BaseException] = None
        self._closing = False
        self._turn = asyncio.Lock()
        self._granted = asyncio.Event()

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> Any:
        while not self._queue:
            if self._read_end is not None:
                raise self._read_end
            self._arrived.clear()
            await self._arrived.wait()
        chunk, size = self._queue.popleft()
        self._taken.add(size)
        self._grant()
        return chunk

    def _grant(self) -> None:
        """Tells new limits when one has risen by half of its window. (As windows are never 0, nobody waits for less.)"""
        window, told = self.window, self._received
        limit, byte_limit = self._taken.weight + window["limit"], self._taken.charged + window["bytes"]
        due = 2 * (limit - told.limit) >= window["limit"] or 2 * (byte_limit - told.byte_limit) >= window["bytes"]
        if due and self._read_end is None:
            told.limit, told.byte_limit = limit, byte_limit
            self._channel.send_frame(write_fields("stream-credit", self.id, limit=limit, bytes=byte_limit))

    async def write(self, chunk: Any) -> None:
        """Waits for credit, and until the chunk was handed to the system."""
        form, data = self._writes.encode(chunk)
        if len(data) > self._channel.remote.max_chunk:
            raise ValueError(f"The other side takes chunks of at most {self._channel.remote.max_chunk} bytes")
        async with self._turn:
            while self._write_end is None and not self._sent.may_start(self._channel.remote.initial_credit):
                self._granted.clear()
                await self._granted.wait()
            self._check_writable()
            self._sent.add(len(data))
            try:
                for part in write_chunk(self.id, form, data):
                    self._check_writable()
                    await self._channel.send_data(part)
            except asyncio.CancelledError as error:  # half of a chunk may have gone: nothing can follow it
                self.error(error)
                raise

    def _check_writable(self) -> None:
        if self._write_end is not None or self._closing:
            raise self._write_end if isinstance(self._write_end, Failure) else ValueError("The stream was closed")

    async def close(self) -> None:
        """Ends what is written here; resolves once that has arrived."""
        async with self._turn:
            if self._write_end is None and not self._closing:
                self._closing = True
                self._channel.send_frame(write_fields("stream-end", self.id, chunks=self._sent.chunks))
        while self._write_end is None:
            self._granted.clear()
            await self._granted.wait()
        if isinstance(self._write_end, Failure):
            raise self._write_end

    def error(self, error: BaseException) -> None:
        """Ends what is written here with an error, if it has not ended."""
        if self._write_end is None:
            self._channel.send_frame(write_fields("stream-error", self.id, reason=reason_of(error)))
            self._end_writing(Failure(reason_of(error)))

    def cancel(self, error: BaseException) -> None:
        """Wants no more of what is read here, if it has not ended."""
        if self._read_end is None:
            self._channel.send_frame(write_fields("stream-cancel", self.id, reason=reason_of(error)))
            self._end_reading(Failure(reason_of(error)))

    def lost(self, error: Failure) -> None:
        """Ends both directions without a word."""
        self._end_reading(error)
        self._end_writing(error)

    def _end_reading(self, end: BaseException) -> None:
        if self._read_end is None:
            self._read_end = end
            if isinstance(end, Failure):
                self._queue.clear()
            self._arrived.set()
            self._forget()

    def _end_writing(self, end: BaseException) -> None:
        if self._write_end is None:
            self._write_end = end
            self._granted.set()
            self._forget()

    def _forget(self) -> None:
        if self._read_end is not None and self._write_end is not None:
            self._channel.forget(self.id)

    # What comes. A direction that this side has cancelled or aborted hears nothing more.

    def on_data(self, header: Header, payload: bytes) -> None:
        if self._read_end is not None:
            return self._not_after_end("stream-data")
        whole = self._assembly.add(header, payload)
        for data in whole[0] if whole else ():
            if not self._received.may_start(INITIAL_CREDIT):
                raise ProtocolError("CREDIT_OVERRUN", f"A chunk of stream {self.id} without credit")
            self._received.add(len(data))
            try:
                self._queue.append((self._reads.decode(header.flags >> 4, data), len(data)))
            except ValueError as error:
                return self.cancel(failure("CODEC_FAILED", f"{self._reads.name}: {error}"))
            self._arrived.set()

    def _not_after_end(self, type: str) -> None:
        if isinstance(self._read_end, StopAsyncIteration):
            raise ProtocolError("BAD_STATE", f"{type} after the end of stream {self.id}")

    def on_end(self, chunks: float) -> None:
        if self._read_end is not None:
            return self._not_after_end("stream-end")
        if chunks != self._received.chunks or self._assembly.first is not None:
            raise ProtocolError("BAD_FRAME", f"stream-end after {self._received.chunks} chunks, not {chunks}")
        self._channel.send_frame(write_fields("stream-ended", self.id))
        self._end_reading(StopAsyncIteration())

    def on_ended(self) -> None:
        if not self._closing:
            raise ProtocolError("BAD_STATE", f"stream-ended, but stream {self.id} was not closed")
        self._end_writing(StopAsyncIteration())

    def on_error(self, reason: dict[str, Any]) -> None:
        self._end_reading(Failure(reason))

    def on_cancel(self, reason: dict[str, Any]) -> None:
        self._end_writing(Failure(reason))

    def on_credit(self, limit: float, bytes: float) -> None:
        if not self._answered:
            raise ProtocolError("BAD_STATE", f"Credit for stream {self.id}, which was not accepted")
        self._raise(limit, bytes)

    def _raise(self, limit: float, bytes: float) -> None:
        for value in (limit, bytes):
            if not (0 <= value <= MOST or value == math.inf):
                raise ProtocolError("BAD_FRAME", f"A limit of {value}")
        self._sent.limit = max(self._sent.limit, limit)
        self._sent.byte_limit = max(self._sent.byte_limit, bytes)
        self._granted.set()

    def on_window(self, readable: Any) -> None:
        """The other side's window, of stream-open or stream-accept: it fixes the unit."""
        readable = readable if isinstance(readable, dict) else {}
        limits = [math.inf if value is None else value for value in map(readable.get, ("limit", "bytes"), (-1, -1))]
        if readable.get("unit") not in ("chunks", "bytes") or not all(type(limit) in (int, float) for limit in limits):
            raise ProtocolError("BAD_FRAME", f"A window {readable}")
        if readable["unit"] == "bytes":
            self._sent.weight = self._sent.charged - CHARGE * self._sent.chunks
        self._sent.unit = readable["unit"]
        self._raise(*limits)

    def on_accept(self, codec: str, readable: dict[str, Any]) -> None:
        self._unanswered("stream-accept")
        self.on_window(readable)
        if codec != self._writes.name:
            error = failure("CODEC_MISMATCH", f"Accepted as {codec}, not {self._writes.name}")
            self.error(error)
            self.cancel(error)

    def _unanswered(self, type: str) -> None:
        if self._answered:
            raise ProtocolError("BAD_STATE", f"{type}, but stream {self.id} was answered")
        self._answered = True

    def on_refuse(self, reason: dict[str, Any]) -> None:
        self._unanswered("stream-refuse")
        self.lost(Failure(reason))
