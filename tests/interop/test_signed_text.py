"""Texts that another site's program signed and that ours would never write: they are kept as they are, and harmless wherever they are shown."""
import contextlib
import urllib.parse

import hostile_text as hostile
import ops
from alliance import Alliance, check, equal, wait_for
from author import Author
from fieldforms import CONCEPT, RECORD
from node import Node
from sign import base32, hash128
from web import Web

ACTIVE = ("javascript:alert(1)//", "data:text/html,<script>alert(1)</script>", "vbscript:x", "JAVASCRIPT:\u202e\x9b")
FIELD = {name: (n, lang != "none" and "fr" or "") for n, (name, _, lang, _) in RECORD.items()}
LABEL = {name: (n, lang != "none" and "fr" or "") for n, (name, _, lang, _) in CONCEPT.items()}


@contextlib.contextmanager
def python(code):
    node = Node(code)
    try:
        link = node.join()
        node.until(lambda: link.session and (link.session.over or link.session.state == "LIVE"), "joined")
        node.author = Author(node.key, node.replica, node.ally)
        yield node
    finally:
        node.close()


def put(kind, entity, table, values, *tail):
    rows = sorted((*table[name], value) for name, value in values.items())
    return [kind, entity, [[n, lang, [], []] for n, lang, _ in rows], *tail], [value for _, _, value in rows]


def record(node, source_id, text, address):
    short = text[:200]
    entity = node.ally + hash128(source_id.encode())
    return entity, put(ops.PUT, entity, FIELD, {
        "type": "experience", "source_id": source_id, **{k: short for k in ("title", "subtitle")}, **{k: text for k in hostile.TEXT_FIELDS[2:]},
        "source_url": address, "actors": [[text, text, text, text]], "authors": [text], "producer": short, "place": [short, "FR", 1, 1], "sources": [text],
        "notes": [text], "licence": short[:40], "images": [[address, text, {"fr": text}]], "episodes": [["2024", text]]}, [])


def concept(uri, text):
    entity = hash128(uri.encode())
    return entity, put(ops.CPUT, entity, LABEL, {"uri": uri, "prefLabel": text[:200], **{k: [text] for k in ("altLabel", "definition", "scopeNote", "note")},
                                                  "notation": [[text, None]], "logo": uri, "colour": text[:5]}, b"")


def test_what_another_program_signed_is_harmless_wherever_it_is_shown():
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        texts = sorted(hostile.TEXTS) + ["zéro a\x00b\x00", "zone " + "a\x00\x01" * 500, "zut " + "\u0301\u0316" * 500]
        with python(a.json("invite", "Étranger \x9b\u202e<b>")["code"]) as node:
            records, concepts = [], []
            for i, text in enumerate(texts):
                address = ACTIVE[i % len(ACTIVE)]
                uri = f"{address}{i}"
                entity, op = record(node, f"r{i}\x9b<b>", text, address)
                name, said = concept(uri, text)
                target = hash128(uri.encode())
                node.author.publish(op, ([ops.LINK, entity, [[1, target, True, []]]], [[uri, None]]), ([ops.INDEX, entity, [[name, True, []]]], [None]))
                node.author.publish(said, ([ops.RELATE, name, [[7, target, True, []]], b""], [uri]))
                records.append(entity)
                concepts.append(name)
                node.author.declare(2001 + i, (1, i, text.encode()[:900].decode(errors="ignore")))
            node.author.publish(([ops.REVIEW, records[0], [["fr", []]]], [texts[-1]]))
            node.until(lambda: a.status()["records"] == len(texts), "they are there")
            node.until(lambda: a.digests()[0] == node.replica.inputs().hex(), "all of them")
        anyone = Web(a.http)
        for i, (entity, text) in enumerate(zip(records, texts)):
            status, shown = anyone.json("GET", f"/api/v1/records/{base32(entity)}")
            equal(status, 200, shown)
            equal(shown["abstract"]["fr"], text, "kept as it was signed")
            equal(a.show(base32(entity))["abstract"]["fr"], text, "to the command line as well")
            check(shown["source_url"].startswith("unsafe:") and shown["images"][0]["url"].startswith("unsafe:"), shown["source_url"])
            found = wait_for(lambda t=text: anyone.json("GET", f"/api/v1/records?q={urllib.parse.quote(t.split()[0])}")[1].get("records"), f"{text[:20]!r} is found")
            hostile.leads_nowhere("search", found)
        i = texts.index("zéro a\x00b\x00")
        hostile.look_over_http(a, anyone, base32(records[i]), base32(concepts[i]), "zéro")
        hostile.look_at_terminal(a, base32(records[i]), base32(concepts[i]), "zéro")
        equal(hostile.look_at_exports(a), (len(texts),) * 2, "all are exported")
        for line in a.journal().splitlines():
            hostile.quiet("the journal", line)
        a.verify()


test_what_another_program_signed_is_harmless_wherever_it_is_shown.seconds = 7
