"""Bad requests over HTTP: of every form (bytes), and exchanges (PROTOCOL.md §8.5) of which each field in turn is wrong, made as hostile.py makes messages."""
import http.client
import json
import os
import re

import exchange
import sign
from exchange import PATH
from hostile import wrong
from messages import Form, binary, listed, uint
from pack import Refused, encode

LINE = b"POST " + PATH.encode() + b" HTTP/1.1\r\n"
HOST, OURS = b"Host: x\r\n", b"Content-Type: application/msgpack\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def statuses(connection, raw):
    """The statuses of all answers to these bytes, until the connection ends or falls silent."""
    connection.settimeout(0.3)
    heard = b""
    try:
        connection.sendall(raw)
        connection.settimeout(2)
        while True:
            data = connection.recv(65536)
            if not data:
                break
            heard += data
            connection.settimeout(0.15)
    except OSError:
        pass
    finally:
        connection.close()
    return [int(x) for x in re.findall(rb"HTTP/1\.[01] (\d+) ", heard)]


def refused(found):
    """Nothing was answered as if it were a good request: in particular not what stands behind it. (libmicrohttpd says a refusal of its own twice.)"""
    return all(x >= 400 for x in found)


def one(*expected):
    return lambda found: found in [[e] for e in expected]


def forms():
    """(name, bytes, whether these statuses are right)."""
    chunks = b"0\r\n\r\n"
    smuggled = GET
    yield "200 requests in one piece", GET * 200, lambda found: found == [200] * 200
    for n in (b"abc", b"-1", b"1e3", b"0x5", b"+5", b"99999999999999999999", b"18446744073709551617", b"5, 6", b"5 5", b""):
        yield f"Content-Length {n.decode()}", LINE + HOST + OURS + b"Content-Length: " + n + b"\r\n\r\n" + b"xxxxx" + smuggled, refused
    yield "two lengths", LINE + HOST + OURS + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nxxxxx" + smuggled, refused
    for te in (b"chunked", b"Chunked", b" chunked", b"chunked ", b"\tchunked"):
        yield f"length and Transfer-Encoding {te!r}", LINE + HOST + OURS + b"Content-Length: 6\r\nTransfer-Encoding:" + te + b"\r\n\r\n" + chunks + smuggled, refused
        yield f"Transfer-Encoding {te!r} and length", LINE + HOST + OURS + b"Transfer-Encoding:" + te + b"\r\nContent-Length: 6\r\n\r\n" + chunks + smuggled, refused
    for te in (b"xchunked", b"identity", b"chunked, identity", b"gzip, chunked", b"gzip", b"chunked\r\nTransfer-Encoding: identity", b'"chunked"'):
        yield f"Transfer-Encoding {te!r}", LINE + HOST + OURS + b"Transfer-Encoding: " + te + b"\r\n\r\n" + chunks + smuggled, refused
    yield "a space before the colon", LINE + HOST + OURS + b"Content-Length : 5\r\n\r\nxxxxx" + smuggled, refused
    yield "a folded header", LINE + HOST + OURS + b"Content-Length: 5\r\n 0\r\n\r\nxxxxx" + smuggled, refused
    for size in (b"5x", b"-5", b"0x5", b"ffffffffffffffff1", b"", b" 5", b"5 "):
        yield f"a chunk of {size!r}", LINE + HOST + OURS + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\nxxxxx\r\n" + chunks, refused
    yield "a chunk without its end", LINE + HOST + OURS + b"Transfer-Encoding: chunked\r\n\r\n5\r\nxxxxxx\r\n" + chunks, refused
    yield "HTTP 0.9", b"GET /healthz\r\n\r\n", refused
    yield "HTTP 2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), refused
    yield "HTTP 1.2 of another sort", b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n", refused
    yield "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500) + b"\r\n\r\n", refused
    yield "no Host", b"GET /healthz HTTP/1.1\r\n\r\n", refused
    yield "no colon", b"GET /healthz HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", refused
    for raw in (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", b"GET /healthz\0x HTTP/1.1\r\nHost: x\r\n\r\n"):
        yield f"a zero byte: {raw}", raw, lambda found: len(found) < 2  # libmicrohttpd ends a string there: no harm is done
    yield "bare ends of lines", LINE.replace(b"\r", b"") + b"Host: x\nContent-Length: 3\n\nxxx", refused
    yield "a path out of the tree", b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", refused
    yield "an encoded path", b"GET /%68ealthz HTTP/1.1\r\nHost: x\r\n\r\n", one(404)
    yield "a URI of 4 KiB and a byte", b"GET /" + b"x" * 4096 + b" HTTP/1.1\r\nHost: x\r\n\r\n", one(414)
    yield "a header of 32 KiB and a byte", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 32769 + b"\r\n\r\n", one(431)
    yield "10,000 headers", b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 10000 + b"\r\n", one(431)
    yield "a body past 2 MiB", LINE + HOST + OURS + b"Content-Length: 2097153\r\n\r\n", one(413)
    yield "a body where none belongs", b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nxxxxx", lambda found: found in ([200], [413])
    api = b"GET /api/v1/allies"
    yield "two Hosts", api + b" HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n" + smuggled, refused
    for host in (b"evil.example", b"", b"localhost@evil.example", b"localhost:8480:1", b"[::1", b"localhost/", b"127.0.0.1.evil.example", b"localhost, evil.example"):
        yield f"Host {host!r}", api + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", refused
    yield "the whole address of another site", b"GET http://evil.example/api/v1/allies HTTP/1.1\r\nHost: localhost\r\n\r\n", one(421)
    yield "the whole address of this one", b"GET http://localhost/api/v1/allies HTTP/1.1\r\nHost: evil.example\r\n\r\n", one(200)
    for part in (b"?x=1", b"?lang=%00", b"?lang=%c0%af", b"?lang=%", b"?lang=%zz", b"?lang=fr&lang=en", b"?\xff=1", b"?" + b"&".join(b"a%d=" % i for i in range(500)), b"/%00",
                 b"%00", b"/..", b"/%2e%2e/%2e%2e/etc/passwd", b"/", b"//"):
        yield f"an address with {part[:20]!r}", api + part + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", refused
    for token in (b"", b"Bearer", b"Bearer ", b"Bearer " + b"a" * 8000, b"Basic YTpi", b"Bearer allied_" + b"a" * 52, b"Bearer \xff\xff"):
        yield f"a token {token[:20]!r}", api + b" HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + token + b"\r\n\r\n", one(401)
    yield "a body that is waited for in vain", b"POST /peer/v1/exchange HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n", one(415)
    for method in (b"CONNECT", b"TRACE", b"OPTIONS", b"get", b"X" * 5000, b"\xff"):
        yield f"method {method[:10]!r}", method + b" " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n", refused


# The tables of §8.5. What is not an item's form but its value (the path, the hash) is in test_refused_http.
HEAD = (uint(1, 1), binary(16), binary(32), binary(32), Form("text", 1, 4), Form("text", 1, 17), binary(16), binary(32))
PAYLOAD = (Form("bin or nil", 16, 16), uint(), listed(binary(1, 1 << 20)), uint(), uint(0, 60_000))


def _variants(values, table):
    """(what, values with one item wrong), and with an item more, less, twice, and exchanged with its neighbour."""
    for i, form in enumerate(table):
        for w in wrong(form):
            yield f"item {i + 1} as {str(w)[:30]}", values[:i] + [w] + values[i + 1:]
        yield f"without item {i + 1}", values[:i] + values[i + 1:]
        yield f"item {i + 1} twice", values[:i + 1] + values[i:]
        if i and values[i] != values[i - 1]:
            yield f"items {i} and {i + 1} exchanged", values[:i - 1] + [values[i], values[i - 1]] + values[i + 1:]
    yield "no array", {}
    yield "empty", []


def bodies(key, alliance, to):
    """(name, body, (status, code)): what exchange.read_request says of it, who wrote it from the same text."""
    payload = [b"s" * 16, 0, [], 0, 0]
    head = [1, alliance, key.public, to, "POST", PATH, b"n" * 16, sign.hash256(encode(payload))]

    def signed(head, payload):
        raw = encode(head)
        return encode([raw, key.sign(exchange.REQUEST, raw), payload])
    made = [(f"head, {told}", signed(bad, encode(payload))) for told, bad in _variants(head, HEAD)]
    for told, bad in _variants(payload, PAYLOAD):
        made.append((f"payload, {told}", signed(head[:7] + [sign.hash256(encode(bad))], encode(bad))))
    raw = encode(head)
    body = [raw, key.sign(exchange.REQUEST, raw), encode(payload)]
    made += [(f"body, {told}", encode(bad)) for told, bad in _variants(body, (binary(1, 512), binary(64), binary(1, 1 << 20)))]
    for told, bytes_ in made:
        expected = _judged(bytes_, alliance, to)
        if expected:
            yield told, bytes_, expected


def _judged(body, alliance, to):
    try:
        _, in_alliance, asked, _, _ = exchange.read_request(body)
    except Refused as e:
        return (403 if e.code == "signature" else 400), e.code
    if in_alliance not in (alliance, bytes(16)):
        return 403, "alliance"
    return (421, "peer_key") if asked != to else None


class Poster:
    """Posts one body after the other on one connection as long as it stands."""

    def __init__(self, target):
        self.connection = http.client.HTTPConnection(f"127.0.0.1:{target.http}", timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def post(self, body):
        for _ in range(5):  # an answer may be lost where the connection is closed before all was read
            try:
                self.connection.request("POST", PATH, body, {"Content-Type": "application/msgpack"})
                answer = self.connection.getresponse()
                told = answer.read()
                code = json.loads(told).get("code") if "json" in answer.getheader("Content-Type", "") else None
                return answer.status, code
            except (OSError, http.client.HTTPException):
                self.connection.close()
        return "no answer", None

