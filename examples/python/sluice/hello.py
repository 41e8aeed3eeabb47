"""`$/hello`, what each side tells the other once and first (docs/protocol.md, section 3)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Optional

from .wire import MIB, ProtocolError

LIMITS = {"streams": 1024, "unaccepted": 256, "calls": 1024, "maxChunk": 16 * MIB, "message": MIB}
INITIAL_CREDIT = {"chunks": 1, "bytes": 64 * 1024}


class Remote(NamedTuple):
    """What the other side takes. A limit that it has not told is infinite."""

    streams: float
    unaccepted: float
    calls: float
    max_chunk: float
    message: float
    window: float
    initial_credit: dict[str, float]
    data: dict[str, Any]  # for the link


def make_hello(
    data: Optional[dict[str, Any]] = None,
    limits: dict[str, Any] = LIMITS,
    initial_credit: dict[str, int] = INITIAL_CREDIT,
) -> dict[str, Any]:
    says = {"version": 1, "capabilities": {"streams": True, "fork": False}, "limits": limits}
    params = {**says, "initialCredit": initial_credit, **({} if data is None else {"data": data})}
    return {"jsonrpc": "2.0", "method": "$/hello", "params": params}


def read_hello(message: Any) -> Remote:
    if not isinstance(message, dict) or message.get("method") != "$/hello":
        raise ProtocolError("HELLO_EXPECTED", "A message came before $/hello")
    try:
        params = message["params"]
        limits, credit = params["limits"], params["initialCredit"]
        if params["version"] != 1:
            raise ProtocolError("VERSION_MISMATCH", f"Version {params['version']} of the protocol, not 1")
        return Remote(
            streams=_limit(limits["streams"]),
            unaccepted=_limit(limits.get("unaccepted")),
            calls=_limit(limits.get("calls")),
            max_chunk=_limit(limits["maxChunk"]),
            message=_limit(limits.get("message", MIB)),
            window=_limit(limits.get("window")),
            initial_credit={"chunks": 0 + credit["chunks"], "bytes": 0 + credit["bytes"]},
            data=params.get("data", {}),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ProtocolError("BAD_MESSAGE", f"$/hello: {error!r}") from None


def _limit(value: Optional[float]) -> float:
    return math.inf if value is None else 0 + value
