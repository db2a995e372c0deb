"""Pages of a real daemon: well made in both languages, without effect whatever others wrote, and for this site alone."""
import json
import urllib.parse

import hostile_text as hostile
import pages
from alliance import Alliance, check, equal
from test_conflict import written_apart
from web import Web


def hostile_alliance(al):
    """Two allies; all that is hostile; a record and a concept in conflict. Citego, who has pages."""
    a = al.found("Citego", http=True).start()
    b = al.join(a, "Ritimo & <b>").start()
    editor = Web(a.http, a.json("token", "create", "tout", "--scope", "admin")["token"])
    rows = "".join(json.dumps(hostile.record(f"b{i}", t)) + "\n" for i, t in enumerate(sorted(hostile.TEXTS))).encode()
    status, _, body = editor.ask("POST", "/api/v1/records:batch", rows, content_type="application/x-ndjson")
    check(status == 200 and b"refused" not in body, body[:400])
    sol = editor.json("POST", "/api/v1/concepts?adopt=true", hostile.concept("http://example.org/sol", sorted(hostile.TEXTS)[0]))[1]["id"]
    al.wait_equal()
    written_apart(al, (a, ("concept", "edit", sol, "--set", "prefLabel@fr=<b>Terre</b>")), (b, ("concept", "edit", sol, "--set", "prefLabel@fr=\"><script>x</script>")))
    return a, sol


def test_all_pages_are_well_made_in_both_languages_whatever_others_wrote():
    with Alliance("Coredem <script>") as al:
        a, sol = hostile_alliance(al)
        for lang in ("fr", "en"):
            seen = pages.crawl(a, f"/?lang={lang}")
            home, conflict = seen[f"/?lang={lang}"], seen[f"/conflicts/{sol}?lang={lang}"]
            check("Coredem <script>" in home.title and "surprise ${jndi:ldap://x}" in home.text(), home.text()[:600])
            check("<b>Terre</b>" in conflict.text() and '"><script>x</script>' in conflict.text(), conflict.text()[:600])
            check(f"/sites?lang={lang}" in seen, sorted(seen))
        report_as_files(a)
        refuse_strangers(a)
        errors_are_pages(a)
        languages(a)
        not_public(a)


def report_as_files(a):
    """Each under a name of its own; the page is its body, and years that there are not are not found."""
    year = next(urllib.parse.urlsplit(h).path.split("/")[-1] for tag, h, _ in pages.judge("/report", *pages.ask(a, "/report")).links if "/report/2" in h)
    for end, kind in ((".csv", "text/csv"), (".json", "application/json"), (".html", "text/html")):
        status, headers, body = pages.ask(a, f"/report/{year}{end}?lang=fr")
        equal((status, headers.get_content_type()), (200, kind), end)
        equal(headers["content-disposition"] or "", "" if end == ".json" else f'attachment; filename="report-{year}-fr{end}"', end)
        check(b"Ritimo" in body, end, body[:200])
    for path in ("/report/1999", "/report/9999", "/report/99", "/ledger/1999", "/ledger/x", f"/ledger/{year}/zzz/review", f"/ledger/{year}/Citego/nothing"):
        equal(pages.ask(a, path)[0], 404, path)


def refuse_strangers(a):
    """Another name that DNS may point here, another site's frame, another site's form."""
    for path in ("/", "/sites", "/conflicts"):
        status, headers, body = pages.ask(a, path, host="evil.example")
        equal(status, 421, path)
        check("Coredem" not in pages.judge(path, status, headers, body).text(), "the alliance's name is told to a stranger")
        equal(pages.ask(a, path, method="POST", origin="https://evil.example")[0], 405, path)
    status, headers, body = pages.ask(a, "/style.css")
    equal((status, headers["content-type"], headers["x-frame-options"]), (200, "text/css; charset=utf-8", "DENY"), "the sheet")
    check(len(body) <= 8192 and b"url(" not in body and b"@import" not in body, "the sheet has", len(body))
    equal(pages.ask(a, "/style.css", if_none_match=headers["etag"])[0], 304, "the sheet as it is known")
    linked = next(h for tag, h, rel in pages.judge("/", *pages.ask(a, "/")).links if rel == "stylesheet")
    check("immutable" in pages.ask(a, urllib.parse.urljoin("/", linked))[1]["cache-control"], linked)


def errors_are_pages(a):
    """To who asks for pages alone; with nothing of what was asked in it that acts."""
    for path, status in (("/nowhere", 404), ("/x/y/%3Cscript%3E", 404), ("/conflicts/zzz", 404), ("/?no_such=1", 400), ("/?lang=fr&lang=en", 400), ("/conflicts/%00", 400),
                         ("/conflicts/%22%3E%3Cscript%3E", 404)):
        found = pages.ask(a, path)
        equal(found[0], status, f"{path}: {found[2][:200]}")
        page = pages.judge(path, *found)
        check("ALLIED-" in page.text(), path, page.text())
        home = next(h for tag, h, rel in page.links if tag == "a" and not h.startswith("#"))
        equal(urllib.parse.urlsplit(urllib.parse.urljoin(f"http://{a.http}{path}", home)).path, "/", f"{path}: the way home")
        equal(Web(a.http).ask("GET", path)[1].get_content_type(), "application/problem+json", f"{path} for a program")
    equal(pages.ask(a, "/api/v1/nowhere")[1].get_content_type(), "application/problem+json", "of the API")


def languages(a):
    """By what was asked for, else by what the browser prefers; and the page in the other language is the same page."""
    for headers, lang in (({"accept_language": "fr-CA,fr;q=0.9"}, "fr"), ({"accept_language": "de, en;q=0.5"}, "en")):
        page = pages.judge("/sites", *pages.ask(a, "/sites", **headers), lang)
        links = {urllib.parse.urljoin("/sites", h) for tag, h, rel in page.links if "lang=" in h}
        equal(links, {"/sites?lang=fr", "/sites?lang=en"}, "the languages")
    check("lang=" not in "".join(h for tag, h, rel in page.links if "/conflicts" in h), "a language that nobody asked for is kept")


def not_public(a):
    a.settings = ["http.public_read=false"]
    a.stop()
    a.start()
    for path in ("/", "/sites", "/conflicts"):
        status, headers, body = pages.ask(a, path)
        equal(status, 401, path)
        check("Coredem" not in pages.judge(path, status, headers, body).text(), "the alliance's name is told to a stranger")
    equal(pages.ask(a, "/style.css")[0], 200, "how an error looks is no secret")


test_all_pages_are_well_made_in_both_languages_whatever_others_wrote.seconds = 5
