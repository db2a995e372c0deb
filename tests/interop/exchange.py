"""Bodies of requests and answers over HTTP (PROTOCOL.md §8.5)."""
import os
from collections import namedtuple

from pack import MESSAGE_MAX, decode, encode, fields, refuse_unless, take_bin, take_bool, take_list, take_uint
from sign import hash256, valid

PATH, REQUEST, ANSWER = "/peer/v1/exchange", b"allied/request/1", b"allied/response/1"
BODY_MAX, HEAD_MAX, WAIT_MAX = 2 << 20, 512, 60_000

Request = namedtuple("Request", "session first messages received wait")
Answer = namedtuple("Answer", "session first messages received open")


def write_request(key, alliance, to, request):
    """The body, and its hash, which the answer names."""
    payload = encode(list(request))
    head = encode([1, alliance, key.public, to, "POST", PATH, os.urandom(16), hash256(payload)])
    signature = key.sign(REQUEST, head)
    return encode([head, signature, payload]), hash256(REQUEST, head, signature)


def _read(body, items):
    b = fields(decode(body, BODY_MAX), 3)
    raw, signature, payload = take_bin(b[0]), take_bin(b[1], 64), take_bin(b[2])
    refuse_unless(len(raw) <= HEAD_MAX, "range", "the head")
    head = fields(decode(raw), items)
    decode(payload, BODY_MAX)
    refuse_unless(take_uint(head[0], 0, (1 << 64) - 1) == 1, "version")
    return head, raw, signature, payload


def _payload(raw):
    p = fields(decode(raw), 5)
    take_uint(p[1]), take_uint(p[3])
    for m in take_list(p[2]):
        take_bin(m)
        refuse_unless(len(m) <= MESSAGE_MAX, "range")
    return p


def read_answer(body, to, asked):
    head, raw, signature, payload = _read(body, 3)
    refuse_unless(take_bin(head[1], 32) == asked, "peer_protocol", "another request")
    refuse_unless(take_bin(head[2], 32) == hash256(payload), "commitment")
    refuse_unless(valid(to, ANSWER, raw, signature), "signature")
    a = Answer(*_payload(payload))
    take_bin(a.session, 16), take_bool(a.open)
    return a


def read_request(body):
    """Who asks, of which alliance, whom; the request and its hash."""
    head, raw, signature, payload = _read(body, 8)
    alliance, sender, to = take_bin(head[1], 16), take_bin(head[2], 32), take_bin(head[3], 32)
    refuse_unless(isinstance(head[4], str) and isinstance(head[5], str), "type")
    refuse_unless(head[4:6] == ["POST", PATH], "peer_protocol", "another path")
    take_bin(head[6], 16)
    refuse_unless(take_bin(head[7], 32) == hash256(payload), "commitment")
    refuse_unless(valid(sender, REQUEST, raw, signature), "signature")
    r = Request(*_payload(payload))
    r.session is None or take_bin(r.session, 16)
    take_uint(r.wait, 0, WAIT_MAX)
    refuse_unless(r.session or not (r.first or r.messages or r.received or r.wait), "peer_protocol", "a first request that says something")
    return sender, alliance, to, r, hash256(REQUEST, raw, signature)
