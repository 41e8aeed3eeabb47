"""Reads each vector of test/vectors, and writes it again; prints what is not as it should be, as a list in JSON."""

from __future__ import annotations

import array
import json
import math
import struct
import sys
from pathlib import Path
from typing import Any, Callable, Optional

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "examples" / "python"))
from sluice import codec, hello, wire  # noqa: E402


def read_frames(data: bytes) -> list[dict[str, Any]]:
    """All frames, in the form that the vectors have them."""
    frames, assemblies = [], {}
    while data:
        header = wire.read_header(data[:16], 16 * wire.MIB)
        payload, data = data[16 : 16 + header.length], data[16 + header.padded :]
        if header.type == "message":
            frames.append(wire.parse(payload))
        elif header.type == "stream-data":
            whole = assemblies.setdefault(header.stream, wire.Assembly()).add(header, payload)
            if whole is not None:
                chunks, weights = whole
                fields = {"form": header.flags >> 4, "chunks": [chunk.hex() for chunk in chunks]}
                frames.append({"type": header.type, "id": header.stream, **fields, **({"weights": weights} if weights else {})})
        else:
            fields = wire.read_fields(header, payload)
            fields = {key: None if value == math.inf else value for key, value in fields.items()}
            frames.append({"type": header.type, "id": header.stream, **fields})
    return frames


def write_frame(frame: dict[str, Any]) -> bytes:
    if "jsonrpc" in frame:
        return wire.frame("message", 0, wire.dump(frame))
    fields = {key: value for key, value in frame.items() if key not in ("type", "id")}
    if frame["type"] == "stream-data":
        chunks, weights = [bytes.fromhex(chunk) for chunk in fields["chunks"]], fields.get("weights")
        if len(chunks) == 1 and weights is None:
            return b"".join(wire.write_chunk(frame["id"], fields["form"], chunks[0]))
        return wire.write_chunks(frame["id"], fields["form"], chunks, weights)
    if frame["type"] == "stream-credit":
        fields = {key: math.inf if value is None else value for key, value in fields.items()}
    return wire.write_fields(frame["type"], frame["id"], **fields)


def frames(vector: dict[str, Any], data: bytes) -> Optional[str]:
    read = read_frames(data)
    if read != vector["means"]:
        return f"read as {read}"
    written = b"".join(map(write_frame, read))
    # What is not exact may be written in another way, such as without fragments, and means the same.
    if vector.get("exact") and written != data:
        return f"written as {written.hex()}"
    return None if read_frames(written) == read else f"written as {written.hex()}, which means something else"


def auto(vector: dict[str, Any], data: bytes) -> Optional[str]:
    means = vector["means"]
    chunk = codec.CODECS["auto"].decode(vector["form"], data)
    if "json" in means and chunk != means["json"]:
        return f"read as {chunk!r}"
    if "kind" in means:
        arrays = {"b": "Int8Array", "h": "Int16Array", "H": "Uint16Array", "i": "Int32Array", "I": "Uint32Array"}
        arrays.update({"f": "Float32Array", "d": "Float64Array", "q": "BigInt64Array", "Q": "BigUint64Array"})
        kind = arrays[chunk.typecode] if isinstance(chunk, array.array) else getattr(chunk, "kind", "Uint8Array")
        if (kind, bytes(chunk).hex()) != (means["kind"], means["bytes"]):
            return f"read as {kind} {chunk!r}"
    written = codec.CODECS["auto"].encode(chunk)
    return None if written == (vector["form"], data) else f"written as {written}"


def hellos(vector: dict[str, Any], data: bytes) -> Optional[str]:
    message = wire.parse(data)
    remote = hello.read_hello(message)
    names = ("streams", "unaccepted", "calls", "max_chunk", "message", "window")
    said = [None if limit == math.inf else limit for limit in (getattr(remote, name) for name in names)]
    means = vector["means"]
    keys = ("streams", "unaccepted", "calls", "maxChunk", "message", "window")
    if said != [means[key] for key in keys] or remote.initial_credit != means["initialCredit"]:
        return f"read as {remote}"
    if remote.data != vector.get("data", {}):
        return f"read with the data {remote.data}"
    params = message["params"]
    if "capabilities" in params:
        written = hello.make_hello(params.get("data"), params["limits"], params["initialCredit"])
        return None if wire.dump(written) == data else f"written as {written}"
    return None if wire.dump(message) == data else f"written as {message}"


checks: dict[str, Callable[[dict[str, Any], bytes], Optional[str]]] = {"frames": frames, "auto": auto, "hello": hellos}
wrong, count = [], 0
for name, check in checks.items():
    for vector in json.loads((root / "test" / "vectors" / f"{name}.json").read_text("utf-8")):
        count += 1
        try:
            problem = check(vector, bytes.fromhex(vector["hex"]))
        except (wire.ProtocolError, ValueError, KeyError, struct.error) as error:
            problem = repr(error)
        if problem is not None:
            wrong.append(f"{name}, {vector['name']}: {problem}")
print(json.dumps({"count": count, "wrong": wrong}))
