"""The message table of PROTOCOL.md §8.1, as data: read() judges a message by it, and test_hostile makes its bad messages from it."""
from collections import namedtuple

from pack import (COMMIT_MAX, MESSAGE_MAX, U63, Refused, decode, encode, refuse_unless, take_bin, take_bool, take_list, take_text,
                  take_uint)

# What a field may be. `of`: the form of a list's items, or the forms of a tuple's.
Form = namedtuple("Form", "what least most of", defaults=(0, U63, None))


def uint(least=0, most=U63):
    return Form("uint", least, most)


def binary(least, most=None):
    return Form("bin", least, most or least)


def text(most):
    return Form("text", 0, most)


def listed(of):
    return Form("list", of=of)


def tupled(*of):
    return Form("tuple", of=of)


BOOL = Form("bool")
SOME = binary(1, COMMIT_MAX)  # a commit, a charter, an act
B32, LOG = binary(32), (binary(32), uint(1))

Kind = namedtuple("Kind", "number name fields")
KINDS = [
    Kind(1, "HELLO", (uint(), binary(16), B32, binary(8), uint(), B32, uint(), B32, B32, uint(), B32, text(64))),
    Kind(2, "CHARTER", (listed(SOME), listed(SOME), BOOL)),
    Kind(3, "ERASE", (listed(SOME),)),
    Kind(4, "FORK", (SOME, SOME)),
    Kind(5, "VECTOR", (uint(0, 0), B32)),
    Kind(5, "VECTOR", (uint(1, 1), listed(tupled(B32, B32)), BOOL)),
    Kind(5, "VECTOR", (uint(2, 2), listed(tupled(*LOG, uint(1), B32)), BOOL)),
    Kind(6, "WANT", (*LOG, uint(1), uint(1))),
    Kind(7, "RUN", (*LOG, uint(1), listed(SOME), BOOL)),
    Kind(8, "ACK", (uint(), listed(tupled(*LOG, uint(1))))),
    Kind(9, "NEW", (*LOG, uint(1), B32, Form("bin or nil", 1, COMMIT_MAX))),
    Kind(10, "BEACON", (binary(1, 1024), binary(64))),
    Kind(11, "JOIN", (binary(1, 8192), binary(64), binary(64))),
    Kind(12, "WELCOME", (text(32), text(512))),
    Kind(13, "PING", (uint(), B32, uint(), B32)),
    Kind(14, "PONG", (uint(), B32, uint(), B32)),
    Kind(15, "BYE", (text(32), text(512), uint(0, 86400))),
    Kind(16, "PROMISE", (listed(SOME),)),
    Kind(17, "VOUCH", (binary(1, 8192), binary(64), binary(64), binary(1, 256), binary(64))),
]
NUMBER = {k.name: k.number for k in KINDS}
NAME = {k.number: k.name for k in KINDS}


def take(form, v):
    """v, judged by its form."""
    if form.what == "uint":
        return take_uint(v, form.least, form.most)
    if form.what == "bin or nil" and v is None:
        return v
    if form.what in ("bin", "bin or nil"):
        refuse_unless(isinstance(v, bytes), "type")
        refuse_unless(form.least <= len(v) <= form.most, "range")
        return take_bin(v, len(v))
    if form.what == "text":
        return take_text(v, form.least, form.most)
    if form.what == "bool":
        return take_bool(v)
    if form.what == "list":
        return [take(form.of, x) for x in take_list(v)]
    take_list(v, len(form.of), len(form.of))
    return [take(f, x) for f, x in zip(form.of, v)]


def read(data):
    """[name, field …] of a message, or Refused."""
    m = take_list(decode(data, MESSAGE_MAX), 1)
    number = take_uint(m[0])
    refuse_unless(number in NAME, "peer_protocol", "unknown message")
    kinds = [k for k in KINDS if k.number == number]
    if number == NUMBER["VECTOR"]:
        refuse_unless(len(m) > 1, "truncated")
        level = take_uint(m[1], 0, 2)
        kinds = [kinds[level]]
    kind, found = kinds[0], [NAME[number]]
    for at, form in enumerate(kind.fields, 1):
        refuse_unless(at < len(m), "truncated")
        found.append(take(form, m[at]))
    refuse_unless(len(m) == len(found), "trailing")
    if kind.name == "WANT":
        refuse_unless(found[4] >= found[3], "range")
    return found


def write(name, *fields):
    return encode([NUMBER[name], *fields])


__all__ = ["KINDS", "NAME", "NUMBER", "Refused", "read", "write", "encode"]
