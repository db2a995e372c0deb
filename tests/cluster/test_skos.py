"""The thesaurus with a real one's weight: GEMET in two languages at two sites, and what other programs say of our files."""
import os
import shutil
import threading
import xml.etree.ElementTree as ElementTree

from alliance import DEMO_DATA, SHARED_DATA, Alliance, Skipped, check, equal

GEMET = {lang: os.path.join(SHARED_DATA, f"gemet-{lang}.rdf") for lang in ("fr", "de")}
FORMS = {"rdf": "rdfxml", "ttl": "turtle", "nt": "ntriples"}
RDF, SKOS, DC = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{http://www.w3.org/2004/02/skos/core#}", "{http://purl.org/dc/elements/1.1/}"
XML = "{http://www.w3.org/XML/1998/namespace}"
# What GEMET's files say that is none of ours, statement by statement; the first blank node is the type of dc:creator, the second its name.
LOST = {"dc:description": 1, "blank node": 2, "dc:creator: a blank node": 1, "dc:uri": 1, "dc:rights": 1, "dcterms:issued": 1,
        "dcterms:modified": 1, "skos:related: itself": 1}
INVERSE = {"narrower": "broader", "hasTopConcept": "topConceptOf"}


def triples_of_gemet(path):
    """What is kept of it, by another reader than ours, and how many statements say `broader`."""
    triples, statements = set(), 0
    for subject in ElementTree.parse(path).getroot():
        about = subject.get(RDF + "about")
        triples.add((about, "a", subject.tag[len(SKOS):]))
        for p in subject:
            name, target = p.tag.split("}")[1], p.get(RDF + "resource")
            statements += p.tag == SKOS + "broader"
            if p.tag == DC + "title":
                triples.add((about, "prefLabel", (p.text, "")))
            elif not p.tag.startswith(SKOS) or target == about:
                continue
            elif target is None:
                triples.add((about, name, (p.text, p.get(XML + "lang"))))
            elif name in INVERSE:
                triples.add((target, INVERSE[name], about))
            else:
                triples.add((about, name, target))
    return triples, statements


def triples_shown(site):
    """The same of a site's thesaurus, from its N-Triples."""
    triples = set()
    for line in site.ok("concept", "export", "--format", "ntriples").out.splitlines():
        s, p, o = line[:-2].split(" ", 2)
        name = p[1:-1].replace("#", "/").rsplit("/", 1)[1]
        if o.startswith("<"):
            o = o[1:-1].rsplit("#", 1)[-1] if name == "type" else o[1:-1]
        else:
            text, lang = o.rsplit('"', 1)
            o = (text[1:].replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\"), lang[1:])
        triples.add((s[1:-1], "a" if name == "type" else name, o))
    return triples


def load(site, path, *options):
    return site.json("concept", "import", path, *options)


def counts(r):
    return r["added"], r["updated"], r["unchanged"], r["rejected"]


def export_in_all_forms(al, site):
    paths = {end: os.path.join(al.root, f"out.{end}") for end in FORMS}
    for path in paths.values():
        site.ok("concept", "export", path)
    return paths


def check_with_other_programs(al, paths):
    """xmllint reads the XML; rapper finds the same triples in all three."""
    for tool in ("xmllint", "rapper"):
        if not shutil.which(tool):
            raise Skipped(f"{tool} is not installed: what other programs read in our files was NOT tried")
    r = al.run(["xmllint", "--noout", paths["rdf"]])
    equal((r.exit, r.err), (0, ""), "xmllint")
    said = {}
    for end, form in FORMS.items():
        r = al.run(["rapper", "-q", "-i", form, "-o", "ntriples", f"file:{paths[end]}"])
        equal((r.exit, r.err), (0, ""), f"rapper, {form}")
        said[form] = sorted(set(r.out.splitlines()))
    equal(said["rdfxml"] == said["ntriples"] and said["turtle"] == said["ntriples"], True, "the three forms say the same to rapper")
    return said["ntriples"]


def test_gemet_in_french_here_and_in_german_there_is_one_thesaurus():
    for path in GEMET.values():
        if not os.path.exists(path):
            raise Skipped(f"{path} is not there: a real thesaurus was NOT tried")
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo")
        # At once, through a daemon and without one: neither knows yet of what the other writes.
        results = {}
        french = threading.Thread(target=lambda: results.update(fr=load(a, GEMET["fr"])))
        french.start()
        results["de"] = load(b, GEMET["de"])
        french.join(60)
        for lang, r in results.items():
            equal(counts(r), (5571, 0, 0, 0), f"{lang}: 5,570 concepts and their scheme")
            equal({row["what"]: row["count"] for row in r["lost"]}, LOST, f"{lang}: what is not kept")
        b.start()
        al.wait_equal()
        equal((a.status()["concepts"], a.status()["conflicts"]), (5571, 0), "concepts and conflicts")
        given, expected = [triples_of_gemet(path) for path in GEMET.values()], set()
        for triples, statements in given:
            equal(statements, 16214, "statements of broader in the file")
            expected |= triples
        broader = {t for t in expected if t[1] == "broader"}
        # 73 of the statements are said twice; 8 edges are said as narrower alone.
        equal(len(broader), 16214 - 73 + 8, "edges of broader that the statements make")
        equal(broader, {t for t in given[0][0] if t[1] == "broader"}, "both files say the same edges")
        equal(triples_shown(a) ^ expected, set(), "triples at one site alone, or in the files alone")
        for site, lang in ((a, "de"), (b, "fr"), (a, "fr")):
            before = site.status()["commits"]
            equal(counts(load(site, GEMET[lang])), (0, 0, 5571, 0), f"{lang} again at {site.name}")
            equal(site.status()["commits"], before, f"commits after {lang} again at {site.name}")
        paths = export_in_all_forms(al, a)
        for path in paths.values():
            equal(counts(load(b, path)), (0, 0, 5571, 0), f"{path} at the other site")
        check_with_other_programs(al, paths)


test_gemet_in_french_here_and_in_german_there_is_one_thesaurus.seconds = 15


def test_what_is_exported_in_any_form_goes_in_elsewhere_and_comes_out_the_same():
    with Alliance() as al:
        a = al.found("Citego")
        load(a, os.path.join(DEMO_DATA, "atlas.ttl"), "--adopt")
        a.ok("concept", "add", "--set=prefLabel@fr=<b>\"A & B\"</b>\r\n\u202e ]]> '", "--set=altLabel@en=\u0001kept\ufffe", "--set=broader=https://elsewhere.org/x?a=1&b=2")
        paths = export_in_all_forms(al, a)
        for end, path in paths.items():
            c = al.found(f"Site {end}")
            r = load(c, path, "--adopt")
            check(r["added"] > 20 and r["rejected"] == 0 and r["lost"] == [], path, r)
            again = os.path.join(al.root, f"again.{end}")
            c.ok("concept", "export", again)
            with open(path, "rb") as one, open(again, "rb") as other:
                equal(one.read() == other.read(), True, f"{end}: exported, imported and exported again")
        check_with_other_programs(al, paths)
