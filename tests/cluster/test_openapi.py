"""What /openapi.json says of each path, against real answers; tokens, names and origins at a real daemon and behind a web server."""
import json
import os
import re

from alliance import Alliance, check, equal, wait_for
from test_http import Nginx
from web import Described, Web

# What stands for a part of a path, by a pattern of the path; "RECORD" and "CONCEPT" become ids that there are.
PARTS = ((r"/records/by-source/", "fiche-1"), (r"/records/", "RECORD"), (r"/concepts/", "CONCEPT"), (r"/feeds/", "all"), (r"", "x"))
# Queries without which a path answers no 200.
QUERIES = {"/oai": "?verb=Identify", "/api/v1/suggest": "?q=eau", "/api/v1/search": "?q=eau"}
NOT_HERE = ("/conflicts/{id}", "/{page}.atom")  # there is no conflict, and no full page
STREAMS = ("text/event-stream",)  # they do not end


def filled(path, ids):
    """A path with values for its parts, and what is needed behind it."""
    value = next(v for pattern, v in PARTS if re.search(pattern, path))
    return re.sub(r"{[^}]*}", ids.get(value, value), path) + QUERIES.get(path, "")


def streams(operation):
    return any(t in said.get("content", {}) for said in operation["responses"].values() for t in STREAMS)


def judge(described, operation, what, answer, faults):
    faults += [f"{what}: {f}" for f in described.faults(operation, *answer)]
    return answer[0]


def with_data(al):
    a = al.found("Citego", listen=False, http=True)
    record = a.add("fiche-1", "L’eau des villes", lang="fr")
    concept = a.json("concept", "add", "--set=prefLabel@fr=eau")["id"]
    return a.start(), {"RECORD": record, "CONCEPT": concept}


def test_every_answer_is_as_openapi_json_says():
    with Alliance() as al:
        a, ids = with_data(al)
        token = a.json("token", "create", "tout", "--scope", "admin")["token"]
        nobody, somebody = Web(a.http), Web(a.http, token)
        described, faults, good = Described(nobody.json("GET", "/openapi.json")[1]), [], 0
        for method, path, operation in sorted(described.operations(), key=lambda o: o[0] != "GET"):  # before anything changes
            what, where = f"{method} {path}", filled(path, ids)
            named = [(p["in"], p["name"]) for p in operation["parameters"]]
            equal(sorted(named), sorted(set(named)), what + ": each parameter once")
            equal(("header", "If-Match") in named, method in ("PUT", "DELETE"), what + ": If-Match")
            takes = list(operation.get("requestBody", {}).get("content", {}))
            body = {"content_type": takes[0], "body": b"{}"} if takes else {}
            if method == "GET" and not streams(operation):
                answer = nobody.ask(method, where)
                status, etag = judge(described, operation, what, answer, faults), answer[1]["etag"]
                if status < 300:
                    equal(("header", "If-None-Match") in named, bool(etag), what + ": If-None-Match")
                if etag:
                    equal(judge(described, operation, what, nobody.ask(method, where, if_none_match=etag), faults), 304, what + " as it is known")
                if not operation.get("security") and status >= 300 and not path.endswith(NOT_HERE):
                    faults.append(f"{what} as anybody: {status}")
                good += status < 300
                head = nobody.ask("HEAD", where)
                check(head[0] == status and not head[2], "HEAD", path, head)
                if not path.startswith(("/peer", "/healthz", "/readyz", "/oai")):
                    equal(judge(described, operation, what, nobody.ask(method, where.split("?")[0] + "?no_such_parameter=1"), faults), 400, what)
            if operation.get("security"):
                equal(judge(described, operation, what, nobody.ask(method, where, **body), faults), 401, what + " without a token")
                wrong = Web(a.http, token[:-3] + "aaa").ask(method, where, **body)
                equal(judge(described, operation, what, wrong, faults), 401, what + " with a wrong token")
            if method != "GET":
                equal(("header", "If-None-Match") in named, method == "PUT" and "/by-source/" in path, what + ": If-None-Match")
                judge(described, operation, what, somebody.ask(method, where, **body), faults)
                if takes and not path.startswith("/peer"):
                    odd = somebody.ask(method, where, b"x", content_type="image/png")
                    equal(judge(described, operation, what, odd, faults), 415, what + " with an image")
            for other in ("PATCH",):
                answer = somebody.ask(other, where)
                check(answer[0] == 405 and method in answer[1]["allow"], "another method:", other, path, answer)
        check(not faults, *faults)
        check(good >= 4, "only", good, "paths answered well")
        a.stop()


test_every_answer_is_as_openapi_json_says.seconds = 4


def whole_record(other, concept):
    text, texts = {"fr": "L’eau", "en": "Water"}, {"fr": ["un", "deux"], "en": ["one"]}
    return {"type": "dossier", "source_id": "fiche-2", "source_url": "https://example.org/2", "actors": [{"name": "A", "role": "r", "family": "f", "contribution": "c"}],
            **{k: text for k in ("title", "subtitle", "abstract", "context", "history", "description", "limits", "lessons")},
            "authors": ["B"], "producer": "C", "date": "2024-05", "period": {"start": "2020", "end": "2023"}, "sources": texts, "notes": texts, "licence": "CC-BY-4.0",
            "place": {"name": "Lyon", "country": "FR", "lat": 45.75, "lon": 4.85}, "episodes": {"fr": [{"date": "2021", "text": "d"}]}, "items": [other],
            "images": [{"url": "https://example.org/i.jpg", "credit": "E", "alt": {"fr": "f"}}], "concepts": [{"concept": concept, "weight": 40}, "http://example.org/inconnu"],
            "links": [{"rel": "cites", "target": other}, {"rel": "cites", "target": "https://example.org/3"}], "made_from": {"en": "fr"}}


def whole_concept(other):
    texts = {"fr": ["un", "deux"], "en": ["one"]}
    return {"uri": "http://example.org/mer", "kind": "descriptor", "prefLabel": {"fr": "mer", "en": "sea"}, "notation": [{"value": "1.2", "datatype": "http://example.org/n"}],
            **{k: texts for k in ("altLabel", "hiddenLabel", "definition", "scopeNote", "example", "note", "changeNote", "editorialNote", "historyNote")},
            **{k: [other] for k in ("broader", "related", "facet", "inScheme", "topConceptOf", "memberOf")}, "colour": "#0000ff", "logo": "https://example.org/l.png",
            **{k: ["http://example.com/" + k] for k in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")}}


def test_every_field_is_named_where_it_is_asked_and_where_it_is_shown():
    with Alliance() as al:
        a, ids = with_data(al)
        web = Web(a.http, a.json("token", "create", "tout", "--scope", "admin")["token"])
        described, kind = Described(web.json("GET", "/openapi.json")[1]), "application/json"
        for what, value, own in (("record", whole_record(ids["RECORD"], ids["CONCEPT"]), {"id", "lang"}),
                                 ("concept", whole_concept(ids["CONCEPT"]), {"id", "lang", "motive", "deprecated"})):
            form = described.document["components"]["schemas"][what.title() + "In"]
            equal(set(form["properties"]) - own, set(value), "what may be sent")
            where = f"/api/v1/{what}s"
            equal(described.asked_faults(described.operation("POST", where), json.dumps(value), kind), [], "asked")
            check(described.asked_faults(described.operation("POST", where), json.dumps({**value, "type": 1, "uri": 1}), kind), "a number for a word")
            status, told = web.json("POST", where, value)
            equal(status, 201, told)
            shown = web.ask("GET", f"{where}/{told['id']}")
            equal(sorted(set(value) - set(json.loads(shown[2])) - {"made_from"}), [], "shown")
            linked = web.json("GET", f"{where}/{told['id']}.jsonld")[1]
            if what == "record":
                name = web.json("GET", f"/api/v1/concepts/{ids['CONCEPT']}.jsonld")[1]["@id"]
                check(name in [t["@id"] for t in linked["about"]], "a concept is named there as it names itself:", name, linked["about"])
                record = web.json("GET", f"{where}/{ids['RECORD']}.jsonld")[1]["@id"]
                equal([linked["hasPart"], linked["dcterms:hasPart"]], [[{"@id": record}]] * 2, "a dossier's parts")
            else:
                skos = {"inScheme", "notation"} | {k for k in value if k.endswith(("Label", "Note", "Match")) or k in ("note", "definition", "example", "broader", "related", "topConceptOf")}
                equal(sorted(skos - set(linked)), [], "SKOS's properties")
                equal(linked["inScheme"], [{"@id": "urn:allied:" + ids["CONCEPT"]}], "inScheme")
                equal(linked["notation"], [{"@value": "1.2", "@type": "http://example.org/n"}], "notation")
            for path in (f"{where}/{told['id']}", f"{where}/{told['id']}/history", f"{where}/{told['id']}.jsonld", f"{where}/{ids[what.upper()]}", where):
                equal(described.faults(described.operation("GET", path), *web.ask("GET", path)), [], path)
            for odd in ({"no_such_key": 1}, {"conflicts": "1"}):
                body = json.dumps({**json.loads(shown[2]), **odd}).encode()
                check(described.faults(described.operation("GET", f"{where}/x"), 200, shown[1], body), "is allowed:", odd)
        a.stop()


test_every_field_is_named_where_it_is_asked_and_where_it_is_shown.seconds = 1


def test_tokens_belong_to_a_site_and_last_as_long_as_it_and_they_are_to():
    with Alliance() as al:
        a, _ = with_data(al)
        token = a.json("token", "create", "SPIP", "--scope", "records,concepts")["token"]
        short = a.json("token", "create", "court", "--scope", "records", "--expires", "1s")["token"]
        a.ok("site", "add", "Petite asso")
        check(a.run("token", "create", "x", "--scope", "records").exit == 64, "a token for nobody in particular")
        hosted = a.json("--site", "petite-asso", "token", "create", "SPIP", "--scope", "records")["token"]
        def status(text):
            return Web(a.http, text).ask("GET", "/api/v1/allies")[0]
        equal([status(token), status(hosted), status("allied_" + "a" * 52)], [200, 200, 401], "tokens")
        wait_for(lambda: status(short) == 401, "the short one is over")
        wait_for(lambda: [t["used"] is not None for t in a.json("token", "list")["tokens"] if t["name"] == "SPIP"] == [True, True], "both were used")
        rows = a.ok("--json", "token", "list").out
        check(token not in rows and token[7:40] not in rows, "the list shows a secret")
        with open(os.path.join(a.dir, "allied.db"), "rb") as f:
            check(token[20:].encode() not in f.read(), "the database has a secret")
        kept = os.path.join(al.root, "kept.backup")
        a.ok("backup", kept)
        a.ok("--site", "citego", "token", "revoke", "SPIP")
        equal([status(token), status(hosted)], [401, 200], "one is revoked")
        a.stop()
        again = al.site("Citego encore", listen=False, http=True)
        again.ok("restore", kept)
        again.start()
        equal(Web(again.http, token).ask("GET", "/api/v1/allies")[0], 200, "a restored site keeps its tokens")
        again.stop()


test_tokens_belong_to_a_site_and_last_as_long_as_it_and_they_are_to.seconds = 5


def test_where_reading_is_not_public_it_takes_a_token():
    with Alliance() as al:
        a = al.found("Citego", listen=False, http=True)
        a.settings = ["http.public_read=false"]
        a.start()
        token = a.json("token", "create", "SPIP", "--scope", "concepts")["token"]
        status, problem = Web(a.http).json("GET", "/api/v1/allies", accept_language="fr")
        equal((status, problem["code"], problem["detail"]), (401, "token_needed", "il faut un jeton pour cela"), "without")
        status, headers, _ = Web(a.http, token).ask("GET", "/api/v1/allies")
        check(status == 200 and "access-control-allow-origin" not in headers, "with a token", headers)
        equal(Web(a.http).ask("GET", "/healthz")[0], 200, "healthz")
        a.stop()


test_where_reading_is_not_public_it_takes_a_token.seconds = 1


def test_the_site_answers_to_its_own_names_alone_behind_a_web_server_too():
    with Alliance() as al:
        a = al.found("Citego", listen=False, http=True)
        nginx = Nginx(al, a, "proxy_set_header Host $http_host;")
        a.settings = ["site.public_url=https://fiches.example/allied/", "http.hosts=autre.example"]
        nginx.start()
        a.start()
        for address, path in ((a.http, "/api/v1/allies"), (nginx.address, "/allied/api/v1/allies")):
            for name, status in (("fiches.example", 200), ("autre.example:8443", 200), ("localhost", 200), ("evil.example", 421), ("fiches.example.evil", 421)):
                equal(Web(address).ask("GET", path, host=name)[0], status, f"{address} as {name}")
            equal(Web(address).ask("GET", path.replace("api/v1/allies", "healthz"), host="evil.example")[0], 200, "healthz")
        status, problem = Web(nginx.address).json("GET", "/allied/api/v1/allies?lang=fr", host="evil.example")
        check("evil.example" in problem["detail"] and problem["code"] == "http_host", problem)
        exchange = {"content_type": "application/msgpack", "body": b"x"}
        for origin, status in (("https://evil.example", 403), ("null", 403), ("https://fiches.example", None), (None, None)):
            found = Web(nginx.address).ask("POST", "/allied/peer/v1/exchange", host="fiches.example", origin=origin, **exchange)
            check((json.loads(found[2])["code"] == "http_origin") == (status == 403), origin, found)
        equal(Web(nginx.address).json("GET", "/allied/openapi.json")[1]["servers"], [{"url": "https://fiches.example/allied"}], "where it is")
        nginx.stop()
        a.stop()


test_the_site_answers_to_its_own_names_alone_behind_a_web_server_too.seconds = 2
