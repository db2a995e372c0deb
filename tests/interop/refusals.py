"""What must be refused (PROTOCOL.md §8.6): each a name, the state to send it in, the code of the BYE that must come (None: the session goes on),
and how its bytes are made from a Material. Some answer with a message instead of a BYE: `answer`.
"""
from collections import namedtuple

import beacon
import commit
import ops
import sign
from charter import write_request
from messages import write
from pack import encode

Refusal = namedtuple("Refusal", "name state code make answer", defaults=(None,))
ZERO, NINE = bytes(32), b"9" * 32


class Material:
    """What bad messages are made of: an author that is a member with a log known to all, and a replica that knows the alliance."""

    def __init__(self, node, member):
        self.node, self.author, self.replica, self.member = node, node.author, node.replica, member
        self.me, self.incarnation, self.seq = node.key.public, node.author.incarnation, node.author.seq + 1
        self.stranger = sign.Key()
        self.entity = node.ally + b"e" * 16
        self.dot = self.replica.logs[self.me, self.incarnation].chain[-1].dot(0)
        self.act = next(iter(self.replica.acts.values()))
        self.charter = self.replica.authority.chain[0]

    def commit(self, op=None, title="x", **wrong):
        """What could come next in the author's log, or with `wrong` could not."""
        at = {"key": self.node.key, "alliance": self.replica.alliance, "incarnation": self.incarnation, "seq": self.seq, "prev": self.author.prev,
              "clock": self.author.clock + 1}
        at.update((k, wrong.pop(k)) for k in list(wrong) if k in at)
        op = op or ([ops.PUT, self.entity, [[4, "fr", [], []]], []], [title])
        return commit.write(at["key"], at["alliance"], at["incarnation"], at["seq"], at["prev"], at["clock"], [op], **wrong)

    def erase(self, **wrong):
        return self.commit(([ops.ERASE, self.me, [self.dot]], ["x"]), **wrong)

    def new(self, raw, site=None, seq=None):
        return write("NEW", site or self.me, self.incarnation, seq or self.seq, NINE, raw)

    def run(self, *raw, site=None):
        return write("RUN", site or self.me, self.incarnation, self.seq, list(raw), True)

    def hello(self, **wrong):
        h = {"version": 1, "alliance": self.replica.alliance, "site": self.member.key.public, "session": b"8" * 8}
        h.update(wrong)
        return write("HELLO", *h.values(), *self.replica.newest(), ZERO, 2, ZERO, "x")

    def promise(self, key, signature=None):
        promise = encode([self.charter.id, key.public])
        return encode([promise, signature or key.sign(sign.PROMISE, promise)])

    def beacon(self, key=None, signature=None, **said):
        data, signed = beacon.write(key or self.node.key, said.pop("alliance", self.replica.alliance), **said)
        return write("BEACON", data, signature or signed)

    def join(self, secret=None, site=None, alliance=None):
        return write_request(alliance or self.replica.alliance, secret or sign.Key(), site or self.member.key, b"a" * 8, "x", "y")


def digests(level, *sites):
    return write("VECTOR", level, [[s, *([1, 1] if level == 2 else []), NINE] for s in sites], False)


PING = [13, 1, ZERO, 0, ZERO]
WRONG_BYTES = [
    Refusal("a number not in its shortest form", "LIVE", "not_shortest", lambda m: b"\x95\xcc\x0d" + encode(PING)[2:]),
    Refusal("a float", "LIVE", "forbidden", lambda m: b"\x95\x0d\xca" + bytes(4) + encode(PING)[3:]),
    Refusal("an ext", "LIVE", "forbidden", lambda m: b"\x95\x0d\xd4\x01\x01" + encode(PING)[3:]),
    Refusal("a timestamp", "LIVE", "forbidden", lambda m: b"\x95\x0d\xd6\xff" + bytes(4) + encode(PING)[3:]),
    Refusal("the byte c1", "LIVE", "forbidden", lambda m: b"\xc1"),
    Refusal("a key twice", "LIVE", "key_order", lambda m: b"\x92\x0d\x82\x01\x01\x01\x01"),
    Refusal("keys in falling order", "LIVE", "key_order", lambda m: b"\x92\x0d\x82\x02\x01\x01\x01"),
    Refusal("bytes after the message", "LIVE", "trailing", lambda m: encode(PING) + b"\x00"),
    Refusal("half a message", "LIVE", "truncated", lambda m: encode(PING)[:-5]),
    Refusal("an empty frame", "LIVE", "truncated", lambda m: b""),
    Refusal("text that is not UTF-8", "LIVE", "utf8", lambda m: b"\x94\x0f\xa2\xc3\x28\xa0\x00"),
    Refusal("seventeen arrays in each other", "LIVE", "depth", lambda m: b"\x91" * 17 + b"\x00"),
    Refusal("too many values", "LIVE", "items", lambda m: b"\xdd\x00\x01\x86\xa0" + b"\x00" * 100_000),
    Refusal("an unknown message", "LIVE", "peer_protocol", lambda m: encode([99])),
]
WRONG_TIME = [
    *(Refusal(f"{name} before HELLO", "HELLO", "peer_protocol", lambda m, make=make: make(m)) for name, make in (
        ("PING", lambda m: encode(PING)), ("CHARTER", lambda m: write("CHARTER", [], [], False)), ("JOIN", lambda m: encode(m.join())),
        ("VECTOR", lambda m: write("VECTOR", 0, ZERO)))),
    *(Refusal(f"{name} before the charters", "CHARTER", "peer_protocol", lambda m, make=make: make(m)) for name, make in (
        ("HELLO", lambda m: m.hello()), ("VECTOR", lambda m: write("VECTOR", 0, ZERO)), ("WANT", lambda m: write("WANT", m.me, 1, 1, 1)),
        ("RUN", lambda m: m.run()), ("ACK", lambda m: write("ACK", 0, [])), ("NEW", lambda m: m.new(None)), ("ERASE", lambda m: write("ERASE", [])),
        ("FORK", lambda m: write("FORK", b"x", b"x")), ("PROMISE", lambda m: write("PROMISE", [])), ("WELCOME", lambda m: write("WELCOME", "ok", "")))),
    *(Refusal(f"{name} in LIVE", "LIVE", "peer_protocol", lambda m, make=make: make(m)) for name, make in (
        ("HELLO", lambda m: m.hello()), ("WELCOME", lambda m: write("WELCOME", "ok", "")))),
]
WRONG_HELLO = [
    Refusal("HELLO of another version", "HELLO", "version", lambda m: m.hello(version=2)),
    Refusal("HELLO of another alliance", "HELLO", "alliance", lambda m: m.hello(alliance=b"z" * 16)),
    Refusal("HELLO of a site that is not the key's", "HELLO", "peer_key", lambda m: m.hello(site=m.stranger.public)),
]
WRONG_DOCUMENTS = [
    Refusal("a malformed charter", "LIVE", "forbidden", lambda m: write("CHARTER", [b"\xc1"], [], False)),
    Refusal("a malformed act", "LIVE", "truncated", lambda m: write("CHARTER", [], [b"\x92"], False)),
    Refusal("an act that nobody signed", "LIVE", None, lambda m: write("CHARTER", [], [encode([m.act.bytes, bytes(64)])], False)),
    Refusal("a malformed erasure", "LIVE", "forbidden", lambda m: write("ERASE", [b"\xc1"])),
    Refusal("an erasure with a wrong signature", "LIVE", "signature", lambda m: write("ERASE", [m.erase(signature=bytes(64))])),
    Refusal("an erasure of another alliance", "LIVE", "alliance", lambda m: write("ERASE", [m.erase(alliance=b"z" * 16)])),
    Refusal("an erasure that erases nothing", "LIVE", None, lambda m: write("ERASE", [m.commit()])),
    Refusal("an erasure by a stranger", "LIVE", None, lambda m: write("ERASE", [m.erase(key=m.stranger)])),
    Refusal("a fork of one commit", "LIVE", "chain", lambda m: write("FORK", *[m.commit(salt=b"s" * 16)] * 2)),
    Refusal("a fork with other predecessors", "LIVE", "chain", lambda m: write("FORK", m.commit(prev=NINE), m.commit(prev=b"8" * 32))),
    Refusal("a fork with a wrong signature", "LIVE", "signature", lambda m: write("FORK", m.commit(), m.commit(signature=bytes(64)))),
    Refusal("a malformed fork", "LIVE", "forbidden", lambda m: write("FORK", m.commit(), b"\xc1")),
    Refusal("a fork of a stranger's log", "LIVE", None, lambda m: write("FORK", m.commit(key=m.stranger), m.commit(key=m.stranger, title="y"))),
    Refusal("a promise with a wrong signature", "LIVE", "signature", lambda m: write("PROMISE", [m.promise(m.node.key, bytes(64))])),
    Refusal("a stranger's promise", "LIVE", "standing", lambda m: write("PROMISE", [m.promise(m.stranger)])),
    Refusal("a malformed promise", "LIVE", "forbidden", lambda m: write("PROMISE", [b"\xc1"])),
]
BEACONS = [
    Refusal("a malformed beacon", "LIVE", "type", lambda m: write("BEACON", b"\x01", bytes(64))),
    Refusal("a beacon with a wrong signature", "LIVE", "signature", lambda m: m.beacon(signature=bytes(64))),
    Refusal("a beacon of another alliance", "LIVE", "alliance", lambda m: m.beacon(alliance=b"z" * 16)),
    Refusal("a beacon with problems that fall", "LIVE", "key_order", lambda m: m.beacon(problems=[2, 1])),
    Refusal("a beacon before the charters", "CHARTER", "peer_protocol", lambda m: m.beacon()),
    Refusal("a stranger's beacon", "LIVE", None, lambda m: m.beacon(key=m.stranger)),
    Refusal("a beacon that is older", "LIVE", None, lambda m: m.beacon(number=1)),
    Refusal("a beacon of a form to come", "LIVE", None, lambda m: write("BEACON", encode([2, "whatever"]), bytes(64))),
    Refusal("a beacon of the year 2500", "LIVE", None, lambda m: m.beacon(at=16725225600000)),
]
WRONG_FLOW = [
    Refusal("digests in falling order", "LIVE", "key_order", lambda m: digests(1, b"b" * 32, b"a" * 32)),
    Refusal("digests of a site twice", "LIVE", "key_order", lambda m: digests(1, b"b" * 32, b"b" * 32)),
    Refusal("heads in falling order", "LIVE", "key_order", lambda m: digests(2, b"b" * 32, b"a" * 32)),
    Refusal("WANT of a log of nobody", "LIVE", "peer_protocol", lambda m: write("WANT", m.stranger.public, 1, 1, 1)),
    Refusal("RUN of a log of nobody", "LIVE", "peer_protocol", lambda m: m.run(site=m.stranger.public)),
    Refusal("RUN with a commit of another log", "LIVE", "peer_protocol", lambda m: m.run(m.commit(incarnation=m.incarnation + 1))),
    Refusal("RUN with a commit of another place", "LIVE", "peer_protocol", lambda m: m.run(m.commit(seq=m.seq + 1))),
    Refusal("RUN with a wrong signature", "LIVE", None, lambda m: m.run(m.commit(signature=bytes(64))), "ACK"),
    Refusal("RUN with a commit of another alliance", "LIVE", None, lambda m: m.run(m.commit(alliance=b"z" * 16)), "ACK"),
    Refusal("NEW with a commit of another log", "LIVE", "peer_protocol", lambda m: m.new(m.commit(incarnation=m.incarnation + 1))),
    Refusal("RUN with a malformed commit", "LIVE", None, lambda m: m.run(b"\xc1"), "ACK"),
    Refusal("NEW with a wrong signature", "LIVE", None, lambda m: m.new(m.commit(signature=bytes(64))), "ACK"),
    Refusal("NEW with a malformed commit", "LIVE", None, lambda m: m.new(b"\xc1"), "ACK"),
    Refusal("NEW of a stranger's log", "LIVE", None, lambda m: m.new(m.commit(key=m.stranger), site=m.stranger.public), "ACK"),
]
STRANGER = [  # by a key that is no member
    Refusal("WANT by a stranger", "CHARTER", "peer_protocol", lambda m: write("WANT", m.me, 1, 1, 1)),
    Refusal("VECTOR by a stranger", "CHARTER", "peer_protocol", lambda m: write("VECTOR", 0, ZERO)),
    Refusal("JOIN with a secret that nobody gave out", "CHARTER", "invite_unknown", lambda m: encode(m.join()), "WELCOME"),
    Refusal("JOIN with a wrong signature", "CHARTER", "signature", lambda m: encode(m.join()[:2] + [bytes(64)] * 2), "WELCOME"),
    Refusal("JOIN to another alliance", "CHARTER", "alliance", lambda m: encode(m.join(alliance=b"z" * 16)), "WELCOME"),
    Refusal("JOIN for another site", "CHARTER", "peer_key", lambda m: encode(m.join(site=sign.Key())), "WELCOME"),
    Refusal("JOIN with a malformed request", "CHARTER", "forbidden", lambda m: encode([11, b"\xc1", bytes(64), bytes(64)]), "WELCOME"),
    Refusal("JOIN with a used invitation", "CHARTER", "invite_used", lambda m: encode(m.join(sign.Key(m.node.invitation.seed))), "WELCOME"),
]
MEMBER = WRONG_BYTES + WRONG_TIME + WRONG_HELLO + WRONG_DOCUMENTS + BEACONS + WRONG_FLOW
