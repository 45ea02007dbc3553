"""Bytes out and answers in: HTTP/1 over plain sockets, so that odd requests can be sent and no header is reordered or hidden."""

import socket
import struct

TIMEOUT = 15


class Wire:
    """One connection. `answer` reads exactly one answer; what follows it stays for the next call."""

    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def send(self, data):
        """Sends, even to a server that has answered and closed already: its answer is what counts."""
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def end(self):
        """Says that nothing more will be sent."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.socket.close()

    def _more(self):
        try:
            data = self.socket.recv(1 << 16)
        except TimeoutError:
            raise
        except OSError:
            data = b""  # A reset is an end.
        self.rest += data
        return bool(data)

    def _take(self, size):
        while len(self.rest) < size and self._more():
            pass
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def _line(self):
        while b"\r\n" not in self.rest:
            if not self._more():
                taken, self.rest = self.rest, b""
                return taken
        taken, self.rest = self.rest.split(b"\r\n", 1)
        return taken

    def answer(self, head=False):
        """One answer: status, version, headers in order, body; or `closed` where the server says nothing."""
        try:
            start = self._line()
            if not start:
                return {"closed": True}
            headers = []
            while line := self._line():
                name, _, value = line.decode("latin-1").partition(":")
                headers.append([name, value.strip()])
            version, _, status = start.decode("latin-1").partition(" ")
            answer = {"version": version, "status": status, "headers": headers}
            return answer | {"body": self._body(int(status[:3]), headers, head)}
        except TimeoutError:
            return {"timeout": True, "received": self.rest.decode("latin-1")}

    def _body(self, status, headers, head):
        values = {name.lower(): value for name, value in headers}
        if head or status < 200 or status in (204, 304):
            return b""
        if values.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self._line().split(b";")[0] or b"0", 16):
                body += self._take(size)
                self._line()
            while self._line():
                pass
            return body
        if "content-length" in values:
            return self._take(int(values["content-length"]))
        while self._more():
            pass
        taken, self.rest = self.rest, b""
        return taken


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(host, port, path):
    """The body at `path`; nothing where nobody answers."""
    try:
        wire = Wire(port, host)
    except OSError:
        return ""
    wire.send(f"GET {path} HTTP/1.1\r\nHost: corpus\r\n\r\n".encode())
    body = wire.answer().get("body", b"")
    wire.close()
    return body.decode()


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# The statuses of HPACK's static table (RFC 7541, appendix A); others are told by the bytes of their header.
INDEXED = {0x88: "200", 0x89: "204", 0x8A: "206", 0x8B: "304", 0x8C: "400", 0x8D: "404", 0x8E: "500"}
DATA, HEADERS, RST, SETTINGS, GOAWAY = 0, 1, 3, 4, 7


def http2(port, method, target, body):
    """One request over HTTP/2 with prior knowledge: status and body of the answer."""

    def frame(kind, flags, stream, payload):
        return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload

    def field(name, value):
        return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value

    fields = {":method": method, ":scheme": "http", ":path": target, ":authority": "corpus"}
    if body:
        fields["content-type"] = "application/json"
    block = b"".join(field(name.encode(), value.encode()) for name, value in fields.items())
    wire = Wire(port)
    wire.send(PREFACE + frame(SETTINGS, 0, 0, b"") + frame(HEADERS, 4 if body else 5, 1, block))
    if body:
        wire.send(frame(DATA, 1, 1, body))
    status, received = None, b""
    while len(head := wire._take(9)) == 9:
        size, (kind, flags, stream) = int.from_bytes(head[:3], "big"), struct.unpack(">BBI", head[3:])
        payload = wire._take(size)
        if kind == HEADERS:
            status = INDEXED.get(payload[0], payload[:5].hex())
        elif kind == DATA:
            received += payload
        elif kind in (RST, GOAWAY):
            status = f"frame of type {kind}"
            break
        elif kind == SETTINGS and not flags & 1:
            wire.send(frame(SETTINGS, 1, 0, b""))
        if stream == 1 and flags & 1 and kind in (HEADERS, DATA):
            break
    wire.close()
    return {"version": "HTTP/2", "status": status, "headers": [], "body": received}
