"""Who harvests a site ends with what the site has: by OAI-PMH, by Atom's archive, by events; and the thesaurus as files."""
import http.client
import json
import os
import re
import shutil
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

from alliance import Alliance, Skipped, check, equal, wait_for
from web import Web

OAI, DC = "{http://www.openarchives.org/OAI/2.0/}", "{http://purl.org/dc/elements/1.1/}"
ATOM, AT = "{http://www.w3.org/2005/Atom}", "{http://purl.org/atompub/tombstones/1.0}"
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oai.rng")
# Markup, an end of CDATA, an override of direction, a control character, a formula, an address that is none, a line of 200 kB.
HOSTILE = "<script>alert(1)</script> ]]> &amp; \u202egnp.exe\u2066 =HYPERLINK(\"x\") \"'"


def get(site, path, status=200, **headers):
    """Body and headers."""
    found, told, body = Web(site.http).ask("GET", path, **headers)
    equal(found, status, path)
    return body, told


class Harvester:
    """A mirror of a repository, as far as the protocol tells of it."""

    def __init__(self, site, **arguments):
        self.site, self.arguments, self.since, self.records, self.documents = site, arguments, None, {}, []

    def ask(self, **arguments):
        body, _ = get(self.site, "/oai?" + urllib.parse.urlencode(arguments))
        self.documents.append(body)
        return ElementTree.fromstring(body)

    def take(self, answer):
        for record in answer.iter(OAI + "record"):
            header = record.find(OAI + "header")
            name = header.find(OAI + "identifier").text
            if header.get("status") == "deleted":
                self.records[name] = None
            else:
                self.records[name] = next(record.iter(DC + "title")).text

    def harvest(self, between=lambda: None):
        """All that changed since the last time; how many answers it took."""
        arguments = dict(self.arguments, verb="ListRecords", metadataPrefix="oai_dc")
        if self.since:
            arguments["from"] = self.since
        answers = 0
        while arguments:
            answer = self.ask(**arguments)
            if not answers:
                self.since = answer.find(OAI + "responseDate").text
            answers += 1
            error = answer.find(OAI + "error")
            if error is not None:
                equal(error.get("code"), "noRecordsMatch", "the error of a harvest")
                break
            self.take(answer)
            token = next(answer.iter(OAI + "resumptionToken"), None)
            arguments = {"verb": "ListRecords", "resumptionToken": token.text} if token is not None and token.text else None
            between()
        return answers

    def by_title(self):
        return {k.rsplit(":", 1)[1]: v for k, v in self.records.items()}


def shown(site):
    """The same of the site itself: each record's title; None where it is retired."""
    out, cursor = {}, None
    while True:
        page = site.json("record", "list", "--limit", 500, "--retired", *(("--cursor", cursor) if cursor else ()))
        out.update((r["id"], None if r["retired"] else r["title"]) for r in page["records"])
        cursor = page["next"]
        if not cursor:
            return out


def many(al, site, n, name="many.jsonl", prefix="s"):
    path = os.path.join(al.root, name)
    with open(path, "w", encoding="utf-8") as f:
        for i in range(n):
            f.write(json.dumps({"source_id": f"{prefix}{i}", "type": "experience", "title": {"fr": f"Jardin {prefix}{i}"}}) + "\n")
    equal(site.load(path)["added"], n, "records that went in")


def check_documents(al, documents):
    """Against the grammar of the protocol."""
    if not shutil.which("xmllint"):
        raise Skipped("xmllint is not installed: whether the answers keep to OAI-PMH's grammar was NOT tried")
    paths = []
    for i, body in enumerate(documents):
        paths.append(os.path.join(al.root, f"oai{i}.xml"))
        with open(paths[-1], "wb") as f:
            f.write(body)
    r = al.run(["xmllint", "--nonet", "--noout", "--relaxng", SCHEMA, *paths])
    check(r.exit == 0, "xmllint:", r.err[-1500:])


def test_a_harvester_that_comes_again_and_again_has_what_the_site_has():
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        b = al.join(a, "Ritimo").start()
        many(al, a, 450)
        mirror = Harvester(a)
        ids = list(shown(a))
        changes = [lambda: a.ok("record", "edit", ids[0], "--set=title@fr=Changé pendant la moisson"),
                   lambda: a.ok("record", "retire", ids[-1]), lambda: b.add("late", "Venu d'ailleurs")]
        equal(mirror.harvest(lambda: changes.pop()() if changes else None), 3, "answers of 200")
        al.wait_equal()
        mirror.harvest()
        equal(mirror.by_title(), shown(a), "after changes in the middle of a harvest")
        b.stop()
        b.add("offline", "Écrit hors ligne")
        time.sleep(1.1)
        mirror.harvest()
        b.start()
        al.wait_equal()
        mirror.harvest()
        equal(mirror.by_title(), shown(a), "after a record that came late")
        a.ok("rebuild")
        time.sleep(2.1)
        mirror.since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        mirror.harvest()
        check(b"noRecordsMatch" in mirror.documents[-1], "a rebuild is no news")
        one = Harvester(a, set="ally:" + a.show(ids[0])["ally"])
        one.harvest()
        equal({k for k in one.by_title()}, set(ids), "the set of an ally")
        equal(Web(a.http).ask("POST", "/oai", b"verb=Identify", content_type="application/x-www-form-urlencoded")[2].count(b"<protocolVersion>2.0<"), 1, "POST")
        check_documents(al, mirror.documents + [get(a, "/oai?verb=" + v)[0] for v in
                                                ("Identify", "ListSets", "ListMetadataFormats", "Nothing", "Identify&verb=Identify",
                                                 "ListIdentifiers&metadataPrefix=oai_dc", "GetRecord&metadataPrefix=oai_dc&identifier=oai:x")])


def walk_atom(site):
    """Entries by id, along the archive; the newer document's word counts."""
    entries, href, documents = {}, f"http://{site.http}/feeds/all.atom", []
    while href:
        feed = ElementTree.fromstring(get(site, href.removeprefix(f"http://{site.http}"))[0])
        documents.append(href)
        for e in feed:
            if e.tag == ATOM + "entry":
                entries.setdefault(e.find(ATOM + "id").text, e.find(ATOM + "title").text)
            elif e.tag == AT + "deleted-entry":
                entries.setdefault(e.get("ref"), None)
        href = next((link.get("href") for link in feed.iter(ATOM + "link") if link.get("rel") == "prev-archive"), None)
    return {k.rsplit(":", 1)[1]: v for k, v in entries.items()}, documents


def test_atoms_archive_leads_to_every_record():
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        many(al, a, 350)
        ids = list(shown(a))
        a.ok("record", "retire", ids[7])
        a.ok("record", "edit", ids[9], "--set=title@fr=Nouveau titre")
        entries, documents = walk_atom(a)
        equal(entries, shown(a), "all entries")
        equal(len(documents), 3, "the feed and two archive documents")
        _, headers = get(a, "/feeds/all.atom")
        get(a, "/feeds/all.atom", 304, if_none_match=headers["ETag"])


class Listener(threading.Thread):
    """Takes events until the stream ends."""

    def __init__(self, site, place=None, types=""):
        super().__init__(daemon=True)
        self.events, self.place = [], place
        self.connection = http.client.HTTPConnection(site.http, timeout=30)
        self.connection.request("GET", "/events" + types, headers={"Last-Event-ID": place} if place else {})
        self.answer = self.connection.getresponse()
        equal((self.answer.status, self.answer.headers["Content-Type"]), (200, "text/event-stream"), "/events")
        self.start()

    def run(self):
        event = {}
        try:
            for line in self.answer:
                text = line.decode("utf-8").rstrip("\n")
                if text:
                    key, _, value = text.partition(": ")
                    event[key] = value
                    continue
                self.place = event.get("id", self.place)
                if "data" in event:
                    self.events.append((event["event"], json.loads(event["data"]).get("label")))
                event = {}
        except (OSError, http.client.HTTPException):
            pass

    def close(self):
        self.connection.close()


def test_events_go_on_after_a_kill_where_they_broke():
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        a.add("r0", "Avant")
        listener = Listener(a)
        wait_for(lambda: listener.place, "a place to come back to")
        first = a.add("r1", "Un")
        wait_for(lambda: listener.events, "the first event")
        a.kill9()
        listener.join(10)
        equal(listener.events, [("record", "Un")], "before the kill")
        a.add("r2", "Deux")
        a.ok("record", "retire", first)
        a.start()
        again = Listener(a, listener.place)
        wait_for(lambda: len(again.events) >= 2, "what happened meanwhile")
        a.add("r3", "Trois")
        wait_for(lambda: len(again.events) >= 3, "what happens now")
        equal(again.events, [("record", "Deux"), ("retired", "Un"), ("record", "Trois")], "after the kill")
        lost = Listener(a, "aaaaaaaaaaaaaaaaaaaaaaaaaa")
        wait_for(lambda: lost.events, "the word that this place is not known")
        equal(lost.events, [("reset", None)], "from a place that is not known")
        a.stop()


def test_hostile_words_are_words_in_every_format():
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        path = os.path.join(al.root, "hostile.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            f.write(json.dumps({"source_id": "h1", "type": "experience", "title": {"fr": HOSTILE}, "abstract": {"fr": HOSTILE + "x" * 20000},
                                "actors": [{"name": HOSTILE, "role": HOSTILE}], "authors": [HOSTILE], "sources": {"fr": [HOSTILE]},
                                "place": {"name": HOSTILE}, "concepts": ["urn:x:h"]}) + "\n")
        terms = os.path.join(al.root, "hostile.nt")
        with open(terms, "w", encoding="utf-8") as f:
            for kind in ("http://www.w3.org/2004/02/skos/core#Concept", "urn:allied:vocab:Component"):
                f.write(f"<urn:x:h> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{kind}> .\n")
            label = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
            f.write(f'<urn:x:h> <http://www.w3.org/2004/02/skos/core#prefLabel> "{label}"@fr .\n')
        a.ok("concept", "import", "--adopt", terms)
        equal(a.load(path)["added"], 1, "it went in")
        for path in ("/oai?verb=ListRecords&metadataPrefix=oai_dc", "/oai?verb=ListSets", "/feeds/all.atom", "/skos.rdf",
                     "/oai?verb=ListRecords&metadataPrefix=" + urllib.parse.quote(HOSTILE)):
            body, headers = get(a, path)
            texts = [t for e in ElementTree.fromstring(body).iter() for t in [e.text or "", *e.attrib.values()]]
            check(any("<script>alert(1)</script> ]]> &amp;" in t for t in texts), path, "has the words as words")
            check(b"<script" not in body, path, "has no markup of theirs")
            equal(headers["X-Content-Type-Options"], "nosniff", path)
            for t in texts:
                opened = len(re.findall("[\u202a\u202b\u202d\u202e]", t)), len(re.findall("[\u2066-\u2068]", t))
                check(path == "/skos.rdf" or opened == (t.count("\u202c"), t.count("\u2069")), path, "turns around what stands behind", t[:200])
        check_documents(al, [get(a, "/oai?verb=ListRecords&metadataPrefix=oai_dc")[0]])


def test_the_thesaurus_is_served_as_files():
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        terms = os.path.join(al.root, "terms.nt")
        with open(terms, "w", encoding="utf-8") as f:
            for i in range(260):
                f.write(f"<urn:x:{i}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .\n")
                f.write(f'<urn:x:{i}> <http://www.w3.org/2004/02/skos/core#prefLabel> "terme {i}"@fr .\n')
        equal(a.json("concept", "import", "--adopt", terms)["added"], 260, "concepts that went in")
        for path, form, kind in (("/skos.ttl", "turtle", "text/turtle; charset=utf-8"), ("/skos.nt", "ntriples", "application/n-triples"),
                                 ("/skos.rdf", "rdfxml", "application/rdf+xml")):
            body, headers = get(a, path)
            equal(headers["Content-Type"], kind, path)
            equal(body.decode("utf-8") == a.ok("concept", "export", "--format", form).out, True, f"{path} says what export says")
            get(a, path, 304, if_none_match=headers["ETag"])
