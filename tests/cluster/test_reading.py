"""Reading as a person does, by plain HTTP: find a record, narrow, switch the language, follow a concept. Every facet's link finds as many as it says."""
import json
import os
import re
import urllib.parse

import pages
from alliance import DEMO_DATA, Alliance, check, equal
from hostile_text import TEXTS


def open_page(site, path, status=200, lang=None):
    found = pages.ask(site, path)
    equal(found[0], status, f"{path}: {found[2][:300]}")
    return pages.judge(path, *found, lang)


def links(page, pattern):
    """Where its links lead that fit, as paths of the site, in order, each once."""
    out = [urllib.parse.urljoin(f"http://site{page.path}", h).removeprefix("http://site") for tag, h, _ in page.links if tag == "a"]
    return list(dict.fromkeys(h for h in out if re.match(pattern, h)))


def total(page):
    return int(re.sub(r"[^0-9]", "", re.search(r"([0-9\u202f, ]+) (?:fiches?|records?)\.", page.text()).group(1)))


def narrowing(site, path):
    """The links of a page's facets, with how many each is to leave."""
    body = pages.ask(site, path)[2].decode()
    facets = re.search(r'<nav class="facets".*?</nav>', body, re.S).group(0)
    for href, count in re.findall(r'<li><a href="([^"]*)"[^>]*>.*?</a> <span class="dim">\(([^)]*)\)', facets, re.S):
        yield urllib.parse.urljoin(path, href.replace("&amp;", "&")), int(re.sub(r"[^0-9]", "", count))


def alliance(al):
    a = al.found("Citego", http=True)
    a.ok("concept", "import", os.path.join(DEMO_DATA, "atlas.ttl"))
    a.load(os.path.join(DEMO_DATA, "citego.jsonl"))
    path = os.path.join(al.root, "more.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        for k, text in enumerate(sorted(TEXTS)):
            f.write(json.dumps({"source_id": f"h{k}", "type": "resource", "title": {"fr": f"Territoires {k} {text}", "en": "Territories"}, "abstract": {"fr": text},
                                "date": f"{2000 + k % 3}", "place": {"name": text[:200], "country": "FR"}}) + "\n")
    a.load(path)
    return a.start()


def test_a_record_is_found_narrowed_and_read_and_its_concept_followed():
    with Alliance() as al:
        a = alliance(al)
        start = "/records?q=territoires&lang=fr"
        found = open_page(a, start, lang="fr")
        check(total(found) > 5, found.text()[:400])
        tried = 0
        for path, count in narrowing(a, start):
            narrowed = open_page(a, path, lang="fr")
            equal(total(narrowed), count, path)
            # Each link keeps what was asked for, and one leads back.
            check("q=territoires" in path and "lang=fr" in path, path)
            check(urllib.parse.urlsplit(start).query in {urllib.parse.urlsplit(h).query for h in links(narrowed, "/records")}, "a way back from", path)
            tried += 1
        check(tried >= 8, "facets that narrow:", tried)
        term = next(p for p, n in narrowing(a, "/records?lang=fr") if "term=" in p and n > 1)
        for path, count in narrowing(a, term):
            equal(total(open_page(a, path)), count, path)
        all_of_them(a)
        record = next(h for h in links(found, r"/records/[a-z2-7]{20,}"))
        page = open_page(a, record, lang="fr")
        english = open_page(a, next(h for h in links(page, "/records/") if "lang=en" in h), lang="en")
        equal(urllib.parse.urlsplit(english.path).path, urllib.parse.urlsplit(record).path, "the same record in the other language")
        with_terms = links(open_page(a, term), r"/records/[a-z2-7]{20,}")[0]
        concept = links(open_page(a, with_terms), "/concepts/")[0]
        page = open_page(a, concept, lang="fr")
        next_to_it = [h for h in links(page, r"/concepts/[a-z2-7]+\?") if urllib.parse.urlsplit(h).path != urllib.parse.urlsplit(concept).path]
        check(next_to_it, "a concept has neighbours", page.text()[:500])
        open_page(a, next_to_it[0], lang="fr")
        check(any(urllib.parse.urlsplit(h).path == urllib.parse.urlsplit(with_terms).path for h in links(page, "/records/")), "and the record that led to it")
        equal(total(open_page(a, next(h for h in links(page, r"/records\?term=")))), int(re.search(r"(\d+) fiches? l[ae] nomme", page.text()).group(1)), "records that name it")
        nothing(a)
        letters(a)


def all_of_them(a):
    """From page to page each record comes once."""
    seen, path = [], "/records?order=oldest&lang=en"
    while path:
        page = open_page(a, path)
        seen += [urllib.parse.urlsplit(h).path for h in links(page, r"/records/[a-z2-7]{20,}")]
        path = next((urllib.parse.urljoin(path, h) for tag, h, rel in page.links if rel == "next"), None)
        check(len(seen) < 1000, "it goes round", path)
    equal((len(seen), len(set(seen))), (a.status()["records"],) * 2, "records along the pages")


def nothing(a):
    page = open_page(a, "/records?q=territoirres+zzz&type=experience&lang=en")
    check("Nothing was found" in page.text() and links(page, "/concepts/|/records/[a-z2-7]"), "help where nothing is found", page.text())
    for path, status in (("/records?type=experience&cursor=aaaa", 400), ("/records?from=yesterday", 400), ("/records?concept=none-such", 422), ("/records?odd=1", 400)):
        open_page(a, path, status)


def letters(a):
    page = open_page(a, "/thesaurus?letter=s&lang=fr")
    names = links(page, r"/concepts/")
    others = links(open_page(a, "/thesaurus?letter=e&lang=fr"), r"/concepts/")
    check(names and others and not set(names) & set(others), "concepts by their letter", names, others)
    check(links(open_page(a, "/thesaurus?q=soci&lang=fr"), "/concepts/"), "by its beginning")
    check(not links(open_page(a, "/thesaurus?q=zzzz&lang=fr"), "/concepts/"), "none begins so")
    for path, status in (("/thesaurus?letter=%3Cscript%3E", 400), ("/thesaurus?letter=zz", 400), ("/thesaurus?letter=s&from=-1", 400), ("/thesaurus?component=zz", 404)):
        open_page(a, path, status)


test_a_record_is_found_narrowed_and_read_and_its_concept_followed.seconds = 2
