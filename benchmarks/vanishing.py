"""Raw HTTP clients that misbehave: they read some of a streamed answer and are gone. For the torture runs only."""

import asyncio
import json
import random
import socket
import struct
from typing import Any

from benchmarks.client import encode_request

HANG_UP_HARD = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: the connection is reset, not closed."""


def long_question(max_tokens: int = 2000) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Tell me everything"}], "max_tokens": max_tokens, "temperature": 1}


async def vanish(port: int, order: random.Random, wait: float) -> int:
    """Asks, reads for a random part of `wait` seconds and goes, politely or not; the bytes that were read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(encode_request("/generate", port, long_question()))
    received = 0
    try:
        async with asyncio.timeout(order.uniform(0.1, wait)):
            while piece := await reader.read(65536):
                received += len(piece)
    except TimeoutError:
        pass
    if order.random() < 0.5:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANG_UP_HARD)
    writer.transport.abort()
    return received


async def ask_until_cut(port: int, order: random.Random) -> str:
    """One answer from a server that may be switched off at any moment: done, error, refused or cut."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return "refused"
    try:
        writer.write(encode_request("/generate", port, long_question(order.randint(5, 200))))
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:16]:
            return "refused"
        return await _last_line(reader)
    except (OSError, asyncio.IncompleteReadError):
        return "cut"
    finally:
        writer.transport.abort()


async def _last_line(reader: asyncio.StreamReader) -> str:
    """The kind of the stream's last line; raises `ValueError` when it broke a promise of the contract."""
    line = b""
    while size := int(await reader.readline(), 16):
        if line.endswith(b"\n") and json.loads(line)["type"] != "token":
            raise ValueError(f"a line after the last one: {line[:200]!r}")
        line = await reader.readexactly(size)
        await reader.readexactly(2)
    return str(json.loads(line)["type"])
