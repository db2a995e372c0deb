"""What tests/vectors/*.json say, asked of this peer; each returns the names of the vectors on which it differs."""
import json
import os

import authority
import beacon
import charter
import commit
import exchange
import fieldforms
import ops
from pack import Refused, decode, encode
from sign import valid, words

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")


def load(name):
    with open(os.path.join(HERE, name + ".json"), encoding="utf-8") as f:
        return json.load(f)


def verdict(read, *args):
    try:
        read(*args)
        return "ok"
    except Refused as e:
        return e.code


def differ(cases, look):
    """The cases of which look() says something else than they say themselves, with what it says."""
    return [(c["name"], c["result"], found) for c in cases for found in [look(c)] if found != c["result"]]


def wire(read_message):
    def look(v):
        data = bytes.fromhex(v["hex"])
        if v["as"] == "message":
            return verdict(read_message, data)
        return verdict(lambda: encode(decode(data)) == data or 1 / 0)
    return differ(load("wire")["vectors"], look)


def sign():
    return differ(load("sign")["vectors"], lambda v: "ok" if valid(
        bytes.fromhex(v["public"]), v["domain"].encode(), bytes.fromhex(v["message"]), bytes.fromhex(v["signature"])) else "signature")


def commits():
    d = load("commit")

    def look(v):
        try:
            c = commit.read(bytes.fromhex(v["carried"]))
            wrong = commit.admit(c, bytes.fromhex(d["alliance"]))
        except Refused as e:
            return e.code
        if "id" in v and c.id.hex() != v["id"]:
            return "another id"
        return "commitment" if wrong else "ok"
    return differ(d["cases"], look)


def charters():
    def look(v):
        def read():
            if not charter.Charter(bytes.fromhex(v["carried"])).is_founding():
                raise Refused("charter")
        return verdict(read)
    d = load("charter")
    promises = differ(d["promises"], lambda v: verdict(charter.Promise, bytes.fromhex(v["carried"])))
    return differ(d["cases"], look) + promises + differ(d["next"], _next)


def known(v):
    """The authority over the charters and acts of a case."""
    charters, acts = {}, {}
    for c in v.get("charters", ()):
        try:
            c = charter.Charter(bytes.fromhex(c))
        except Refused:
            continue
        if c.id in charters:
            for s in c.signatures.items():
                charters[c.id].add(*s)
        charters.setdefault(c.id, c)
    for a in v.get("acts", ()):
        try:
            a = charter.Act(bytes.fromhex(a))
        except Refused:
            continue
        acts[a.id] = a
    founding = [c for c in charters.values() if c.is_founding()]
    alliance = founding[0].id[:16] if founding else bytes(16)
    return authority.Authority(alliance, charters, acts, {bytes.fromhex(i) for i in v.get("chain", ())})


def _next(v):
    a = known(v)
    try:
        j = a.judged(charter.Charter(bytes.fromhex(v["carried"])))
    except Refused as e:
        return e.code
    if j and "voters" in v and j != (v["voters"], v["needed"], v["signers"]):
        return f"votes {j}"
    return "ok" if j and j[2] >= j[1] else "charter"


def roster():
    d = load("roster")
    first = load("charter")["cases"][0]["carried"]
    registrar = charter.Charter(bytes.fromhex(first)).registrar

    def look(v):
        def read():
            a = charter.Act(bytes.fromhex(v["carried"]))
            if not a.signed_by(registrar):
                raise Refused("signature")
            if "id" in v and a.id.hex() != v["id"]:
                raise Refused("another id")
        return verdict(read)
    found = differ(d["cases"], look)
    for v in d["walks"]:
        a = known(v)
        stands = [{"id": i.hex(), "effect": e} for i, e in a.stands]
        if stands != v["stands"] or {x["id"] for x in v["voids"]} != {i.hex() for i in a.voids()}:
            found.append((v["name"], v["stands"], stands))
    return found


def _told(a):
    """All that authority.json says of one case."""
    s = a.state

    def site(i):
        return {"id": i.hex(), "ally": s.sites[i].ally.hex(), "votes": s.sites[i].votes, "ended": s.sites[i].ended,
                "limits_of_incarnations_1_2": [None if s.limit(i, n) is None else str(s.limit(i, n)) for n in (1, 2)],
                "charters_of_seq_1_6_11": [a.charter_of(i, 1, n).number for n in (1, 6, 11)]}

    def ally(i):
        x, owner = s.allies[i], s.owner(i)
        return {"id": i.hex(), "ratified": x.ratified, "suspended": x.suspended, "ended": x.ended,
                "owner": owner.hex() if owner else None, "secretariat": a.chain[-1].secretariat(i)}
    fixed = [{"site": h.site.hex(), "incarnation": str(h.incarnation), "seq": str(h.seq), "id": h.id.hex()}
             for _, h in sorted(s.checkpoints().items())]
    return {"charter_number": a.chain[-1].number, "charter_id": a.chain[-1].id.hex(), "roster_number": s.place[0], "roster_id": s.place[1].hex(),
            "allies": [ally(i) for i in sorted(s.allies)], "sites": [site(i) for i in sorted(s.sites)], "checkpoints": fixed,
            "voids": sorted(i.hex() for i in a.voids()), "rivals": sorted(i.hex() for i in a.rivals)}


def authorities():
    found = []
    for v in load("authority")["cases"]:
        a = known(v)
        if v["result"] != "ok":
            if a.chain:
                found.append((v["name"], v["result"], "ok"))
            continue
        told = _told(a) if a.chain else {}
        v["voids"] = sorted(x["id"] for x in v["voids"])
        v["rivals"] = sorted(x["other"] for x in v["rivals"])
        found += [(v["name"], k, v[k], told.get(k)) for k in told or ["chain"] if told.get(k) != v.get(k)]
    return found


def joins():
    d = load("join")
    found = differ(d["codes"], lambda v: verdict(charter.read_code, v["code"]))
    found += differ(d["requests"], lambda v: verdict(charter.read_request, bytes.fromhex(v["request"])))
    return found + [(w["bytes"], w["words"], words(bytes.fromhex(w["bytes"]))) for w in d["words"]
                    if words(bytes.fromhex(w["bytes"])) != w["words"]]


def operations():
    d = load("op")

    def look(v):
        def read():
            op = ops.header(decode(bytes.fromhex(v["header"])))
            ops.body(op, bytes.fromhex(v["body"])) if v.get("body") is not None else None
        return verdict(read)

    def field(v):
        kind = {"record": 16, "concept": 32}[v["of"]]
        number = next(n for n, row in fieldforms.TABLES[kind].items() if row[0] == v["field"])
        return verdict(lambda: fieldforms.value(kind, number, decode(bytes.fromhex(v["value"]))))
    for v in d["fields"]:
        v["name"] = f"{v['field']} {v['value']}"
    return differ(d["ops"], look) + differ(d["fields"], field)


def exchanges():
    d = load("exchange")
    site, asked = bytes.fromhex(d["site"]), bytes.fromhex(d["request"])
    found = differ(d["requests"], lambda v: verdict(exchange.read_request, bytes.fromhex(v["body"])))
    return found + differ(d["answers"], lambda v: verdict(exchange.read_answer, bytes.fromhex(v["body"]), site, asked))


def beacons():
    def look(v):
        data = bytes.fromhex(v["beacon"])
        return verdict(lambda: beacon.check(beacon.read(data), data, bytes.fromhex(v["signature"])))
    return differ(load("beacon")["beacons"], look)
