"""One connection: how it begins and ends, and the streams in it (docs/protocol.md, sections 3 and 4)."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Any, AsyncIterator, Awaitable, Callable, Optional

from . import wire
from .codec import CODECS, Codec
from .hello import LIMITS, Remote, make_hello, read_hello
from .rpc import Method, Peer, RpcError, refusal
from .streams import Failure, Stream, failure
from .wire import MIB, Header, ProtocolError

DEEPEST = 65  # levels of a message: itself, and those of its params or result

Handler = Callable[[Stream], Awaitable[Any]]

# What a stream hears, and the fields that it is told.
_HEARD: dict[str, tuple[Callable[..., None], tuple[str, ...]]] = {
    "stream-accept": (Stream.on_accept, ("codec", "readable")),
    "stream-refuse": (Stream.on_refuse, ("reason",)),
    "stream-end": (Stream.on_end, ("chunks",)),
    "stream-ended": (Stream.on_ended, ()),
    "stream-error": (Stream.on_error, ("reason",)),
    "stream-credit": (Stream.on_credit, ("limit", "bytes")),
    "stream-cancel": (Stream.on_cancel, ("reason",)),
}


class Definition:
    """The methods and streams that the other side may use. A stream has the codec that it reads, and that it writes."""

    def __init__(self) -> None:
        self.methods: dict[str, Method] = {}
        self.streams: dict[str, tuple[Codec, Codec, Handler]] = {}


class Channel:
    """`send_line` hands a line to the system; frames go to `data`, once it is there."""

    def __init__(self, definition: Definition, send_line: Callable[[bytes], None]) -> None:
        self._definition, self._send_line = definition, send_line
        self.data: Optional[asyncio.StreamWriter] = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        own: dict[str, Method] = {
            "$/ping": lambda params, call: None,
            "$/shutdown": lambda params, call: self._drain(),
            "$/cancel": lambda params, call: self._peer.cancel(params["id"]),
            "$/bye": lambda params, call: self.end(None),
            "$/abort": lambda params, call: self.end(Failure(params["reason"])),
        }
        self.remote: Optional[Remote] = None
        self._peer = Peer(self, definition.methods, own, LIMITS["calls"])
        self._drained = False  # the other side wants to close, and was told that nothing is under way here
        self._turn = asyncio.Lock()
        self._streams: dict[int, Stream] = {}
        self._last = [0, -1]  # ids of the last streams: those opened here are even, the other side's odd

    # What a program calls.

    async def call(self, method: str, params: Any = None) -> Any:
        async with self._calls:
            return await self._peer.call(method, params)

    def notify(self, method: str, params: Any = None) -> None:
        self._peer.notify(method, params)

    @contextlib.asynccontextmanager
    async def open(self, name: str, codec: str = "auto", metadata: Any = None) -> AsyncIterator[Stream]:
        """A stream to the other side, which has ended when the `async with` has."""
        async with self._places:
            self._last[0] += 2
            stream = Stream(self._last[0], name, metadata, CODECS[codec], CODECS[codec], self)
            self._streams[stream.id] = stream
            fields = {"name": name, "codec": codec, "readable": stream.window, "metadata": metadata}
            self.send_frame(wire.write_fields("stream-open", stream.id, **fields))
            async with _until_done(stream):
                yield stream

    async def close(self) -> None:
        """Waits for what is under way, and closes. What is served must not await it, for that is waited for."""
        await self._peer.call("$/ping", {})
        self._peer.refusing = failure("CHANNEL_CLOSED", "The channel is closing")
        await self._peer.call("$/shutdown", {}, lambda message: self.send(message, in_frame=True))
        await self._peer.idle()
        self.notify("$/bye")
        self.end(None)

    # Its beginning and end.

    def hello(self, data: dict[str, Any]) -> None:
        self.send(make_hello(data))

    def meet(self, message: Any) -> dict[str, Any]:
        """Takes the other side's hello, and gives what it tells the link."""
        self.remote = read_hello(message)
        self._calls = asyncio.Semaphore(int(min(self.remote.calls, MIB)))
        self._places = asyncio.Semaphore(int(min(self.remote.streams, self.remote.unaccepted, MIB)))
        return self.remote.data

    def breach(self, error: ProtocolError) -> None:
        """The other side has broken a rule: it is told, and all ends."""
        if not self.ended.done():
            self.notify("$/abort", {"reason": {"name": "ProtocolError", "message": str(error), "code": error.code}})
        self.end(error)

    def end(self, error: Optional[BaseException]) -> None:
        """Without a word. What is not complete fails."""
        if self.ended.done():
            return
        if error is None or self._drained and not isinstance(error, ProtocolError):
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)
        lost = error if isinstance(error, Failure) else failure("CONNECTION_LOST", str(error or "The channel was closed"))
        for stream in list(self._streams.values()):
            stream.lost(lost)
        self._peer.lost(lost)

    async def _drain(self) -> None:
        await self._peer.idle()
        self._drained = True

    # Messages.

    def send(self, message: Any, in_frame: bool = False) -> None:
        text = wire.dump(message, DEEPEST)
        if self.remote is not None and _is_longer(text, self.remote.message):
            raise ValueError(f"A message of more than {self.remote.message} characters")
        if in_frame:
            self.send_frame(wire.frame("message", 0, text))
        else:
            self._send_line(text + b"\n")

    def read(self, line: bytes) -> Any:
        """The message or batch in a line. None: there is none, which ends nothing."""
        try:
            message = wire.parse(line, DEEPEST)
            if _is_longer(line, LIMITS["message"]):
                raise wire.Unfit("too long")
        except wire.Unfit as error:
            self.send(refusal(None, RpcError(-32600, f"The message: {error}")))
            return None
        except ValueError:
            message = None
        entries = message if isinstance(message, list) else [message]
        if any(isinstance(entry, dict) and entry.get("jsonrpc") == "2.0" for entry in entries):
            return message
        if line.strip():
            print(f"This is no message: {line[:200]!r}", file=sys.stderr, flush=True)
        return None

    def receive(self, message: Any) -> None:
        if isinstance(message, dict) and message.get("method") == "$/hello":
            raise ProtocolError("DUPLICATE_HELLO", "A second $/hello came")
        self._peer.receive(message)

    # Frames.

    def receive_frame(self, header: Header, payload: bytes) -> None:
        if header.type == "message":
            try:
                return self.receive(wire.parse(payload, DEEPEST))
            except ValueError as error:
                code = -32600 if isinstance(error, wire.Unfit) else -32700
                return self.send(refusal(None, RpcError(code, f"The message: {error}")))
        id = header.stream
        if header.type == "stream-open":
            return self._opened(id, wire.read_fields(header, payload))
        if not 0 < id <= self._last[id % 2]:
            raise ProtocolError("BAD_STREAM_ID", f"Stream {id} was never opened")
        stream = self._streams.get(id)
        if stream is None:
            return None  # it has ended
        if header.type == "stream-data":
            return stream.on_data(header, payload)
        hear, names = _HEARD[header.type]
        fields = wire.read_fields(header, payload)
        if not all(name in fields for name in names):
            raise ProtocolError("BAD_FRAME", f"{header.type} has only {list(fields)}")
        return hear(stream, *(fields[name] for name in names))

    def _opened(self, id: int, fields: dict[str, Any]) -> None:
        if id % 2 == 0 or id <= self._last[1]:
            raise ProtocolError("BAD_STREAM_ID", f"The other side cannot open stream {id}")
        self._last[1] = id
        name, codec = fields.get("name"), fields.get("codec")
        if not isinstance(name, str) or not isinstance(codec, str):
            raise ProtocolError("BAD_FRAME", "stream-open lacks a name or a codec")
        closing = self._peer.refusing
        if closing is not None:
            return self._refuse(id, closing)
        if name not in self._definition.streams:
            return self._refuse(id, failure("STREAM_NOT_FOUND", f"There is no stream {name[:200]}"))
        if len(self._streams) >= LIMITS["streams"]:
            return self._refuse(id, failure("STREAM_LIMIT", "Too many streams"))
        reads, writes, handler = self._definition.streams[name]
        if (codec, fields.get("returns", codec)) != (reads.name, writes.name):
            return self._refuse(id, failure("CODEC_MISMATCH", f"{name} reads {reads.name} and gives {writes.name}"))
        stream = Stream(id, name, fields.get("metadata"), reads, writes, self)
        stream.on_window(fields.get("readable"))
        self._streams[id] = stream
        repeated = {key: fields[key] for key in ("codec", "returns") if key in fields}
        self.send_frame(wire.write_fields("stream-accept", id, **repeated, readable=stream.window))
        self._peer.keep(_handle(handler, stream))
        return None

    def _refuse(self, id: int, why: Failure) -> None:
        self.send_frame(wire.write_fields("stream-refuse", id, reason=why.reason))

    def send_frame(self, frame: bytes) -> None:
        if self.data is not None and not self.ended.done():
            self.data.write(frame)

    async def send_data(self, fragment: bytes) -> None:
        """One fragment at a time, in the order of asking: streams take turns, and other frames wait for one at most."""
        async with self._turn:
            self.send_frame(fragment)
            if self.data is not None:
                await self.data.drain()

    def forget(self, id: int) -> None:
        self._streams.pop(id, None)


async def _handle(handler: Handler, stream: Stream) -> None:
    with contextlib.suppress(Exception):  # both ends have been told
        async with _until_done(stream):
            await handler(stream)


@contextlib.asynccontextmanager
async def _until_done(stream: Stream) -> AsyncIterator[None]:
    """Ends whatever of the stream its user has not ended."""
    try:
        yield
        stream.cancel(failure("STREAM_ABANDONED", "Its reader is done with it"))
        await stream.close()
    except BaseException as error:
        stream.error(error)
        stream.cancel(error)
        raise


def _is_longer(text: bytes, characters: float) -> bool:
    """Characters are counted as JavaScript does."""
    return len(text) > characters and len(text.decode().encode("utf-16-le")) > 2 * characters
