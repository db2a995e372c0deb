"""Charters, roster acts, promises, invitations and requests as bytes (PROTOCOL.md §7.1, §7.3, §7.5, §9): each is read with its form judged."""
from collections import namedtuple

from pack import (CHARTER_MAX, Refused, ascending, decode, encode, fields, refuse_unless, take_bin, take_bool, take_list, take_text,
                  take_uint)
from sign import CHARTER, JOIN, PROMISE, ROSTER, base32, base32_decode, hash256, valid

Ally = namedtuple("Ally", "id name college heir sites")
Site = namedtuple("Site", "id name votes")
Head = namedtuple("Head", "site incarnation seq id")
Invitation = namedtuple("Invitation", "version alliance charter inviter addresses seed expires name")

ADMIT, SUSPEND, LIFT, REPLACE, CHECKPOINT = range(1, 6)


def name(v):
    return take_text(v, 1, 200, empty="text_empty")


def _head(v, alone=False):
    h = Head(*fields(v, 4))
    take_bin(h.site, 32), take_uint(h.incarnation), take_uint(h.seq), take_bin(h.id, 32)
    if alone and h.incarnation == 0:
        refuse_unless(h.seq == 0 and h.id == bytes(32), "range")
    else:
        refuse_unless(h.incarnation and h.seq, "range")
    return h


def heads(v, alone=False):
    found = [_head(h, alone) for h in take_list(v)]
    ascending([h[:2] for h in found])
    if alone:
        lonely = {h.site for h in found if h.incarnation == 0}
        refuse_unless(not any(h.site in lonely and h.incarnation for h in found), "range")
    return found


class Charter:
    def __init__(self, carried):
        c = fields(decode(carried, CHARTER_MAX), 3)
        self.body = take_bin(c[0])
        self._read(fields(decode(self.body), 13))
        self.id = hash256(CHARTER, self.body)
        signed = [fields(s, 2) for s in take_list(c[1])]
        ascending([take_bin(s[0], 32) for s in signed])
        self.signatures = {}
        for site, signature in signed:
            self.add(site, take_bin(signature, 64))
        self.motion = c[2] if c[2] is None else take_bin(c[2])

    def add(self, site, signature):
        """What does not verify is passed over: it neither helps nor harms."""
        if valid(site, CHARTER, self.body, signature):
            self.signatures.setdefault(site, signature)

    def carried(self):
        return encode([self.body, [list(s) for s in sorted(self.signatures.items())], self.motion])

    def _read(self, b):
        refuse_unless(take_uint(b[0]) == 1, "version")
        self.number, self.prev, self.name = take_uint(b[1]), take_bin(b[2], 32), name(b[3])
        take_bin(b[4], 32)
        self.registrar = take_bin(b[5], 32)
        self.allies = [self._ally(a) for a in take_list(b[6], 1)]
        self.roles = [(name(r[0]), take_bin(r[1], 8)) for r in (fields(r, 2) for r in take_list(b[7]))]
        refuse_unless(isinstance(b[8], dict), "type")
        self.rules = {take_uint(k): take_uint(v) for k, v in b[8].items()}
        for kind, points, cap in (fields(s, 3) for s in take_list(b[9])):
            name(kind), take_uint(points), take_uint(cap)
        self.checkpoint, self.cuts = heads(b[10]), heads(b[11], alone=True)
        n, act = fields(b[12], 2)
        self.roster = take_uint(n), take_bin(act, 32)
        refuse_unless((n == 0) == (act == bytes(32)), "range")
        keys = [s.id for a in self.allies for s in a.sites] + [self.registrar]
        ids = [a.id for a in self.allies]
        refuse_unless(len(set(keys)) == len(keys) and len(set(ids)) == len(ids), "charter", "somebody twice")

    @staticmethod
    def _ally(v):
        a = fields(v, 5)
        sites = [Site(take_bin(s[0], 32), name(s[1]), take_bool(s[2])) for s in (fields(s, 3) for s in take_list(a[4]))]
        return Ally(take_bin(a[0], 8), name(a[1]), take_uint(a[2], 0, 2), take_bin(a[3], 0, 8), sites)

    def secretariat(self, ally):
        return ("secretariat", ally) in self.roles

    def is_founding(self):
        return (self.number == 0 and self.prev == bytes(32) and self.roster[0] == 0
                and all(any(s.votes and s.id in self.signatures for s in a.sites) for a in self.allies))


class Act:
    def __init__(self, carried):
        c = fields(decode(carried, CHARTER_MAX), 2)
        self.bytes, self.signature, self.carried = take_bin(c[0]), take_bin(c[1], 64), carried
        a = fields(decode(self.bytes), 4)
        self.charter, self.number, self.prev = take_bin(a[0], 32), take_uint(a[1]), take_bin(a[2], 32)
        refuse_unless(self.number and (self.number == 1) == (self.prev == bytes(32)), "roster")
        self.id = hash256(ROSTER, self.bytes)
        self._change(take_list(a[3], 1))

    def signed_by(self, registrar):
        return valid(registrar, ROSTER, self.bytes, self.signature)

    def _change(self, v):
        self.what, self.heads = take_uint(v[0]), []
        if self.what == ADMIT:
            v = fields(v, 8)
            self.ally, self.ally_name, self.college = take_bin(v[1], 8), name(v[2]), take_uint(v[3], 0, 2)
            self.site, self.site_name, self.mentor = take_bin(v[4], 32), name(v[5]), take_bin(v[6], 0, 8)
            self.request = take_bin(v[7], 32)
        elif self.what == SUSPEND:
            v = fields(v, 3)
            self.ally, self.heads = take_bin(v[1], 8), heads(v[2])
        elif self.what == LIFT:
            self.ally = take_bin(fields(v, 2)[1], 8)
        elif self.what == REPLACE:
            v = fields(v, 5)
            self.ally, self.old, self.new, self.heads = take_bin(v[1], 8), take_bin(v[2], 32), take_bin(v[3], 32), heads(v[4])
        elif self.what == CHECKPOINT:
            self.heads = heads(fields(v, 2)[1])
        else:
            raise Refused("version", "an act that this program does not understand")


class Promise:
    def __init__(self, carried):
        c = fields(decode(carried), 2)
        self.carried = carried
        promise = fields(decode(take_bin(c[0])), 2)
        self.charter, self.site = take_bin(promise[0], 32), take_bin(promise[1], 32)
        refuse_unless(valid(self.site, PROMISE, c[0], take_bin(c[1], 64)), "signature")


# ---- invitation and request (§9) ----

def read_code(text):
    text = "".join(text.split())
    try:
        refuse_unless(text.startswith("allied-"), "invite_wrong")
        data = base32_decode(text[7:])
        refuse_unless(data and len(data) > 4 and hash256(data[:-4])[:4] == data[-4:], "invite_wrong", "check")
        i = Invitation(*fields(decode(data[:-4]), 8))
        refuse_unless(take_uint(i.version) == 1, "version")
        take_bin(i.alliance, 16), take_bin(i.charter, 32), take_bin(i.inviter, 32)
        for a in take_list(i.addresses, 0, 8):
            take_text(a, 1, 255)
        take_bin(i.seed, 32), take_uint(i.expires), name(i.name)
        return i
    except Refused as e:
        raise Refused("invite_wrong", e.why) from None


def write_code(invitation):
    data = encode(list(invitation))
    return "allied-" + base32(data + hash256(data)[:4])


def write_request(alliance, secret, site, ally, ally_name, site_name, endpoints=(), college=0):
    """The JOIN message that asks for admission; `secret` and `site` are keys."""
    request = encode([1, alliance, secret.public, site.public, ally, ally_name, site_name, college, list(endpoints)])
    return [11, request, secret.sign(JOIN, request), site.sign(JOIN, request)]


def read_request(request):
    refuse_unless(len(request) <= 4096, "too_large")
    r = fields(decode(request), 9)
    refuse_unless(take_uint(r[0]) == 1, "version")
    take_bin(r[1], 16), take_bin(r[2], 32), take_bin(r[3], 32), take_bin(r[4], 8), name(r[5]), name(r[6]), take_uint(r[7], 0, 2)
    for e in take_list(r[8], 0, 8):
        take_text(e, 1, 255)
    return r
