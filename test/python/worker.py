"""What the tests of the Python worker start. The first argument says what to do besides."""

from __future__ import annotations

import array
import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "python"))
import sluice  # noqa: E402
import worker as example  # noqa: E402

worker = sluice.Worker()
worker.methods.update(example.worker.methods)
worker.streams.update(example.worker.streams)
told: list[Any] = []  # notifications, and how streams have ended
opened: list[sluice.Stream] = []


class Odd(Exception):
    code = "ODD_ONE"


@worker.method
def tell(params: Any, call: sluice.Call) -> None:
    told.append(params)


@worker.method
def what_was_told(params: Any, call: sluice.Call) -> list[Any]:
    return told


@worker.method
def fail(params: dict[str, Any], call: sluice.Call) -> None:
    if "rpc" in params:
        raise sluice.RpcError(params["rpc"], "as asked", {"is": "data"})
    try:
        raise TypeError("behind it")
    except TypeError as error:
        raise Odd("odd") from error


@worker.method
async def slow(params: Any, call: sluice.Call) -> str:
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        told.append("slow was cancelled")
        raise
    return "never"


@worker.method
async def nap(params: dict[str, float], call: sluice.Call) -> str:
    await asyncio.sleep(params["seconds"])
    return "awake"


@worker.method
def busy(params: dict[str, float], call: sluice.Call) -> None:
    """Holds up the event loop."""
    time.sleep(params["seconds"])


@worker.method
def chatter(params: Any, call: sluice.Call) -> str:
    """Prints, and has a child that prints and reads."""
    print("printed", flush=True)
    os.write(1, b"written\n")
    return subprocess.run(["cat"], capture_output=True, text=True, check=True).stdout


@worker.method
def large(params: dict[str, int], call: sluice.Call) -> str:
    return "ä" * params["size"]


@worker.method
def exit(params: dict[str, int], call: sluice.Call) -> None:
    os._exit(params["code"])


@worker.method
def leave(params: Any, call: sluice.Call) -> None:
    """Closes the channel, once this call is answered."""
    asyncio.ensure_future(call.channel.close())


@worker.method
async def send(params: dict[str, Any], call: sluice.Call) -> list[Any]:
    """Opens a stream to the parent, writes the chunks, and gives what came back."""
    async with call.channel.open(params["name"], codec="json", metadata={"from": "python"}) as stream:
        for chunk in params["chunks"]:
            await stream.write(chunk)
        await stream.close()
        return [chunk async for chunk in stream]


@worker.stream(codec="raw")
async def echo(stream: sluice.Stream) -> None:
    async for chunk in stream:
        await stream.write(chunk)


@worker.stream()
async def kinds(stream: sluice.Stream) -> None:
    """Gives each chunk back, and what it is in Python."""
    async for chunk in stream:
        await stream.write(chunk)
        name = chunk.typecode if isinstance(chunk, array.array) else getattr(chunk, "kind", "")
        await stream.write(f"{type(chunk).__name__} {name}".strip())


@worker.stream(codec="raw")
async def hold(stream: sluice.Stream) -> None:
    """Reads when it is told to."""
    opened.append(stream)
    await asyncio.sleep(3600)


@worker.method
async def read(params: dict[str, int], call: sluice.Call) -> int:
    """Reads so many chunks of the last stream `hold`; gives their bytes."""
    return sum([len(await opened[-1].__anext__()) for _ in range(params["chunks"])])


@worker.stream(codec="json")
async def watched(stream: sluice.Stream) -> None:
    """Tells how reading and writing end."""
    try:
        async for chunk in stream:
            await stream.write(chunk)
        told.append("ended")
    except sluice.Failure as error:
        told.append([error.name, str(error), error.code])
        raise


@worker.stream(codec="json")
async def broken(stream: sluice.Stream) -> None:
    await stream.write(await stream.__anext__())
    raise Odd("enough")


@worker.stream(codec="json")
async def one(stream: sluice.Stream) -> None:
    """Reads one chunk, and leaves."""
    await stream.write(await stream.__anext__())


if __name__ == "__main__":
    worker.run()
