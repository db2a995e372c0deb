"""A peer in Python, written from PROTOCOL.md alone, in an alliance of real daemons: vectors, joining, publishing, relaying."""
import contextlib
import glob

import messages
import ops
import sign
import vectors
from alliance import DEMO_DATA, Alliance, equal, free_port
from author import Author
from node import Node


@contextlib.contextmanager
def python(code, listen=False):
    node = Node(code, listen=f"127.0.0.1:{free_port()}" if listen else None)
    try:
        yield node
    finally:
        node.close()


def agreed(node, session):
    """Both sides hold the same, and have told each other so."""
    return session.state == "LIVE" and session.peer_inputs == node.replica.inputs() and session.peer_state == node.state_digest()


def joined(node):
    link = node.join()
    node.until(lambda: link.session, "the link")
    session = link.session
    node.until(lambda: session.over or agreed(node, session), "joined and in sync")
    equal(session.over, None, "the session")
    equal(session.welcome[0], "ok", "WELCOME")
    node.author = Author(node.key, node.replica, node.ally)
    return session


def settle(node, *sites):
    """Until all these daemons tell this node's digests at one time."""
    def same():
        mine = node.replica.inputs().hex(), node.state_digest().hex()
        return all(site.digests() == mine for site in sites)
    node.until(same, f"{', '.join(s.name for s in sites)}: the same digests")


def apart(alliance, node, *sites):
    """The sites stop listening; when they come back, each can reach the node alone."""
    for site in sites:
        site.stop()
        site.listen = ""
        site.start()
    for site in sites:
        def alone():
            peers = {p["site"]: p["state"] for p in site.status()["peers"]}
            return peers.pop(sign.base32(node.key.public)) == "live" and "live" not in peers.values()
        node.until(alone, f"{site.name} sees the stranger alone", 20)


def watched(node, *sites):
    """Each of these daemons, which do not meet, sees the stranger's beacon and, through the stranger, the other's."""
    node.say_beacon(version="python/7", commits=3, disk_free=1, disk_total=4, problems=[1408], p50=1, p95=2, samples=3)

    def told():
        seen = [{s["name"]: s for s in site.json("watch")["sites"]} for site in sites]
        return all(s["python"]["version"] == "python/7" and len([x for x in s.values() if x["state"] == "ok"]) == 2 for s in seen) and seen
    for seen in node.until(told, "everybody sees everybody", 30):
        python = seen["python"]
        equal((python["state"], python["disk_free_pct"], python["commits"], python["p50_ms"], [p["code"] for p in python["problems"]]),
              ("degraded", 25, 3, 1, ["ALLIED-1408"]), "what the stranger said")
    equal(len(node.beacons.kept), 3, "beacons that the stranger keeps")


def test_two_sites_that_never_meet_agree_through_a_stranger():
    with Alliance() as a:
        citego = a.found("Citego").start()
        with python(citego.json("invite", "Étranger")["code"], listen=True) as node:
            joined(node)
            node.author.announce([node.listen], "python")
            settle(node, citego)
            beton = a.site("Béton vert")
            beton.ok("join", citego.json("invite", "Béton vert")["code"])
            beton.start()
            settle(node, citego, beton)
            apart(a, node, citego, beton)
            one, two = citego.add("un", "Un jardin partagé"), beton.add("deux", "Un four à pain")
            settle(node, citego, beton)
            equal((beton.title(one), citego.title(two)), ("Un jardin partagé", "Un four à pain"), "the other's record")
            watched(node, citego, beton)
            beton.ok("record", "edit", two, "--set=title@fr=Deux fours à pain")
            beton.stop()
            citego.ok("record", "edit", one, "--set=title@fr=Deux jardins")
            beton.start()
            settle(node, citego, beton)
            equal((beton.title(one), citego.title(two)), ("Deux jardins", "Deux fours à pain"), "the other's record, changed")
            for site in (citego, beton):
                equal(site.verify()["ok"], True, "verify")


def test_a_stranger_joins_over_http_and_syncs_both_ways():
    with Alliance() as a:
        citego = a.found("Citego", listen=False, http=True).start()
        for path in sorted(glob.glob(f"{DEMO_DATA}/*.jsonl")):
            citego.load(path)
        with python(citego.json("invite", "Étranger")["code"]) as node:
            session = joined(node)
            settle(node, citego)
            entity, dot = node.author.record("deux", "Un four à pain")
            settle(node, citego)
            node.author.retitle(entity, dot, "Deux fours à pain")
            one = citego.add("un", "Un jardin partagé")
            settle(node, citego)
            equal(citego.title(sign.base32(entity)), "Deux fours à pain", "the stranger's record")
            equal(any(c.headers[0][1] == sign.base32_decode(one) for c in node.replica.counting()), True, "the site's record")
            equal(session.over, None, "the session")


def test_a_site_on_http_alone_and_one_on_zeromq_alone_agree_through_a_stranger():
    with Alliance() as a:
        citego = a.found("Citego", listen=False, http=True).start()
        with python(citego.json("invite", "Étranger")["code"], listen=True) as node:
            first = joined(node)
            node.author.announce([node.listen], "python")
            beton = a.join(citego, "Béton vert", listen=False).start()
            settle(node, citego, beton)
            for site, transport in ((citego, "http"), (beton, "zmq")):
                site.stop()
                site.settings.append(f"peers.transport={transport}")
                site.start()
            node.until(lambda: first.over, "the first session is over")
            node.join()
            one, two = citego.add("un", "Un jardin partagé"), beton.add("deux", "Un four à pain")
            settle(node, citego, beton)
            equal((beton.title(one), citego.title(two)), ("Un jardin partagé", "Un four à pain"), "the other's record")
            met = [p["state"] for p in beton.status()["peers"] if p["name"] != "python"]
            equal("live" in met, False, "the two met")


def test_a_stranger_reads_every_vector_as_it_says():
    for name, look in (("sign", vectors.sign), ("commit", vectors.commits), ("op", vectors.operations), ("charter", vectors.charters),
                       ("roster", vectors.roster), ("authority", vectors.authorities), ("join", vectors.joins), ("exchange", vectors.exchanges),
                       ("beacon", vectors.beacons)):
        equal(look(), [], f"vectors of {name}.json that are judged otherwise")
    equal(vectors.wire(messages.read), [], "vectors of wire.json that are judged otherwise")


def test_a_stranger_joins_verifies_and_computes_the_same_digests():
    with Alliance() as a:
        citego = a.found("Citego").start()
        citego.add("un", "Un jardin partagé")
        with python(citego.json("invite", "Étranger")["code"]) as node:
            joined(node)
            settle(node, citego)
            entity, dot = node.author.record("deux", "Un four à pain")
            settle(node, citego)
            equal(citego.title(sign.base32(entity)), "Un four à pain", "the stranger's record")
            node.author.retitle(entity, dot, "Deux fours à pain")
            settle(node, citego)
            equal(citego.title(sign.base32(entity)), "Deux fours à pain", "the stranger's record, changed")
            citego.verify()


def test_a_stranger_folds_like_everybody():
    with Alliance() as a:
        citego = a.found("Citego").start()
        for path in sorted(glob.glob(f"{DEMO_DATA}/*.jsonl")):
            citego.load(path)
        citego.ok("concept", "import", f"{DEMO_DATA}/atlas.ttl")
        with python(citego.json("invite", "Étranger")["code"]) as node:
            joined(node)
            settle(node, citego)
            citego_id = next(c.site for c in node.replica.counting())
            concept, theirs = b"c" * 16, next(c.headers[0][1] for c in node.replica.counting() if c.kind(0) == ops.CPUT)
            put = [ops.CPUT, concept, [[1, "", [], []], [2, "", [], []], [3, "fr", [], []]], b""]
            dot = node.author.publish((put, ["urn:allied:x", "descriptor", "compost"])).dot(0)
            node.author.publish(([ops.RELATE, theirs, [[1, concept, True, []], [7, sign.hash128(b"http://e.org/c"), True, []]], b""],
                                 [None, "http://e.org/c"]), ([ops.ADOPT, concept, [dot]], []))
            node.author.publish(([ops.MERGE, theirs, concept, [], b""], []), ([ops.CRETIRE, theirs, True, [], b""], ["double"]))
            settle(node, citego)
            citego.ok("concept", "adopt", sign.base32(theirs))
            settle(node, citego)
            entity, dot = node.author.record("deux", "Un four à pain")
            node.author.publish(([200, b"abcde", "of a kind to come"], [1]), ([ops.RETIRE, entity, []], ["passé"]),
                                ([ops.INDEX, entity, [[concept, True, []]]], [7]), ([ops.PUT, node.ally + b"z" * 16, [[4, "xx-", [], []]], []], ["no tag"]),
                                ([ops.PUT, b"z" * 32, [[4, "fr", [], []]], []], ["no record"]), ([201, b"z" * 16], []),
                                ([ops.LINK, entity, [[1, sign.hash128(b"http://e.org/d"), True, []]]], [["http://e.org/d", None]]))
            said = node.author.publish(([ops.REVIEW, entity, [["en", []], ["fr", []]]], [None, "Clair"]),
                                       ([ops.REPLY, entity, [["fr", b"r" * 16, []]]], [["Ville", "Non"]]))
            node.author.publish(([ops.REVIEW, entity, [["fr", [said.dot(0)]]]], ["Utile"]),
                                ([ops.REPLY, entity, [["fr", b"r" * 16, [said.dot(1)]]]], [None]), ([ops.REVIEW, entity, [["", []]]], ["no tag"]))
            settle(node, citego)
            money = node.author.declare(2026, (1, 120050, "salles"), (2, 2100, None))
            node.author.declare(2026, (1, 90000, None), over=[money])
            node.author.publish(([ops.DECLARE, b"notouryr" + b"\x07\xea", [[1, []]]], [[1, None]]), ([202, b"z" * 10], []),
                                ([ops.DECLARE, node.ally + b"\x00\x01", [[1, []]]], [[1, None]]))
            node.author.relays(2026 * 12, [[citego_id, 5]])
            settle(node, citego)
            citego.ok("record", "review", sign.base32(entity), "--text", "Bien dit", "--text-lang", "fr")
            settle(node, citego)


def test_words_that_a_stranger_erases_are_gone_everywhere():
    with Alliance() as a:
        citego = a.found("Citego").start()
        with python(citego.json("invite", "Étranger")["code"]) as node:
            joined(node)
            entity, dot = node.author.record("deux", "Un four à pain")
            settle(node, citego)
            node.author.erase(dot)
            settle(node, citego)
            equal(citego.show(sign.base32(entity)).get("title"), None, "the title of a record whose words were erased")
            own = citego.add("un", "Un jardin partagé")
            settle(node, citego)
            written = next(x.dot(0) for x in node.replica.counting() if x.headers[0][1] == sign.base32_decode(own))
            citego.ok("erase", f"{sign.base32(written[:16])}-{written[16]}", "--reason", "demandé")
            settle(node, citego)
            equal(written in node.replica.erased, True, "erased here")
