"""Hostile texts, what becomes of them at their author's door, and a look at all that a site gives out: nothing of them may act anywhere.

    waysout.look(site, anyone, record, concept)     # fails at the first thing that is not harmless
"""
import csv
import http.client
import io
import json
import os
import pty
import re
import shutil
import subprocess
import threading
import unicodedata
import urllib.parse
import xml.etree.ElementTree as ElementTree

from alliance import Failed, Skipped, check, equal

MARKS = "".join("\u0301\u0316"[i % 2] for i in range(1000))
# Each begins with a word, by which it is found.
TEXTS = {f"{word} {text}" for word, text in {
    "balise": "<script>alert(1)</script><img src=x onerror=alert(1)>", "cdata": "]]> <![CDATA[ <!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]> &b;",
    "fin": "</script><!-- </title></textarea> -->", "entité": "&amp; &lt; &#0; &#x1b; &unknown;", "guillemets": "\"'\\ `${x}` {{7*7}} %s %n",
    "lignes": "a\r\nb\rc\nd\vé\ff\x85g\u2028h\u2029i", "forgé": "x\nevent: record\ndata: {}\n\nallied: ALLIED-1: y", "c0": "\x01\x07\x08\x1b[2J\x1b]0;titre\x07\x7f",
    "c1": "\x80\x9b31m\x9d0;t\x9c", "non": "\ufffe \uffff \ufdd0 \U0010ffff \ufeff", "sens": "\u202eexe.fdp\u202c \u202dx \u2066y \u2069\u200e\u200f\u061c",
    "isolé": "\u2067שלום\u2069 عربى", "ouvert": "\u2066\u2067\u2068 jamais fermé", "marques": f"z{MARKS}!", "coupé": "e\x01\u0301", "vide": "\u200b\u200c\u200d\u2060\u00ad",
    "drapeau": "\U0001f3f4\U000e0067\U000e007f \U0001f468\u200d\U0001f469", "surprise": "${jndi:ldap://x} ../../etc/passwd ' OR 1=1;--"}.items()}
CELLS = {f"{c}cmd|' /C calc'!A{i}" for i, c in enumerate("=+-@")} | {"'=1+1", "''=1", "+33 1 23 45", "-1", "@lien", "'"}
ADDRESSES = ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", " javascript:alert(1)", "java\tscript:alert(1)",
             "//evil.example/x", "/etc/passwd", "file:///etc/passwd", "http://", "https://e.test/a b")
ACTIVE = re.compile(r"^[\s\x00-\x20]*(javascript|data|vbscript|file)\s*:", re.I)
DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ufeff\ufdd0-\ufdef\ufffe\uffff\U0010fffe\U0010ffff]")
TEXT_FIELDS = ("title", "subtitle", "abstract", "context", "history", "description", "limits", "lessons")


def plain(text):
    """As PROTOCOL.md leaves it to an author's site: what is written of such a text."""
    text = DROPPED.sub("", re.sub("\r\n|[\r\v\f\x85\u2028\u2029]", "\n", text))
    return unicodedata.normalize("NFC", re.sub("([\u0300-\u036f]{30})[\u0300-\u036f]+", r"\1", text))


def record(source_id, text):
    """That text in each field that takes one."""
    return {"source_id": source_id, "lang": "fr", **{k: text for k in TEXT_FIELDS}, "authors": [text], "producer": text, "sources": [text], "notes": [text],
            "actors": [{"name": text, "role": text, "family": text, "contribution": text}], "place": {"name": text, "country": "FR"},
            "images": [{"url": "https://e.test/i.png", "credit": text, "alt": {"fr": text}}], "episodes": {"fr": [{"date": "2024", "text": text}]},
            "source_url": "https://e.test/?a=1&b=<>\"'", "links": [{"rel": "cites", "target": "https://e.test/l?a=1&b='"}]}


def concept(uri, text):
    return {"uri": uri, "prefLabel": {"fr": text}, **{k: {"fr": [text]} for k in ("altLabel", "hiddenLabel", "definition", "scopeNote", "example", "note", "changeNote",
                                                                                   "editorialNote", "historyNote")}, "notation": [{"value": text}]}


def texts_in(shown):
    """All texts of a record as it is shown, that record() wrote."""
    image, actor = shown["images"][0], shown["actors"][0]
    return [*(shown[k]["fr"] for k in TEXT_FIELDS), *shown["authors"], shown["producer"], *shown["sources"]["fr"], *shown["notes"]["fr"], *actor.values(),
            shown["place"]["name"], image["credit"], image["alt"]["fr"], shown["episodes"]["fr"][0]["text"]]


# ---- what may go out ----


def quiet(what, text, but="\n"):
    """Nothing that drives a terminal, forges a line or turns what stands behind it; `but`: what is ours."""
    found = re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]", text.translate({ord(c): None for c in but}))
    check(not found, f"{what}: {found and hex(ord(found[0]))} in {text[max(0, (found.start() if found else 0) - 60):][:120]!r}")


def strings(value, key=""):
    """(key, text) of all that stands in a JSON value."""
    if isinstance(value, dict):
        for k, v in value.items():
            yield from strings(v, k)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v, key)
    elif isinstance(value, str):
        yield key, value


LEADS = {"url", "source_url", "target", "@id", "contentUrl", "license", "sameAs", "href", "logo"}


def leads_nowhere(what, value):
    for key, text in strings(value):
        check(key not in LEADS or not ACTIVE.match(text), f"{what}: {key} is {text[:80]!r}")


def good_json(what, text):
    quiet(what, text)
    value = json.loads(text)
    leads_nowhere(what, value)
    return value


def good_xml(what, body, alliance, for_people=True):
    if not shutil.which("xmllint"):
        raise Skipped("xmllint is not installed: whether our XML is well-formed was NOT tried")
    path = os.path.join(alliance.root, "looked-at.xml")
    with open(path, "wb") as f:
        f.write(body)
    r = alliance.run(["xmllint", "--noout", "--nonet", path])
    equal((r.exit, r.err), (0, ""), f"{what}: xmllint")
    text = body.decode()
    never = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]" if for_people else "[\x00-\x08\x0b-\x1f\ufffe\uffff]"
    check(not re.search(never, text), f"{what}: a control character")
    root = ElementTree.fromstring(body)
    for e in root.iter():
        for name, value in e.attrib.items():
            if name in ("href", "src", "rel", "ref", "scheme", "uri"):
                check(not ACTIVE.match(value), f"{what}: {e.tag} {name}={value!r}")
        if e.text and e.tag.split("}")[-1] in ("identifier", "relation", "source", "id", "uri", "baseURL"):
            check(not ACTIVE.match(e.text), f"{what}: {e.tag} is {e.text!r}")
        if e.text and for_people:
            open_, close = sum(map(e.text.count, "\u2066\u2067\u2068\u202a\u202b\u202d\u202e")), sum(map(e.text.count, "\u2069\u202c"))
            equal(open_, close, f"{what}: the direction of writing in {e.text[:60]!r}")
    return root


def good_rdf(what, bodies, alliance):
    """{form: bytes}: the same triples in all, by another program."""
    if not shutil.which("rapper"):
        raise Skipped("rapper is not installed: what other programs read in our RDF was NOT tried")
    said = {}
    for form, body in bodies.items():
        path = os.path.join(alliance.root, "looked-at.rdf")
        with open(path, "wb") as f:
            f.write(body)
        r = alliance.run(["rapper", "-q", "-i", form, "-o", "ntriples", f"file:{path}"])
        equal((r.exit, r.err), (0, ""), f"{what} as {form}: rapper")
        said[form] = sorted(r.out.splitlines())
    check(said["turtle"], what, "says something")
    return said


# ---- all ways out ----


def at_terminal(site, *args, columns=80):
    """What a command shows at a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen(["stty", "cols", str(columns)], stdin=slave) as p:
        p.wait(5)
    words = ["env", "NO_COLOR=1", "TERM=xterm", *site.words(*args)]
    shown = []
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=site.alliance.env) as p:
        os.close(slave)

        def read():
            try:
                while piece := os.read(master, 65536):
                    shown.append(piece)
            except OSError:  # the other end is closed
                pass
        reader = threading.Thread(target=read)
        reader.start()
        p.wait(30)
        reader.join(10)
    os.close(master)
    return b"".join(shown).decode()


def look_at_terminal(site, record_id, concept_id, word):
    commands = [("record", "show", record_id), ("record", "list"), ("record", "history", record_id), ("record", "check"), ("changes",), ("search", word),
                ("search", "--suggest", word), ("concept", "show", concept_id), ("concept", "list"), ("concept", "history", concept_id), ("conflicts",), ("means",),
                ("status",), ("ally", "list"), ("journal",), ("site", "list"), ("record", "show", f"{word}\x9b\u202e")]
    for command in commands:
        quiet(f"at a terminal: {' '.join(command)[:60]}", at_terminal(site, *command), "\r\n")
    for command in commands:
        r = site.run("--json", *command)
        for line in (r.out + r.err).splitlines():
            good_json(f"--json {command}", line)


def pages(record_id, concept_id, word, ally):
    w = urllib.parse.quote(word)
    yield from (f"/api/v1/{p}" for p in (
        "records?limit=200", f"records?q={w}", "records?order=newest", f"records/{record_id}", f"records/{record_id}.jsonld", f"records/{record_id}/history",
        "concepts?limit=200", f"concepts/{concept_id}", f"concepts/{concept_id}.jsonld", f"concepts/{concept_id}/history", "conflicts", "allies", f"suggest?q={w}",
        "records/%3Cscript%3E", f"records?ally={w}%3Cscript%3E", "records?cursor=%3Cscript%3E&lang=fr", "suggest?q=%E2%80%AE%C2%9B"))
    yield from ("/openapi.json", "/feeds/all.atom", f"/feeds/ally-{ally}.atom", f"/feeds/concept-{concept_id}.atom", "/%3Cscript%3E", "/feeds/%3Cscript%3E.atom")
    yield from (f"/oai?verb={v}" for v in (
        "Identify", "ListMetadataFormats", "ListSets", "ListIdentifiers&metadataPrefix=oai_dc", "ListRecords&metadataPrefix=oai_dc", "%3Cscript%3E%E2%80%AE%C2%9B",
        "GetRecord&metadataPrefix=oai_dc&identifier=%22%3E%3Cscript%3E%5D%5D%3E", "ListRecords&resumptionToken=%3Cscript%3E", "Identify&%3Cb%3E=%26"))


def look_at_events(site, last):
    """The stream from a commit on: events have our names alone, and their data are JSON in one line each."""
    connection, said = http.client.HTTPConnection(site.http, timeout=10), []
    try:
        connection.request("GET", "/events", headers={"Last-Event-ID": last})
        answer = connection.getresponse()
        equal(answer.getheader("X-Content-Type-Options"), "nosniff", "/events")
        while sum(line.startswith("event: ") for line in said) < 20:
            said.append(answer.readline().decode().removesuffix("\n"))
    finally:
        connection.close()
    for line in said:
        quiet("/events", line, "")
        check(re.match(r"(event: (record|concept|retired|reset)|id: [a-z2-7-]+|retry: \d+|:|)$|data: \{", line), "/events", line[:200])
    return said


def look_at_exports(site):
    """The files for other programs: no cell that a spreadsheet computes, no line that is not ours."""
    rows = list(csv.reader(io.StringIO(site.ok("export", "csv").out.removeprefix("\ufeff"), newline=""), delimiter=","))
    check(len({len(r) for r in rows}) == 1, "as many cells in each row", {len(r) for r in rows})
    for cell in (c for r in rows[1:] for c in r):
        quiet("export csv", cell, "\t\n\u2066\u2067\u2068\u2069")
        check(not re.match("[=+@\t\r\n]|-[^0-9.]", cell), "a cell that is computed", cell[:80])
    lines = site.ok("export", "jsonl").out.split("\n")
    for line in lines[:-1]:
        good_json("export jsonl", line)
    return len(rows) - 1, len(lines) - 1


def look_over_http(site, web, record_id, concept_id, word):
    """`web`: a web.Web."""
    al, seen = site.alliance, 0
    ally = web.json("GET", f"/api/v1/records/{record_id}")[1]["ally"]
    queue, done = list(pages(record_id, concept_id, word, ally)), set()
    while queue:
        path = queue.pop()
        status, headers, body = web.ask("GET", path)
        check(status < 500, path, status, body[:200])
        equal(headers.get("x-content-type-options"), "nosniff", f"{path}: X-Content-Type-Options")
        kind = headers["content-type"]
        check("html" not in kind, path, kind)
        for name, value in headers.items():
            quiet(f"{path}: {name}", value)
        if "json" in kind:
            value = good_json(path, body.decode())
            if "ld+json" in kind:
                check(b"<" not in body, path, "has markup of a page")
            if value.get("next") and "/records" in path and "limit" in path:
                queue.append(path.split("&cursor")[0] + "&cursor=" + value["next"])
        elif "xml" in kind:
            root = good_xml(path, body, al)
            for link in root.iter("{http://www.w3.org/2005/Atom}link"):
                if link.get("rel") in ("prev-archive", "current", "next-archive"):
                    queue += [p for p in [urllib.parse.urlsplit(link.get("href")).path] if p not in done]
                    done.add(urllib.parse.urlsplit(link.get("href")).path)
        else:
            raise Failed(f"{path}: {kind}")
        seen += 1
    files = {form: web.ask("GET", f"/skos.{end}")[2] for form, end in (("turtle", "ttl"), ("ntriples", "nt"), ("rdfxml", "rdf"))}
    good_xml("/skos.rdf", files["rdfxml"], al, for_people=False)
    good_rdf("skos", files, al)
    return seen
