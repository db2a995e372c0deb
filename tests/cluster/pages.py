"""Pages as a browser gets them: asked for, judged one by one, and followed from link to link.

    seen = pages.crawl(site, "/?lang=fr")      # {path: Page}; fails at the first fault
"""
import http.client
import re
import urllib.parse
from html.parser import HTMLParser

from alliance import Failed, check, equal
from hostile_text import ACTIVE, quiet

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
POLICY = {"default-src 'none'", "style-src 'self'", "img-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"}
HEADINGS = ("h1", "h2", "h3", "h4")


def ask(site, path, method="GET", **headers):
    """Status, headers, body (bytes), as a browser asks for a page."""
    connection = http.client.HTTPConnection(getattr(site, "http", site), timeout=30)
    try:
        connection.request(method, path, None, {"Accept": BROWSER, **{k.replace("_", "-").title(): v for k, v in headers.items()}})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except (OSError, http.client.HTTPException) as e:
        raise Failed(f"{method} {path}: {e!r}") from e
    finally:
        connection.close()


class Page(HTMLParser):
    """A page, taken apart. Faults are found on the way: what is not closed, stands twice, or could act."""

    def __init__(self, path, text):
        super().__init__(convert_charrefs=True)
        self.path, self.faults, self.open, self.ids, self.links, self.fields, self.labels = path, [], [], set(), [], {}, set()
        self.texts, self.headings, self.landmarks, self.lang, self.title, self.tables = [], [], [], None, "", []
        check(text.startswith("<!DOCTYPE html>"), path, text[:80])
        self.feed(text)
        self.close()
        self.finish()

    def fault(self, *words):
        self.faults.append(" ".join(map(str, words)))

    def handle_starttag(self, tag, attrs):
        names = [k for k, _ in attrs]
        a = dict(attrs)
        if len(names) != len(set(names)):
            self.fault(tag, "has an attribute twice", attrs)
        if tag in ("script", "style", "iframe", "object", "embed", "base"):
            self.fault("a", tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "formaction") or not re.fullmatch(r"[a-zA-Z:-]+[0-9]*", name):
                self.fault(tag, "has", name, "=", value)
            if name in ("href", "src", "action") and (value or "").startswith("/"):
                self.fault(tag, "leads to a root that a web server may have elsewhere:", value)
            if name in ("href", "src", "action") and (ACTIVE.match(value or "") or re.match(r"[\s\x00-\x20]|//|\\", value or "")):
                self.fault(tag, "leads to", value)
        if "id" in a:
            self.fault("id twice:", a["id"]) if a["id"] in self.ids else self.ids.add(a["id"])
        if tag not in VOID:
            self.open.append(tag)
        if tag == "html":
            self.lang = a.get("lang")
        if tag in HEADINGS:
            self.headings.append(tag)
        if tag in ("header", "main", "footer", "nav"):
            self.landmarks.append(tag)
        if tag in ("a", "link", "form") and (a.get("href") or a.get("action")):
            self.links.append((tag, a.get("href") or a.get("action"), a.get("rel", "")))
        if tag in ("input", "select", "textarea") and a.get("type") not in ("hidden", "submit"):
            self.fields[a.get("id") or f"without id: {a}"] = a
        if tag == "label":
            self.labels.add(a.get("for"))
        if tag == "img" and "alt" not in a:
            self.fault("an image without alt", a)
        if tag == "svg" and (a.get("role") not in ("img", "group") or not {"aria-label", "aria-labelledby"} & set(a)) and a.get("aria-hidden") != "true":
            self.fault("a drawing without a role and a name", a)
        if tag == "table":
            self.tables.append(set())
        if tag in ("caption", "th") and self.tables:
            self.tables[-1].add(tag)
            if tag == "th" and a.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                self.fault("a heading cell without scope", a)

    def handle_startendtag(self, tag, attrs):
        if "svg" not in self.open:
            self.fault(tag, "closes itself")
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.fault("closes", tag, "within", self.open)

    def handle_data(self, data):
        self.texts.append(data)
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data

    def handle_decl(self, decl):
        if decl != "DOCTYPE html":
            self.fault("a declaration:", decl)

    def handle_comment(self, data):
        if data.strip() not in ("seen from one site", "seen from all sites"):  # the report's
            self.fault("a comment:", data)

    def unknown_decl(self, data):
        self.fault("not HTML:", data)

    def handle_pi(self, data):
        self.fault("not HTML:", data)

    def finish(self):
        if self.open:
            self.fault("not closed:", self.open)
        if self.headings.count("h1") != 1 or self.headings[:1] != ["h1"]:
            self.fault("headings:", self.headings)
        for before, after in zip(self.headings, self.headings[1:]):
            if int(after[1]) > int(before[1]) + 1:
                self.fault("a heading is left out:", before, after)
        for name in ("header", "main", "footer"):
            if self.landmarks.count(name) != 1:
                self.fault("landmarks:", self.landmarks)
        if self.lang not in ("fr", "en") or not self.title.strip():
            self.fault("lang and title:", self.lang, self.title)
        for table in self.tables:
            if table != {"caption", "th"}:
                self.fault("a table that has only", table)
        for name, field in self.fields.items():
            if name not in self.labels and "aria-label" not in field:
                self.fault("a field without a label:", name)
        for tag, href, _ in self.links:
            if href.startswith("#") and href[1:] not in self.ids:
                self.fault("leads nowhere:", href)

    def text(self):
        return " ".join("".join(self.texts).split())


def judge(path, status, headers, body, lang=None):
    """What each page has to be. The page."""
    equal(headers.get_content_type(), "text/html", f"{path}: {body[:300]}")
    equal(set(re.split(r";\s*", headers["content-security-policy"])), POLICY, f"{path}: CSP")
    for name, value in (("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer"),
                        ("cross-origin-opener-policy", "same-origin"), ("cross-origin-resource-policy", "same-origin"), ("access-control-allow-origin", None)):
        equal(headers[name], value, f"{path}: {name}")
    check("Accept-Language" in headers["vary"] and headers["cache-control"] and headers["permissions-policy"], path, headers.items())
    text = body.decode()
    quiet(path, text, "\t\n\u2066\u2067\u2068\u2069")
    page = Page(path, text)
    check(not page.faults, path, status, *page.faults[:5])
    if lang:
        equal((page.lang, headers["content-language"]), (lang, lang), f"{path}: language")
    return page


def crawl(site, start, most=400, skip=()):
    """All pages of a site from one on: each judged, each link within the site followed; the languages' links but not into their pages. {path: page}"""
    seen, queue, checked = {}, [start], set()
    lang = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(start).query)).get("lang")
    while queue and len(seen) < most:
        path = queue.pop(0)
        if path in seen:
            continue
        status, headers, body = ask(site, path)
        equal(status, 200, f"{path}: {body[:200]}")
        seen[path] = page = judge(path, status, headers, body, lang)
        for tag, href, rel in page.links:
            to = urllib.parse.urlsplit(urllib.parse.urljoin(f"http://{site.http}{path}", href))
            if to.netloc != site.http or to.scheme != "http" or tag == "form":
                continue
            where = to.path + ("?" + to.query if to.query else "")
            if where in checked or to.path.startswith(skip):
                continue
            checked.add(where)
            if lang and tag == "a" and dict(urllib.parse.parse_qsl(to.query)).get("lang", lang) != lang:
                continue
            status, headers, body = ask(site, where)
            if status != 200:
                raise Failed(f"{path} has a link to {where}: {status} {body[:200]}")
            if tag == "a" and headers.get_content_type() == "text/html" and where not in seen and not headers["content-disposition"]:
                queue.append(where)
    return seen
