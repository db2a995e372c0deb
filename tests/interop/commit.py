"""Commits (PROTOCOL.md §4): read() judges the form of one as carried, write() makes one; admit() is what needs more than the bytes."""
import os

from pack import (BODY_MAX, COMMIT_MAX, ENVELOPE_MAX, U63, decode, encode, fields, refuse_unless, take_bin, take_list, take_uint)
from sign import COMMIT, hash256, valid

ERASED, MISSING = None, False
CLOCK_END = 7258118400000 << 16
CONTROL = {1, 3, 4, 5, 34, 35}  # kinds that are never erased (§5)


class Commit:
    """One commit. `bodies` are (salt, body), ERASED or MISSING; a body that does not match its commitment becomes MISSING in admit()."""

    def __init__(self, envelope, signature, bodies):
        self.envelope, self.signature, self.bodies = envelope, signature, bodies
        e = fields(decode(envelope, ENVELOPE_MAX), 8)
        refuse_unless(take_uint(e[0]) == 1, "version")
        self.alliance, self.site = take_bin(e[1], 16), take_bin(e[2], 32)
        self.incarnation, self.seq = take_uint(e[3], 1), take_uint(e[4], 1)
        self.prev, self.clock = take_bin(e[5], 32), take_uint(e[6], 0, 2 ** 64)
        ops = [fields(op, 2) for op in take_list(e[7], 1, 256)]
        self.headers = [op[0] for op in ops]
        self.commitments = [take_bin(op[1], 32) for op in ops]
        refuse_unless((self.seq == 1) == (self.prev == bytes(32)), "chain")
        refuse_unless(1 <= self.clock < CLOCK_END, "clock")
        self.id = hash256(COMMIT, envelope, signature)
        self.log = self.site, self.incarnation

    def kind(self, i):
        """The kind of op i, or None where the header is none (§5)."""
        h = self.headers[i]
        ok = (isinstance(h, list) and len(h) >= 2 and type(h[0]) is int and 0 <= h[0] <= U63
              and isinstance(h[1], bytes) and 1 <= len(h[1]) <= 64)
        return h[0] if ok else None

    def dot(self, i):
        return self.id[:16] + bytes([i])

    def holes(self, erased):
        """Ops whose body is to be asked for; `erased`: the dots that an erasure names."""
        return [i for i, b in enumerate(self.bodies) if not isinstance(b, tuple) and self.dot(i) not in erased]

    def carried(self, erased=()):
        return encode([self.envelope, self.signature, [self._body(i, erased) for i in range(len(self.bodies))]])

    def _body(self, i, erased):
        if self.dot(i) in erased and self.kind(i) not in CONTROL:
            return ERASED
        return list(self.bodies[i]) if isinstance(self.bodies[i], tuple) else MISSING


def read(carried):
    """A commit of valid form, or Refused."""
    c = fields(decode(carried, COMMIT_MAX), 3)
    envelope, signature = take_bin(c[0]), take_bin(c[1], 64)
    bodies = take_list(c[2])
    commit = Commit(envelope, signature, [])
    refuse_unless(len(bodies) == len(commit.headers), "range", "bodies")
    for b in bodies:
        if b is ERASED or b is MISSING:
            commit.bodies.append(b)
            continue
        salt, body = fields(b, 2)
        refuse_unless(len(body) <= BODY_MAX if isinstance(body, bytes) else True, "too_large")
        take_bin(salt, 16)
        refuse_unless(isinstance(body, bytes), "type")
        commit.bodies.append((salt, body))
    return commit


def admit(commit, alliance):
    """Alliance and signature; bodies that do not fit become holes: their indexes."""
    refuse_unless(commit.alliance == alliance, "alliance")
    refuse_unless(valid(commit.site, COMMIT, commit.envelope, commit.signature), "signature")
    wrong = []
    for i, b in enumerate(commit.bodies):
        if isinstance(b, tuple) and hash256(*b) != commit.commitments[i]:
            commit.bodies[i] = MISSING
            wrong.append(i)
        elif b is ERASED and commit.kind(i) in CONTROL:
            commit.bodies[i] = MISSING
    return wrong


def write(key, alliance, incarnation, seq, prev, clock, ops, **wrong):
    """A commit of [(header, body value)], as carried. `wrong` puts other things in: envelope fields by name, `signature`, `salt`."""
    salt = [wrong.get("salt") or os.urandom(16) for _ in ops]
    bodies = [body if isinstance(body, bytes) else encode(body) for _, body in ops]
    e = {"version": 1, "alliance": alliance, "site": key.public, "incarnation": incarnation, "seq": seq, "prev": prev, "clock": clock,
         "ops": [[header, hash256(s, b)] for (header, _), s, b in zip(ops, salt, bodies)]}
    e.update((k, v) for k, v in wrong.items() if k in e)
    envelope = encode(list(e.values()))
    signature = wrong.get("signature") or key.sign(COMMIT, envelope)
    return encode([envelope, signature, wrong.get("bodies", [[s, b] for s, b in zip(salt, bodies)])])
