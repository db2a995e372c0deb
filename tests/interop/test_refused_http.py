"""What is no valid request of anybody, over HTTP: the status and the code of PROTOCOL.md §8.5; and what a session over HTTP must refuse."""
import http.client
import json
import os

import exchange
import messages
import sign
from alliance import Alliance, equal
from exchange import PATH, Request, write_request
from pack import encode
from strangers import member

EMPTY = Request(None, 0, [], 0, 0)
OURS = {"Content-Type": "application/msgpack"}


def ask(site, body, path=PATH, method="POST", headers=None):
    """Status, code and body of the answer."""
    connection = http.client.HTTPConnection(site.http, timeout=10)
    try:
        connection.connect()
        try:
            connection.request(method, path, body, OURS if headers is None else headers)
            answer = connection.getresponse()
        except BrokenPipeError:  # it answered before it had read all of what it refuses
            answer = http.client.HTTPResponse(connection.sock, method=method)
            answer.begin()
        body, kind = answer.read(), answer.getheader("Content-Type", "")
        return answer.status, json.loads(body).get("code") if "json" in kind else None, body
    finally:
        connection.close()


def damaged(key, alliance, to, **wrong):
    """A first request with something else in its head, validly signed."""
    payload = wrong.get("payload", encode(list(EMPTY)))
    head = [1, alliance, key.public, to, "POST", PATH, os.urandom(16), sign.hash256(payload)]
    for at, value in wrong.get("head", {}).items():
        head[at] = value
    head = encode(head)
    return encode([head, wrong.get("signature") or key.sign(exchange.REQUEST, head), payload])


def rows(key, alliance, to):
    good = damaged(key, alliance, to)
    return [
        ("no msgpack", (400, "forbidden"), b"\xc1", {}),
        ("half a body", (400, "truncated"), good[:-1], {}),
        ("bytes after it", (400, "trailing"), good + b"\x00", {}),
        ("nothing at all", (400, "truncated"), b"", {}),
        ("another version", (400, "version"), damaged(key, alliance, to, head={0: 2}), {}),
        ("another path in the head", (400, "peer_protocol"), damaged(key, alliance, to, head={5: "/prefix" + PATH}), {}),
        ("a short nonce", (400, "range"), damaged(key, alliance, to, head={6: b"n"}), {}),
        ("another payload", (400, "commitment"), damaged(key, alliance, to, head={7: bytes(32)}), {}),
        ("a wait past a minute", (400, "range"), damaged(key, alliance, to, payload=encode([b"s" * 16, 0, [], 0, 60_001])), {}),
        ("a first request that says something", (400, "peer_protocol"), damaged(key, alliance, to, payload=encode([None, 0, [b"x"], 0, 0])), {}),
        ("a wrong signature", (403, "signature"), damaged(key, alliance, to, signature=bytes(64)), {}),
        ("another alliance", (403, "alliance"), damaged(key, b"z" * 16, to), {}),
        ("a site that is not here", (421, "peer_key"), damaged(key, alliance, sign.Key().public), {}),
        ("another path", (404, None), good, {"path": "/peer/v1/other"}),
        ("another method", (405, None), good, {"method": "PUT"}),
        ("too large a body", (413, "too_large"), b"x" * ((2 << 20) + 1), {}),
        ("another content", (415, "type"), good, {"headers": {"Content-Type": "application/json"}}),
        ("a long URI", (414, None), good, {"path": PATH + "?" + "x" * 5000}),
        ("long headers", (431, None), good, {"headers": {**OURS, "X-Long": "x" * 33_000}}),
    ]


def test_what_is_no_request_over_http_gets_the_documented_status():
    with Alliance() as a:
        citego = a.found("Citego", http=True).start()
        node, _ = member(citego)
        node.hang_up()
        found = []
        for name, expected, body, how in rows(node.key, node.replica.alliance, node.invitation.inviter):
            for _ in range(5):  # an answer may be lost where the connection is closed before all was read
                try:
                    status, code, _ = ask(citego, body, **how)
                    break
                except OSError as e:
                    status, code = type(e).__name__, None
            if status != expected[0] or expected[1] not in (None, code):
                found.append((name, (status, code), expected))
        node.close()
        equal(found, [], "otherwise than documented")


class Asker:
    """A session over HTTP by single requests, each answer of which is read."""

    def __init__(self, site, node):
        self.site, self.node, self.id, self.got, self.said = site, node, None, 0, 0

    def ask(self, *carried, **other):
        r = Request(self.id, self.said, list(carried), self.got, 0) if self.id else EMPTY
        body, asked = write_request(self.node.key, self.node.replica.alliance, self.node.invitation.inviter, r._replace(**other))
        status, code, raw = ask(self.site, body)
        equal((status, code), (200, None), "the answer")
        a = exchange.read_answer(raw, self.node.invitation.inviter, asked)
        self.id, self.said = a.session, self.said + len(carried)
        self.got = a.first + len(a.messages)
        return [messages.read(m) for m in a.messages], a.open


def hello(node):
    return messages.write("HELLO", 1, node.replica.alliance, node.key.public, b"8" * 8, *node.replica.newest(), bytes(32), 2, bytes(32), "x")


def test_a_session_over_http_ends_where_the_text_says():
    with Alliance() as a:
        citego = a.found("Citego", http=True).start()
        node, _ = member(citego)
        node.hang_up()

        def fails(code, *carried, **other):
            asker = Asker(citego, node)
            equal(asker.ask(), ([], True), "a session and nothing else")
            told, opened = asker.ask(*carried, **other)
            told += asker.ask(wait=100)[0] if opened else []
            byes = [m for m in told if m[0] == "BYE"]
            equal([m[1] for m in byes], [code] if code else [], f"the BYE after {carried} {other}")
            return told
        names = [m[0] for m in fails(None, hello(node))]
        equal(names[:2], ["HELLO", "CHARTER"], "what is said first")
        fails("forbidden", b"\xc1")
        fails("peer_protocol", messages.write("WANT", node.key.public, 1, 1, 1))
        fails("peer_protocol", hello(node), hello(node))
        fails("peer_protocol", received=7)
        told = fails(None, hello(node), first=3)
        equal([m[0] for m in told], ["HELLO"], "messages that come too early are not taken")
        asker = Asker(citego, node)
        asker.id = b"u" * 16
        equal(asker.ask(), ([], False), "a session that nobody named")
        node.close()
