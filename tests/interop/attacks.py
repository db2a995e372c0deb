"""Attacks on a daemon's doors, each a function that goes on for some seconds; a program of its own, so that who attacks does not slow who measures.

    attacks.py NAME SECONDS TARGET      TARGET: JSON with zeromq and http (ports), control (path), seed, alliance and to (hex)

Prints one line of JSON when it is over: how much it brought, and what was answered otherwise than expected.
"""
import json
import os
import random
import selectors
import socket
import sys
import time

import requests_http
import sign
import zmq

SLOW, HALF_OPEN, CLIENTS = 500, 60, 200
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"CURVE".ljust(20, b"\0") + bytes(32)  # ZMTP 3.0, a client's


class Target:
    def __init__(self, zeromq, http, control, seed, alliance, to):
        self.zeromq, self.http, self.control = zeromq, http, control
        self.key, self.alliance, self.to = sign.Key(bytes.fromhex(seed)), bytes.fromhex(alliance), bytes.fromhex(to)
        self.sent, self.found = 0, []

    def connect(self, port):
        s = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.sent += 1
        return s


def endless(start, again):
    """A maker of pieces for poured()."""
    def make():
        yield start
        while True:
            yield again
    return make


def poured(target, port, makers, seconds):
    """Connections that each pour what its maker gives, until the daemon ends them; each is then made anew."""
    end, chosen, count = time.monotonic() + seconds, selectors.DefaultSelector(), 0

    def begin(make):
        s = target.connect(port)
        s.setblocking(False)
        chosen.register(s, selectors.EVENT_WRITE | selectors.EVENT_READ, [make, make(), b""])
    for make in makers:
        begin(make)
    while time.monotonic() < end:
        for ready, events in chosen.select(0.05):
            s, (make, source, left) = ready.fileobj, ready.data
            try:
                if events & selectors.EVENT_READ and not s.recv(65536):
                    raise ConnectionResetError
                if events & selectors.EVENT_WRITE:
                    left = left or next(source)
                    n = s.send(left)
                    count += n
                    ready.data[2] = left[n:]
            except BlockingIOError:
                pass
            except (OSError, StopIteration):
                chosen.unregister(s)
                s.close()
                begin(make)
    return count


def held(target, connections, seconds):
    """How many of them the daemon has not ended by then, of those that it should; each is (socket, bytes to drip or None)."""
    end = time.monotonic() + seconds
    chosen = selectors.DefaultSelector()
    for s, drip in connections:
        s.setblocking(False)
        chosen.register(s, selectors.EVENT_READ, drip)
    while chosen.get_map() and time.monotonic() < end:
        for ready, _ in chosen.select(0.2):
            try:
                over = not ready.fileobj.recv(4096)
            except OSError:
                over = True
            if over:
                chosen.unregister(ready.fileobj)
                ready.fileobj.close()
        for s, drip in [(k.fileobj, k.data) for k in chosen.get_map().values()]:
            try:
                if drip:
                    s.send(drip)
            except OSError:
                pass
    if chosen.get_map():
        target.found.append(("connections that stand after their time", len(chosen.get_map()), 0))


# ---- the attacks ----


def slow_headers(target, seconds):
    """500 requests whose headers never end, a byte at a time."""
    del seconds
    made = [(target.connect(target.http), b"x") for _ in range(SLOW)]
    for s, _ in made:
        s.send(b"POST /peer/v1/exchange HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    held(target, made, 14)


def half_open(target, seconds):
    """Both ports: nothing is said; half of ZeroMQ's greeting; half a handshake."""
    del seconds
    made = []
    for said in (b"", GREETING[:11], GREETING + b"\x04\xc8\x05HELLO\x01\x00" + bytes(90)):
        for _ in range(HALF_OPEN):
            s = target.connect(target.zeromq)
            s.send(said)
            made.append((s, None))
    made += [(target.connect(target.http), None) for _ in range(HALF_OPEN)]
    held(target, made, 17)


def endless_frames(target, seconds):
    """Noise, and frames without end or measure, before a handshake; then, by strangers' keys, messages in parts and too large."""
    noise, block = random.Random(7), bytes(65536)

    makers = [endless(noise.randbytes(4096), noise.randbytes(65536)), endless(b"", b"\xff" * 65536), endless(GREETING + b"\x02" + b"\x7f" + b"\xff" * 7, block),
              endless(GREETING + b"\x06" + bytes(3) + b"\xff" * 5, block), endless(GREETING, b"\x01\x00" * 30000),
              endless(GREETING, b"\x04\x06\x05ERROR" * 9000), endless(GREETING, b"\x04\xc8\x05HELLO\x01\x00" + bytes(193))]
    strangers(target, seconds / 2)
    target.sent += poured(target, target.zeromq, makers * 6, seconds / 2) >> 20


def strangers(target, seconds):
    end, context, links = time.monotonic() + seconds, zmq.Context(), []
    shapes = [[bytes(65536)] * 64, [b"x"] * 20000, [bytes((1 << 20) + 1)], [bytes(1 << 20)], [b""]]
    while time.monotonic() < end:
        while len(links) < 10:
            key = sign.Key()
            s = context.socket(zmq.DEALER)
            s.linger, s.sndhwm, s.reconnect_ivl = 0, 4, -1
            s.curve_publickey, s.curve_secretkey = sign.curve_public(key.public), key.curve_secret()
            s.curve_serverkey = sign.curve_public(target.to)
            s.connect(f"tcp://127.0.0.1:{target.zeromq}")
            links.append([s, shapes[target.sent % len(shapes)], 0])
            target.sent += 1
        for link in links[:]:
            s, shape, n = link
            try:
                s.send_multipart(shape, zmq.NOBLOCK, copy=False)
                link[2] += 1
            except zmq.Again:
                pass
            if s.poll(0) or n > 50:  # HELLO or BYE came
                s.close()
                links.remove(link)
        time.sleep(0.005)
    context.destroy(linger=0)


def endless_bodies(target, seconds):
    """Bodies without end and too large, in one piece and in chunks; requests in one another's tail."""
    head = b"POST /peer/v1/exchange HTTP/1.1\r\nHost: x\r\nContent-Type: application/msgpack\r\n"
    block = bytes(65536)

    makers = [endless(head + b"Content-Length: 2097152\r\n\r\n", block), endless(head + b"Content-Length: 2097153\r\n\r\n", block),
              endless(head + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + block + b"\r\n"),
              endless(head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 4000),
              endless(head + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 4096), endless(b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 200),
              endless(b"GET /healthz HTTP/1.1\r\n", b"X: y\r\n" * 1000), endless(b"GET /", b"x" * 4096), endless(b"", b"\r\n" * 4000)]
    target.sent += poured(target, target.http, makers * 4, seconds) >> 20


def bad_requests(target, seconds):
    """Each form of a bad request, and each field of an exchange's body wrong, over and over."""
    end = time.monotonic() + seconds
    forms, bodies = list(requests_http.forms()), list(requests_http.bodies(target.key, target.alliance, target.to))
    for name, raw, expected in forms:
        found = requests_http.statuses(target.connect(target.http), raw)
        if not expected(found):
            target.found.append((name, found, "another answer"))
    at = 0
    with requests_http.Poster(target) as poster:
        while at < len(bodies) or time.monotonic() < end:
            name, body, expected = bodies[at % len(bodies)]
            found = poster.post(body)
            if found != expected and at < len(bodies):
                target.found.append((name, found, expected))
            at += 1
    target.sent += at


def control(target, seconds):
    """What is no request at the control socket, and clients that never read."""
    clients = []

    def client():
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(5)
        s.connect(target.control)
        target.sent += 1
        return s

    def post(body, path=b"/control", kind=b"application/json"):
        return b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + kind + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body

    def answered(s, raw):
        """The beginning of the answer: head and what came with it; b"" where the daemon hangs up."""
        try:
            s.sendall(raw)
        except OSError:
            pass
        got = b""
        try:
            while b"\r\n\r\n" not in got or (b"\r\n\r\n{" not in got and len(got) < 4000):
                more = s.recv(65536)
                if not more:
                    break
                got += more
        except OSError:
            pass
        return got
    bad = [b"", b"{", b"[" * 1000000, b'{"do":' * 20000, b'{"do":"status","args":' + b'[' * 3000 + b']' * 3000 + b'}', b'{"do":"status","do":"status"}',
           b'{"do":"\xff\xfe"}', b'{"do":"\\ud800"}', b'{"do":5,"args":[]}', b'{"do":"' + b"x" * 1000000 + b'"}', b'{"do":"status","args":{"x":' + b"9" * 5000 + b'}}',
           b'{"do":"record.write","args":{"lines":5}}', b'{"do":"record.show","args":{"id":"' + b"a" * 70000 + b'"}}', b"\x00" * 1000, b"null", b"5",
           b" " * (8 << 20), b'"' + b"a" * 4000000]
    end = time.monotonic() + seconds
    for body in bad:
        with client() as s:
            found = answered(s, post(body))
            if b'"error"' not in found and b"problem+json" not in found:
                target.found.append((f"{body[:30]!r}, {len(body)} bytes", found[:60].decode("latin-1"), "an error"))
    for raw in (post(b"{}", b"/nothing"), post(b"{}", kind=b"text/plain"), post(b" " * ((8 << 20) + 1))):
        with client() as s:
            if b"problem+json" not in answered(s, raw):
                target.found.append((raw[:40].decode("latin-1"), "no problem", "a problem"))
    for raw in (b"", b"\x00" * 5000, post(b"{}" * 10)[:-4]):
        with client() as s:
            s.sendall(raw)
    for _ in range(CLIENTS):
        clients.append(client())
    for s in clients:
        try:
            s.sendall(post(b'{"do":"status","lang":"en","args":{}}') * 5)
        except OSError:
            pass
    time.sleep(max(0, end - time.monotonic()))
    for s in clients:
        s.close()


ATTACKS = [slow_headers, half_open, endless_frames, endless_bodies, bad_requests, control]


def main():
    name, seconds, target = sys.argv[1:]
    target = Target(**json.loads(target))
    next(a for a in ATTACKS if a.__name__ == name)(target, float(seconds))
    print(json.dumps({"sent": target.sent, "found": [[str(x) for x in f] for f in target.found]}))


if __name__ == "__main__":
    main()
