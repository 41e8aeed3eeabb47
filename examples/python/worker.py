"""A worker process in Python: what `main.mjs` beside it starts."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import zlib
from typing import Any

import sluice

worker = sluice.Worker()
produced = 0


@worker.method
def greet(params: dict[str, str], call: sluice.Call) -> str:
    return f"Hello, {params['name']}, from Python"


@worker.method
def add(params: list[float], call: sluice.Call) -> float:
    if not all(isinstance(number, (int, float)) for number in params):
        raise sluice.RpcError(-32602, "These are not all numbers", {"params": params})
    return sum(params)


@worker.method
async def count(params: dict[str, int], call: sluice.Call) -> int:
    """Tells each number before it answers."""
    for number in range(params["to"]):
        call.progress(number + 1)
        await asyncio.sleep(0)
    return params["to"]


@worker.method
async def ask(params: dict[str, Any], call: sluice.Call) -> Any:
    """Calls the parent back."""
    return await call.channel.call(params["method"], params.get("params"))


@worker.method
def how_many(params: None, call: sluice.Call) -> int:
    """So many numbers have left, of all streams `numbers` together."""
    return produced


@worker.stream(codec="raw")
async def gzip(stream: sluice.Stream) -> None:
    packer = zlib.compressobj(6, wbits=31)
    async for chunk in stream:
        packed = packer.compress(chunk)
        if packed:
            await stream.write(packed)
    await stream.write(packer.flush())


@worker.stream(codec="raw", returns="json")
async def sha256(stream: sluice.Stream) -> None:
    digest = hashlib.sha256()
    async for chunk in stream:
        digest.update(chunk)
    await stream.write({"sha256": digest.hexdigest()})


@worker.stream(codec="json")
async def totals(stream: sluice.Stream) -> None:
    """Each record with the sum of its numbers."""
    async for record in stream:
        await stream.write({**record, "total": sum(record["numbers"])})


@worker.stream(codec="json")
async def numbers(stream: sluice.Stream) -> None:
    """As many as there is credit for, until nobody reads them any more."""
    global produced
    for number in itertools.count():
        await stream.write(number)
        produced += 1


if __name__ == "__main__":
    worker.run()
