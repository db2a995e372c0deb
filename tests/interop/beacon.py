"""What a site says of its health (PROTOCOL.md §8.7): read, checked, said, kept and passed on."""
import time
from collections import namedtuple

from pack import ascending, decode, encode, fields, refuse_unless, take_bin, take_list, take_text, take_uint
from sign import BEACON, valid

NAMES = ("form alliance site number at version inputs fold state commits unheld disk_free disk_total last_backup up_since problems p50 p95 "
         "samples").split()
NUMBERS = set("number at fold commits unheld disk_free disk_total last_backup up_since p50 p95 samples".split())
SIZES = {"alliance": 16, "site": 32, "inputs": 32, "state": 32}
Kept = namedtuple("Kept", "beacon said signature")


def read(data):
    """By name; Refused, with `version` for a form that is yet to come."""
    v = take_list(decode(data, 1024), 1)
    refuse_unless(take_uint(v[0]) == 1, "version")
    b = dict(zip(NAMES, fields(v, len(NAMES))))
    for name in NAMES[1:]:
        if name in NUMBERS:
            take_uint(b[name], 1 if name == "number" else 0)
        elif name in SIZES:
            take_bin(b[name], SIZES[name])
    take_text(b["version"], 0, 64)
    ascending([take_uint(p, 0, 65535) for p in take_list(b["problems"], 0, 32)])
    refuse_unless(b["disk_free"] <= b["disk_total"] and b["p50"] <= b["p95"], "range")
    return b


def check(b, data, signature):
    refuse_unless(valid(b["site"], BEACON, data, signature), "signature")


def write(key, alliance, **said):
    """[beacon bin, signature]"""
    now = int(time.time() * 1000)
    b = {"form": 1, "alliance": alliance, "site": key.public, "number": now, "at": now, "version": "python/1", "inputs": bytes(32), "state": bytes(32),
         "problems": [], **{n: 0 for n in NUMBERS - {"number", "at"}}}
    b.update(said)
    data = encode([b[n] for n in NAMES])
    return data, key.sign(BEACON, data)


class Beacons:
    """The newest of each site; of each, the peers (by key) that had that number from here or gave it."""

    def __init__(self):
        self.kept, self.had = {}, {}

    def take(self, replica, peer, data, signature):
        """True where it is news."""
        b = read(data)
        refuse_unless(b["alliance"] == replica.alliance, "alliance")
        known = self.kept.get(b["site"])
        if not replica.is_member(b["site"]) or known and known.said["number"] >= b["number"]:
            return False
        check(b, data, signature)
        self.kept[b["site"]], self.had[b["site"]] = Kept(data, b, signature), {peer}
        return True

    def for_peer(self, peer):
        """[beacon bin, signature] of all that this peer lacks."""
        owed = [k for site, k in self.kept.items() if site != peer and peer not in self.had[site]]
        for k in owed:
            self.had[k.said["site"]].add(peer)
        return [(k.beacon, k.signature) for k in owed]
