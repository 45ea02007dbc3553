#!/usr/bin/env python3
"""What hostile clients cost the honest ones: `make bench-hostile` runs this.

    hostile.py BINARY [--seconds S]

For each kind of hostile client a server is started with the default limits on a core of its own. An honest client predicts over
connections that it opens anew and over one that it keeps, all the time, and counts what failed and how long it took. Everything is on
the loopback and ends by itself.
"""

import argparse
import asyncio
import contextlib
import pathlib
import socket
import ssl
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from servers import CORES, HOST

BODY = b'{"features":[5.1,3.5,1.4,0.2]}'
KEY = "the-key-of-an-honest-client"


def request(body=BODY, headers=(), length=None):
    lines = ["POST /predict HTTP/1.1", "host: x", "content-type: application/json", f"content-length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Target:
    """A server, and how its clients connect."""

    def __init__(self, binary, work, settings=(), tls=False):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        self.tls = tls
        self.headers = ()
        command = ["taskset", "-c", str(CORES[0]), "env", "MLSERVING__LOG__ACCESS=off", *settings, binary, "serve", "--host", HOST, "--port", str(self.port)]
        self.process = subprocess.Popen(command, stderr=open(pathlib.Path(work) / "log", "w"))

    def context(self, alpn=True):
        context = ssl._create_unverified_context()
        if alpn:
            context.set_alpn_protocols(["http/1.1"])
        return context

    async def connect(self, plain=False, **how):
        secure = self.context(**how) if self.tls and not plain else None
        return await asyncio.open_connection(HOST, self.port, ssl=secure)

    async def ready(self):
        for _ in range(500):
            with contextlib.suppress(OSError):
                reader, writer = await self.connect()
                writer.write(request(headers=["connection: close", *self.headers]))
                if b" 200 " in await reader.readline():
                    writer.close()
                    return
            await asyncio.sleep(0.02)
        sys.exit("the server does not answer")

    def stop(self):
        self.process.kill()
        self.process.wait()


async def answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    await reader.readexactly(length)
    return int(head.split(b" ")[1])


async def honest(target, until, times, failed):
    kept = None
    while time.perf_counter() < until:
        for anew in (False, True):
            began = time.perf_counter()
            try:
                if anew or kept is None:
                    connection = await asyncio.wait_for(target.connect(), 5)
                    kept = kept or connection
                reader, writer = connection if anew else kept
                writer.write(request(headers=target.headers))
                status = await asyncio.wait_for(answer(reader), 5)
                if status != 200:
                    failed.append(status)
                times.append(time.perf_counter() - began)
                if anew:
                    writer.close()
            except Exception as error:
                failed.append(type(error).__name__)
                kept = None
        await asyncio.sleep(0.005)


async def hold(target, count, first, until, drip=None):
    """So many connections that send `first`, and then a byte of `drip` from time to time."""

    async def one():
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            _, writer = await target.connect()
            writer.write(first)
            while time.perf_counter() < until:
                await asyncio.sleep(0.2)
                if drip:
                    writer.write(drip)
                    await writer.drain()
            writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(count)))


async def repeat(target, count, act, until):
    """So many clients that do `act` again and again; counts what it gives."""
    seen = {}

    async def one():
        while time.perf_counter() < until:
            try:
                outcome = await asyncio.wait_for(act(target), 10)
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
                outcome = type(error).__name__
            seen[outcome] = seen.get(outcome, 0) + 1
            await asyncio.sleep(0.01)

    await asyncio.gather(*(one() for _ in range(count)))
    return seen


def asks(text, then=None):
    async def act(target):
        reader, writer = await target.connect()
        try:
            writer.write(text)
            if then:
                with contextlib.suppress(OSError):
                    await then(writer)
            return await answer(reader)
        finally:
            writer.close()

    return act


async def reset(target):
    reader, writer = await target.connect(plain=True)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.write(request(length=1000))
    await writer.drain()
    writer.transport.abort()
    return "reset"


async def half_close(writer):
    writer.write_eof()


async def megabytes(writer):
    for _ in range(20):
        writer.write(b" " * (1 << 20))
        await writer.drain()


def bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b" " * (1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(1000)) + packer.flush()


async def garbage(target):
    reader, writer = await target.connect(plain=True)
    writer.write(b"\x16\x03\x01\x02\x00\x01" + b"\xff" * 500)
    await reader.read()
    writer.close()
    return "closed"


async def without_alpn(target):
    reader, writer = await target.connect(alpn=False)
    writer.write(request(headers=["connection: close"]))
    status = await answer(reader)
    writer.close()
    return status


def kinds():
    """Kind of client: what it does until then, and what its server is set to."""
    big = request(b"[" + b",".join([BODY] * 10_001) + b"]").replace(b"/predict ", b"/predict/batch ")
    packed = bomb()
    zipped = request(packed, ["content-encoding: gzip"])
    return {
        "nobody": (lambda t, u: asyncio.sleep(max(0, u - time.perf_counter())), ""),
        "1,000 connections with headers and no body": (lambda t, u: hold(t, 1000, request(b"", length=30), u), ""),
        "1,500 of them, above max_waiting_bodies": (lambda t, u: hold(t, 1500, request(b"", length=30), u), ""),
        "500 bodies that trickle": (lambda t, u: hold(t, 500, request(b"{", length=100_000), u, b" "), ""),
        "500 headers that trickle": (lambda t, u: hold(t, 500, b"POST /predict HTTP/1.1\r\nx: ", u, b"a"), ""),
        "1,000 idle connections": (lambda t, u: hold(t, 1000, b"", u), ""),
        "20 clients that reset": (lambda t, u: repeat(t, 20, reset, u), ""),
        "5 clients that half-close": (lambda t, u: repeat(t, 5, asks(request(), half_close), u), ""),
        "5 clients with 100 MB announced": (lambda t, u: repeat(t, 5, asks(request(b"", ["expect: 100-continue"], 100 << 20)), u), ""),
        "2 clients with 20 MB sent": (lambda t, u: repeat(t, 2, asks(request(b"", length=20 << 20), megabytes), u), ""),
        "5 clients with 200 KB of headers": (lambda t, u: repeat(t, 5, asks(request(headers=["x: " + "a" * 200_000])), u), ""),
        "2 clients with 10,001 rows": (lambda t, u: repeat(t, 2, asks(big), u), ""),
        "5 clients without Host": (lambda t, u: repeat(t, 5, asks(b"GET /model HTTP/1.1\r\n\r\n"), u), ""),
        f"2 clients with 1 GB in {len(packed) >> 10} KB of gzip": (lambda t, u: repeat(t, 2, asks(zipped), u), ""),
        "5 clients with wrong keys": (lambda t, u: repeat(t, 5, asks(request(headers=["authorization: Bearer " + KEY[:-1] + "x"])), u), "keys"),
        "TLS: 5 clients without ALPN": (lambda t, u: repeat(t, 5, without_alpn, u), "tls"),
        "TLS: 200 handshakes that do not go on": (lambda t, u: hold_plain(t, 200, u), "tls"),
        "TLS: 20 clients of garbage": (lambda t, u: repeat(t, 20, garbage, u), "tls"),
    }


async def hold_plain(target, count, until):
    async def one():
        with contextlib.suppress(OSError):
            _, writer = await target.connect(plain=True)
            writer.write(b"\x16\x03\x01")
            await asyncio.sleep(max(0, until - time.perf_counter()))
            writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(count)))


async def attack(target, act, seconds):
    await target.ready()
    until = time.perf_counter() + seconds
    times, failed = [], []
    outcomes, _ = await asyncio.gather(act(target, until), honest(target, until, times, failed))
    return times, failed, outcomes


async def timing(target, rounds=3000):
    """Medians of seconds that a key takes that is wrong from its first letter on, and one that is wrong at its end."""
    reader, writer = await target.connect()
    seconds = {"x" + KEY[1:]: [], KEY[:-1] + "x": []}
    for _ in range(rounds):
        for key, list in seconds.items():
            began = time.perf_counter()
            writer.write(request(headers=[f"authorization: Bearer {key}"]))
            assert await answer(reader) == 401
            list.append(time.perf_counter() - began)
    return [statistics.median(list) for list in seconds.values()]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("binary", type=pathlib.Path)
    options.add_argument("--seconds", type=float, default=4)
    options = options.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as work:
        cert = [f"{work}/cert.pem", f"{work}/key.pem"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-out", cert[0], "-keyout", cert[1]], check=True, capture_output=True)
        settings = {
            "": [],
            "keys": [f"MLSERVING__SERVER__AUTH__KEYS={KEY}"],
            "tls": [f"MLSERVING__SERVER__TLS__CERT={cert[0]}", f"MLSERVING__SERVER__TLS__KEY={cert[1]}"],
        }
        print("| hostile clients | honest requests | failed | median | p99 | what the hostile got |\n|---|---|---|---|---|---|")
        for kind, (act, setting) in kinds().items():
            target = Target(options.binary, work, settings[setting], tls=setting == "tls")
            target.headers = [f"authorization: Bearer {KEY}"] if setting == "keys" else []
            try:
                times, failed, outcomes = asyncio.run(attack(target, act, options.seconds))
                if setting == "keys":
                    first, last = asyncio.run(timing(target))
            finally:
                target.stop()
            failures += len(failed)
            times.sort()
            got = ", ".join(f"{outcome}: {count:,}" for outcome, count in (outcomes or {}).items())
            print(f"| {kind} | {len(times):,} | {len(failed)} {sorted(set(map(str, failed))) if failed else ''} | {statistics.median(times) * 1e3:.2f} ms | {times[len(times) * 99 // 100] * 1e3:.2f} ms | {got} |", flush=True)
            if setting == "keys":
                keys = f"A key wrong from its first letter is refused after {first * 1e6:.1f} µs, one wrong at its last letter after {last * 1e6:.1f} µs (medians of 3,000)."
        print(f"\n{keys}")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
