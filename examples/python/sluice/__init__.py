"""A worker process of Sluice in Python (docs/protocol.md, section 10): calls, and streams with backpressure.

    worker = sluice.Worker()

    @worker.method
    async def add(params, call):
        return sum(params)

    @worker.stream(codec="json")
    async def double(stream):
        async for number in stream:
            await stream.write(2 * number)

    worker.run()  # until the parent closes the channel; a parent that dies ends the process

When a stream's handler returns, what it wrote is closed, and what it has not read cancelled; when it raises, both
directions end with that error. Not here: streams as values and the default stream, which are refused; Windows.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Callable, Optional

from .channel import Channel, Definition, Handler
from .codec import CODECS, Buffer
from .process import serve
from .rpc import Call, Method, RpcError
from .streams import Failure, Stream
from .wire import ProtocolError

__all__ = ["Buffer", "Call", "Channel", "Failure", "ProtocolError", "RpcError", "Stream", "Worker"]


class Worker(Definition):
    """The methods and streams that the parent may use."""

    def method(self, function: Method) -> Method:
        self.methods[function.__name__] = function
        return function

    def stream(self, codec: str = "auto", returns: Optional[str] = None) -> Callable[[Handler], Handler]:
        """`codec` is the form of what the handler reads, `returns` of what it writes, if that is another."""

        def add(handler: Handler) -> Handler:
            self.streams[handler.__name__] = (CODECS[codec], CODECS[returns or codec], handler)
            return handler

        return add

    def run(self) -> None:
        """Until the channel is closed. One that ends in another way ends the process, with code 1."""
        try:
            asyncio.run(serve(self))
        except (ProtocolError, Failure) as error:
            sys.exit(f"{error.code}: {error}")
