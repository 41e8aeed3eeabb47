"""The link of a child process to its parent: control on stdin and stdout, data on a Unix socket (docs/protocol.md, section 10)."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import re
import secrets
import select
import sys
import threading
from typing import Any

from .channel import Channel, Definition
from .hello import LIMITS
from .streams import failure
from .wire import MIB, ProtocolError, read_header

LINE = 4 * MIB
WAITING = 16  # most lines that are read ahead while the program is busy: the parent notices that the rest is left unread


class _Control:
    """stdin and stdout, for control alone: what the program prints goes to stderr, and its children read nothing."""

    def __init__(self) -> None:
        sys.stdout.flush()
        self._in, self._out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        self.closed = threading.Event()
        self._lines: asyncio.Queue[bytes] = asyncio.Queue()
        self._room = threading.Semaphore(WAITING)
        threading.Thread(target=self._read, args=(asyncio.get_running_loop(),), daemon=True).start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """In a thread of its own, so that the parent's end is noticed whatever the program is busy with."""
        line = b"\n"
        while line and self._has_room():
            line = self._in.readline(LINE)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._lines.put_nowait, line)
        if not self.closed.wait(1):
            os._exit(1)

    def _has_room(self) -> bool:
        """Waits for it, or for the parent's end."""
        parent = select.poll()
        parent.register(self._in, getattr(select, "POLLRDHUP", 0))
        while not self._room.acquire(timeout=0.5):
            if parent.poll(0):
                return False
        return True

    async def read(self) -> bytes:
        line = await self._lines.get()
        self._room.release()
        if len(line) == LINE and not line.endswith(b"\n"):
            raise failure("LINE_TOO_LONG", f"A line of more than {LINE} bytes", "LinkError")
        if not line.endswith(b"\n"):
            raise failure("CONNECTION_LOST", "The parent is gone", "LinkError")
        return line

    def send(self, line: bytes) -> None:
        """Returns once the system has all of it."""
        with contextlib.suppress(OSError):  # that nobody reads is told by the end of stdin
            self._out.write(line)
            self._out.flush()


async def serve(definition: Definition) -> None:
    control = _Control()
    channel = Channel(definition, control.send)
    conversing = asyncio.ensure_future(_converse(channel, control))
    try:
        await channel.ended
        control.closed.set()
    finally:
        conversing.cancel()
        if channel.data is not None:  # what is queued still goes
            channel.data.close()
            with contextlib.suppress(OSError, asyncio.TimeoutError):  # the parent may be gone
                await asyncio.wait_for(channel.data.wait_closed(), timeout=1)


async def _converse(channel: Channel, control: _Control) -> None:
    try:
        hello = None
        while hello is None:
            hello = channel.read(await control.read())
        reader, channel.data = await _join(channel, channel.meet(hello))
        await asyncio.gather(_read_control(channel, control), _read_data(channel, reader))
    except ProtocolError as error:
        channel.breach(error)
    except (OSError, EOFError) as error:
        channel.end(failure("CONNECTION_LOST", repr(error), "LinkError"))
    except Exception as error:
        channel.end(error)


async def _join(channel: Channel, told: dict[str, Any]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Says hello, and makes the data connection: one, for both ways."""
    if not all(re.fullmatch("[0-9a-f]{32}", str(told.get(key))) for key in ("secret", "proof")):
        raise ProtocolError("BAD_MESSAGE", "$/hello has no secret or no proof")
    proof = secrets.token_hex(16)
    channel.hello({"pid": os.getpid(), "proof": proof})
    reader, writer = await asyncio.open_unix_connection(told["path"], limit=MIB)
    writer.write(f"{told['secret']}\n".encode())
    if not hmac.compare_digest(await reader.readexactly(33), f"{proof}\n".encode()):
        raise ProtocolError("BAD_PROOF", "Who listens for data is not the parent")
    return reader, writer


async def _read_control(channel: Channel, control: _Control) -> None:
    while True:
        message = channel.read(await control.read())
        if message is not None:
            channel.receive(message)


async def _read_data(channel: Channel, reader: asyncio.StreamReader) -> None:
    try:
        while True:
            header = read_header(await reader.readexactly(16), LIMITS["maxChunk"])
            payload = await reader.readexactly(header.padded)
            channel.receive_frame(header, payload[: header.length])
    except (OSError, EOFError):
        await asyncio.sleep(1)  # control may still say that the channel was closed
        raise failure("CONNECTION_LOST", "The data connection has ended", "LinkError") from None
