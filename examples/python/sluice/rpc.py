"""JSON-RPC 2.0, both ends equal (docs/protocol.md, section 3). How a message travels, and what streams are, is not here."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any, Awaitable, Callable, NamedTuple, Optional

from .streams import Failure, reason_of

MOST_IN_BATCH = 50


class RpcError(Exception):
    """An error of JSON-RPC, whose code is a number."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.data = code, data


class Call(NamedTuple):
    """What a method is given beside its params."""

    channel: Any
    progress: Callable[[Any], None]


Method = Callable[[Any, Call], Any]


def _error_object(error: BaseException) -> dict[str, Any]:
    if not isinstance(error, RpcError):
        return {"code": -32000, "message": str(error), "data": {"reason": reason_of(error)}}
    return {"code": error.code, "message": str(error), **({} if error.data is None else {"data": error.data})}


def _request(method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, **({} if params is None else {"params": params})}


class Peer:
    """Calls, and serves calls, `most` at once. `own` are the methods of the protocol itself."""

    def __init__(self, channel: Any, methods: dict[str, Method], own: dict[str, Method], most: int) -> None:
        self._channel, self._methods, self._own, self._most = channel, methods, own, most
        self._send: Callable[[Any], None] = channel.send
        self.refusing: Optional[Failure] = None  # why no call is served any more, but to `own`
        self._serving: dict[Any, asyncio.Future[Any]] = {}  # by id
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._work: set[asyncio.Future[Any]] = set()
        self._asides: set[asyncio.Future[Any]] = set()  # what is not waited for: $/shutdown waits itself
        self._last_id = 0

    async def call(self, method: str, params: Any = None, send: Optional[Callable[[Any], None]] = None) -> Any:
        self._last_id += 1
        id = self._last_id
        answer = self._pending[id] = asyncio.get_running_loop().create_future()
        try:
            (send or self._send)({"id": id, **_request(method, params)})
            return await answer
        except asyncio.CancelledError:
            self.notify("$/cancel", {"id": id})
            raise
        finally:
            del self._pending[id]

    def notify(self, method: str, params: Any = None) -> None:
        self._send(_request(method, params))

    def lost(self, error: Failure) -> None:
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(error)

    def cancel(self, id: Any) -> None:
        if id in self._serving:
            self._serving[id].cancel()

    def keep(self, work: Awaitable[Any], aside: bool = False) -> None:
        """Runs it; unless it is an aside, it is waited for before the channel closes."""
        task, kept = asyncio.ensure_future(work), self._asides if aside else self._work
        kept.add(task)
        task.add_done_callback(kept.discard)

    async def idle(self) -> None:
        while self._work:
            await asyncio.wait(self._work)

    def receive(self, message: Any) -> None:
        if isinstance(message, list):
            self.keep(self._batch(message))
            return
        answer = self._take(message)
        if answer is not None:
            self.keep(self._reply(answer), message.get("method") in self._own)

    async def _batch(self, entries: list[Any]) -> None:
        if len(entries) > MOST_IN_BATCH:
            entries = []
        owed = [answer for entry in entries if (answer := self._take(entry, in_batch=True)) is not None]
        answers = [await answer for answer in owed]
        if answers or not entries:
            self._send(answers or refusal(None, RpcError(-32600, f"A batch has 1 to {MOST_IN_BATCH} messages")))

    async def _reply(self, answer: Awaitable[dict[str, Any]]) -> None:
        answered = await answer
        try:
            self._send(answered)
        except (TypeError, ValueError) as error:  # the result is too long, or no JSON
            self._send(refusal(answered["id"], error))

    def _take(self, message: Any, in_batch: bool = False) -> Optional[Awaitable[dict[str, Any]]]:
        """Does what a message asks for at once, and gives the answer to come, if one is owed."""
        if isinstance(message, dict) and "method" not in message and ("result" in message or "error" in message):
            return self._settle(message)
        id = message.get("id") if isinstance(message, dict) else None
        try:
            method = self._find(message, in_batch)
        except RpcError as error:
            owed = error.code == -32600 or "id" in message
            return _done(refusal(id if type(id) in (str, int, float) else None, error)) if owed else None
        if "id" not in message:
            self.keep(self._run(method, message.get("params"), lambda value: None), message["method"] in self._own)
            return None
        progress = lambda value: self._send(_request("$/progress", {"id": id, "value": value}))
        self._serving[id] = asyncio.ensure_future(self._run(method, message.get("params"), progress))
        return self._answer(id)

    def _find(self, message: Any, in_batch: bool) -> Method:
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
            raise RpcError(-32600, "This is no message")
        method, id = message["method"], message.get("id")
        if in_batch and method.startswith("$/"):
            raise RpcError(-32600, f"{method} in a batch")
        if type(id) not in (str, int, float, type(None)) or "id" in message and id in self._serving:
            raise RpcError(-32600, "An id that is none, or is in use")
        if not isinstance(message.get("params", {}), (dict, list)):
            raise RpcError(-32602, "params are neither object nor array")
        if message.get("streams"):
            raise RpcError(-32602, "Streams as values are not supported here")
        if method not in self._own and self.refusing is not None:
            raise RpcError(-32000, str(self.refusing), {"reason": self.refusing.reason})
        if method not in self._own and len(self._serving) >= self._most:
            raise RpcError(-32000, "Too many calls are in progress")
        if method not in self._own and method not in self._methods:
            raise RpcError(-32601, f"There is no method {method[:200]}")
        return self._own.get(method) or self._methods[method]

    async def _run(self, method: Method, params: Any, progress: Callable[[Any], None]) -> Any:
        result = method(params, Call(self._channel, progress))
        return await result if inspect.isawaitable(result) else result

    async def _answer(self, id: Any) -> dict[str, Any]:
        try:
            return {"jsonrpc": "2.0", "id": id, "result": await self._serving[id]}
        except (Exception, asyncio.CancelledError) as error:
            return refusal(id, error)
        finally:
            del self._serving[id]

    def _settle(self, message: dict[str, Any]) -> None:
        id, error = message.get("id"), message.get("error")
        answer = self._pending.get(id) if isinstance(id, int) else None
        if answer is None or answer.done():
            return
        if error is None:
            answer.set_result(message.get("result"))
        elif not isinstance(error, dict):
            answer.set_exception(RpcError(-32603, "An answer that is none"))
        elif isinstance(error.get("data"), dict) and isinstance(error["data"].get("reason"), dict):
            answer.set_exception(Failure(error["data"]["reason"]))
        else:
            answer.set_exception(RpcError(error.get("code", -32603), str(error.get("message")), error.get("data")))


def refusal(id: Any, error: BaseException) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "error": _error_object(error)}


async def _done(answer: dict[str, Any]) -> dict[str, Any]:
    return answer
