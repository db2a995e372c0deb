"""The JSON API over HTTP: every route, every refusal, and what two clients do at once."""
import http.client
import json
import threading
import urllib.parse

from alliance import Alliance, check, equal, wait_for
from api import WATER, Client, alone


def test_a_record_lives_over_the_api():
    with Alliance() as al:
        a, anyone, editor, _ = alone(al)
        new = editor.good("POST", "/records", {"title": {"fr": "Un"}, "abstract": {"fr": "R"}, "concepts": [WATER]}, 201)
        told, path = new.json, "/records/" + new.json["id"]
        equal(new.headers["Location"], told["url"], "Location")
        equal(told["outcome"], "added")
        shown = anyone.good("GET", path)
        equal(shown.headers["Content-Type"], "application/json")
        equal(shown.headers["X-Content-Type-Options"], "nosniff")
        etag = shown.headers["ETag"]
        equal(etag.split(".")[0], told["etag"].split(".")[0], "the version told is the one shown")
        equal(anyone.get(path, If_None_Match=etag).status, 304)
        equal(anyone.get(path + ".json").json, shown.json, "by suffix")

        # What was read, changed and put back.
        record = shown.json
        record["title"]["fr"], record["context"] = "Deux", {"fr": "Ici"}
        anyone.refused(401, "token_needed", "PUT", path, record)
        editor.refused(428, "http_if_match", "PUT", path, record)
        put = editor.good("PUT", path, record, If_Match=etag).json
        equal((put["outcome"], sorted(put["changed"])), ("updated", ["context", "title"]))
        editor.refused(412, "stale", "PUT", path, record, If_Match=etag)
        editor.refused(412, "stale", "DELETE", path, If_Match=etag)
        equal(editor.good("PUT", path, record, If_Match=put["etag"]).json["outcome"], "unchanged")
        equal(anyone.get(path).json["concepts"][0]["id"], shown.json["concepts"][0]["id"], "its term stays")
        history = anyone.good("GET", path + "/history").json["history"]
        check(len(history) >= 2, history)

        editor.good("DELETE", path + "?reason=doublon", If_Match="*")
        gone = anyone.refused(410, "retired", "GET", path)
        equal((gone["id"], gone["retired"]), (told["id"], True))
        editor.refused(410, "retired", "DELETE", path, If_Match="*")
        editor.good("PUT", path, {"title": {"fr": "Revenu"}}, If_Match="*")
        equal(anyone.get(path).json["title"], {"fr": "Revenu"})
        equal(a.title(told["id"]), "Revenu", "at the command line")
        a.verify()


def test_what_is_asked_again_is_told_as_it_is_now():
    with Alliance() as al:
        _, anyone, editor, thinker = alone(al)
        path = "/records/" + editor.good("POST", "/records", {"title": {"fr": "Un"}, "abstract": {"fr": "R"}, "concepts": [WATER]}, 201).json["id"]
        before = [anyone.good("GET", path) for _ in range(3)]
        equal({a.text for a in before}, {before[0].text}, "nothing happened meanwhile")
        equal(before[2].json["concepts"][0]["label"], None)
        # The record is as it was, what it names is not.
        thinker.good("POST", "/concepts?adopt=true", {"uri": WATER, "prefLabel": {"fr": "eau", "en": "water"}}, 201)
        equal(anyone.get(path, If_None_Match=before[2].headers["ETag"]).status, 200)
        for lang, label in (("fr", "eau"), ("en", "water")) * 2:
            equal(anyone.get(path, Accept_Language=lang).json["concepts"][0]["label"], label, lang)
            linked = anyone.get(path + ".jsonld", Accept_Language=lang)
            equal(linked.headers["Content-Type"], "application/ld+json")
            check("@id" in linked.json, linked)


def test_a_cms_says_what_it_has_and_one_field_changes():
    with Alliance() as al:
        a, anyone, editor, _ = alone(al)
        path, record = "/records/by-source/" + urllib.parse.quote("wp:12/é", safe=""), {
            "title": "Une fiche", "lang": "fr", "abstract": "Ce qui fut fait", "date": "2024-05"}
        first = editor.good("PUT", path, record, 201).json
        equal(first["outcome"], "added")
        equal(editor.good("PUT", path, record).json["outcome"], "unchanged")
        a.ok("record", "edit", first["id"], "--set", "title@fr=Un autre titre")
        record["abstract"] = "Ce qui fut appris"
        second = editor.good("PUT", path, record).json
        equal((second["outcome"], second["id"]), ("updated", first["id"]))
        shown = anyone.get("/records/" + first["id"]).json
        equal((shown["title"]["fr"], shown["abstract"]["fr"], shown["source_id"]),
              ("Un autre titre", "Ce qui fut appris", "wp:12/é"), "what a person changed stays")
        editor.refused(412, "stale", "PUT", path, {**record, "date": "2023"}, If_Match=f'"{"a" * 26}.0"')
        editor.refused(412, "stale", "DELETE", path, If_Match=f'"{"a" * 26}.0"')
        editor.refused(412, "stale", "PUT", "/records/by-source/nu", record, If_Match="*")
        third = editor.good("PUT", path, {**record, "date": "2023"}, If_Match=second["etag"]).json
        editor.refused(412, "stale", "PUT", path, record, If_Match=second["etag"])
        editor.good("PUT", path, record, If_Match=third["etag"])
        editor.refused(422, "field_value", "PUT", path, {**record, "source_id": "wp:13"})
        editor.refused(422, "title_missing", "PUT", "/records/by-source/nu", {"abstract": "Sans titre", "lang": "fr"})
        editor.refused(409, "known", "POST", "/records", {**record, "source_id": "wp:12/é"})
        editor.good("DELETE", path)
        editor.refused(410, "retired", "DELETE", path)
        editor.refused(404, "not_found", "DELETE", "/records/by-source/nulle-part")
        equal(editor.good("PUT", path, record).json["outcome"], "unchanged", "nothing changed there: it stays retired")
        equal(editor.good("PUT", path, {**record, "date": "2025"}).json["outcome"], "updated")
        equal(anyone.get("/records/" + first["id"]).status, 200, "it came back")


def test_bad_requests_are_told_what_is_wrong_and_change_nothing():
    with Alliance() as al:
        a, anyone, editor, thinker = alone(al)
        before = a.status()["commits"]
        refused, title = editor.refused, {"title": {"fr": "T"}}
        check("2:" in refused(400, "json", "POST", "/records", '{"title": "a",\n "title": "b"}')["detail"], "where")
        refused(400, "json", "POST", "/records", "[" * 5000)
        refused(400, "json", "POST", "/records", '{"title": 1' + "0" * 400 + "}")
        refused(400, "json", "POST", "/records", "[1]")
        for key in ("\xff", "k" * 161):
            check("Idempotency-Key" in refused(400, "http_value", "POST", "/records", title, Idempotency_Key=key)["detail"], "the header is named")
        refused(422, "field_unknown", "POST", "/records", {**title, "titel": "T"})
        problem = refused(422, "field_value", "POST", "/records", {**title, "place": {"lat": 91, "lon": 0}})
        check("place" in problem["errors"][0]["field"], problem)
        refused(422, "record_type", "POST", "/records", {**title, "type": "poem"})
        refused(422, "lang", "POST", "/records", {"title": {"not a tag": "T"}})
        refused(422, "title_missing", "POST", "/records", {"abstract": {"fr": "A"}})
        refused(422, "text_long", "POST", "/records", {"title": {"fr": "T" * 70000}})
        refused(415, "type", "POST", "/records", "x", Content_Type="text/plain")
        anyone.refused(401, "token_needed", "POST", "/records", title)
        anyone.refused(401, "token_wrong", "POST", "/records", title, Authorization="Bearer x")
        thinker.refused(403, "token_scope", "POST", "/records", title)
        refused(403, "token_scope", "POST", "/concepts", {"prefLabel": {"fr": "C"}})
        refused(403, "http_origin", "POST", "/records", title, Origin="http://evil.example")
        refused(421, "http_host", "POST", "/records", title, Host="evil.example")
        anyone.refused(404, "not_found", "GET", "/records/aaaa")
        anyone.refused(404, "not_found", "GET", "/records/0189")
        anyone.refused(404, "not_found", "GET", "/records/aaaa/history")
        anyone.refused(404, "not_found", "GET", "/concepts/http%3A%2F%2Fexample.org%2Fnone")
        anyone.refused(404, "not_found", "GET", "/conflicts/aaaa")
        anyone.refused(400, "cursor", "GET", "/records?cursor=abc")
        anyone.refused(400, "http_value", "GET", "/records?limit=201")
        anyone.refused(400, "time", "GET", "/records?since=hier")
        anyone.refused(400, "time", "GET", "/records?q=eau&since=hier")
        anyone.refused(400, "ally_unknown", "GET", "/records?ally=personne")
        anyone.refused(400, "usage", "GET", "/records?order=best")
        anyone.refused(400, "http_unknown", "GET", "/records?colour=red")
        anyone.refused(400, "http_value", "GET", "/records?place=Lyon")
        anyone.refused(406, "http_accept", "GET", "/records/aaaa", Accept="image/png")
        anyone.refused(405, "http_method", "PUT", "/records", title)
        equal(a.status()["commits"], before, "nothing changed")
        french = editor.refused(422, "title_missing", "POST", "/records", {}, Accept_Language="fr")
        check("titre" in french["detail"], french)


def test_conditions_hold_as_http_has_them():
    with Alliance() as al:
        a, anyone, editor, thinker = alone(al)
        record, source = {"title": {"fr": "Un"}}, "/records/by-source/s1"
        equal(editor.good("PUT", source, record, 201, If_None_Match="*").json["outcome"], "added")
        editor.refused(412, "stale", "PUT", source, {"title": {"fr": "Autre"}}, If_None_Match="*")
        editor.refused(400, "http_value", "PUT", source, record, If_None_Match='"a.b"')
        editor.refused(400, "http_value", "PUT", source, record, If_None_Match="*", If_Match="*")
        by_uri = "/concepts/by-source/" + urllib.parse.quote(WATER, safe="")
        thinker.good("PUT", by_uri, {"prefLabel": {"fr": "eau"}}, 201, If_None_Match="*")
        thinker.refused(412, "stale", "PUT", by_uri, {"prefLabel": {"fr": "onde"}}, If_None_Match="*")
        shown = editor.good("PUT", source, record).json
        old, path = f'"{"a" * 26}.0"', "/records/" + shown["id"]
        editor.refused(412, "stale", "PUT", path, record, If_Match=f"{old}, W/{old}")
        put = editor.good("PUT", path, {"title": {"fr": "Deux"}}, If_Match=f'{old}, {shown["etag"]}').json
        equal(put["outcome"], "updated", "one of the tags is its")
        editor.refused(412, "stale", "PUT", source, record, If_Match=f'{old}, {shown["etag"]}')
        editor.good("PUT", source, record, If_Match=f'{put["etag"]} ,{old}')
        equal(anyone.get(path).json["title"]["fr"], "Deux", "what was not changed at the source")


def test_what_is_wrong_is_named_as_it_was_written():
    with Alliance() as al:
        a, anyone, editor, thinker = alone(al)
        path = "/records/" + editor.good("POST", "/records", {"title": {"fr": "T"}}, 201).json["id"]

        def field(status, code, *request, **headers):
            return editor.refused(status, code, *request, **headers)["errors"][0]["field"]

        equal(field(422, "field_value", "PUT", path, {"title": {"fr": "T"}, "place": {"lat": 91, "lon": 0}}, If_Match="*").split(".")[0], "place")
        equal(field(422, "field_unknown", "PUT", path, {"title": {"fr": "T"}, "titel": "T"}, If_Match="*"), "titel")
        for there in ("links", "concepts"):
            bad = {"title": {"fr": "T"}, there: [{"rel": "cites", "target": "aaaaaaaaaaaa"}] if there == "links" else ["aaaaaaaaaaaa"]}
            for request in (("POST", "/records", bad), ("PUT", path, bad)):
                equal(field(422, "field_value", *request, If_Match="*").split(".")[0], there)
        editor.refused(404, "not_found", "PUT", "/records/aaaaaaaaaaaa", {"title": {"fr": "T"}}, If_Match="*")
        for asked in ("retired=maybe", "type=x", "lang=not%20a%20tag", "lang=f", "q=t&type=x", "q=t&lang=-"):
            problem = anyone.refused(400, "http_value", "GET", "/records?" + asked)
            check(asked.split("&")[-1].split("=")[0] in problem["detail"], asked, problem)
        thinker.refused(400, "http_value", "POST", "/concepts?adopt=oui", {"prefLabel": {"fr": "eau"}})
        for asked in ("retired=false", "retired=true", "type=", "lang=FR", "lang=pt-br"):
            anyone.good("GET", "/records?" + asked)
        for name in ("from", "since", "until"):
            detail = anyone.refused(400, "time", "GET", f"/records?q=eau&{name}=hier")["detail"]
            check(f"{name}: hier" in detail, name, detail)
        editor.good("POST", "/records", "\ufeff" + json.dumps({"title": {"fr": "BOM"}}), 201)
        row = editor.good("POST", "/records:batch", "\ufeff" + json.dumps({"source_id": "b", "title": "B", "lang": "fr"}), Content_Type="application/x-ndjson").lines
        equal([r["outcome"] for r in row], ["added"])
        for bad in ("%00", "%c3", "%"):
            for how in (("GET", f"/oai?verb=Identify&set={bad}", None), ("POST", "/oai", f"verb=Identify&set={bad}")):
                answer = editor.ask(*how, Content_Type="application/x-www-form-urlencoded")
                check(answer.status == 200 and '<error code="badArgument">' in answer.text, how, answer)


def test_lists_are_walked_by_cursors_while_records_are_written():
    with Alliance() as al:
        a, anyone, editor, _ = alone(al)
        lines = [{"source_id": f"s{i}", "type": "experience" if i % 2 else "analysis", "lang": "fr" if i % 3 else "de",
                  "title": f"Fiche {i}", **({"concepts": [WATER]} if i % 5 == 0 else {})} for i in range(25)]
        told = editor.good("POST", "/records:batch", "".join(json.dumps(line) + "\n" for line in lines), Content_Type="application/x-ndjson")
        ids = [line["id"] for line in told.lines]

        def walk(query, disturb=None):
            seen, path = [], f"/records?limit=4&{query}"
            while path:
                page = anyone.good("GET", path)
                seen += [r["id"] for r in page.json["records"]]
                link = page.headers.get("Link", "")
                equal(bool(link), page.json["next"] is not None, "Link")
                path = "/records" + link.split(">")[0][1:] if link else None
                if disturb:
                    disturb(seen)
            return seen

        def write(seen):
            n = len(seen)
            editor.good("PUT", f"/records/by-source/s{n % 25}", {**lines[n % 25], "abstract": f"Écrit à {n}"})
            editor.good("PUT", f"/records/by-source/new{n}", {"title": f"Neuve {n}", "lang": "fr"}, 201)

        seen = walk("", write)
        equal((sorted(i for i in seen if i in ids), len(set(seen))), (sorted(ids), len(seen)), "each once")
        both = [anyone.good("GET", f"/records?limit=200&order={o}").json["records"] for o in ("newest", "oldest")]
        equal([r["id"] for r in both[0]], [r["id"] for r in reversed(both[1])], "the other way round")
        times = [r["updated"] for r in both[0]]
        equal(times, sorted(times, reverse=True), "by time")
        equal(len(walk("type=analysis")), 13)
        equal(sorted(walk("concept=" + urllib.parse.quote(WATER, safe=""))), sorted(ids[::5]))
        equal(len(walk("type=analysis&lang=de&order=newest")), 5)
        equal(len(walk("ally=Citego&lang=de")), 9)
        equal(walk("since=2999"), [])
        first = anyone.get("/records?limit=4").json["next"]
        anyone.refused(400, "cursor", "GET", f"/records?limit=4&type=analysis&cursor={first}")


def test_a_batch_tells_of_each_line_and_survives_a_kill():
    with Alliance() as al:
        a, anyone, editor, _ = alone(al)
        good = [json.dumps({"source_id": f"b{i}", "title": f"Ligne {i}", "lang": "fr"}) for i in range(450)]
        body = good[:2] + ["{", "", '{"source_id": "x", "title": "T", "titel": 1, "lang": "fr"}', '{"title": "T", "lang": "fr"}'] + good[2:]
        first = editor.good("POST", "/records:batch", "\n".join(body), Content_Type="application/x-ndjson", Idempotency_Key="lot-1")
        equal(first.headers["Content-Type"], "application/x-ndjson")
        rows = first.lines
        equal([r["line"] for r in rows], [n for n in range(1, 455) if n != 4], "one a line, in order")
        equal([(r["line"], r["error"]["name"]) for r in rows if r["outcome"] == "rejected"],
              [(3, "json"), (5, "field_unknown"), (6, "source_id_missing")])
        equal(sum(r["outcome"] == "added" for r in rows), 450)
        again = editor.good("POST", "/records:batch", "\n".join(body), Content_Type="application/x-ndjson", Idempotency_Key="lot-1")
        equal(again.lines, rows, "the same key, the same answer")
        equal({r["outcome"] for r in editor.good("POST", "/records:batch", "\n".join(good), Content_Type="application/x-ndjson").lines}, {"unchanged"})

        wait_for(lambda: anyone.get("/records?q=ligne&limit=1").json["total"] == 450, "they are found")
        equal([len(anyone.good("GET", f"/records?limit=200{q}").json["records"]) for q in ("", "&q=ligne", "&q=")], [200] * 3, "as many as asked for")

        lines = "\n".join(json.dumps({"source_id": f"k{i}", "title": f"Ligne {i}", "lang": "fr"}) for i in range(1500))
        answers = []

        def send():
            try:
                answers.append(editor.ask("POST", "/records:batch", lines, Content_Type="application/x-ndjson", Idempotency_Key="lot-2"))
            except (OSError, http.client.HTTPException):
                answers.append(None)
        sender = threading.Thread(target=send)
        sender.start()
        wait_for(lambda: anyone.get("/records?type=experience&limit=1&order=newest").json["records"][0]["source_id"].startswith("k"), "some are in")
        a.kill9()
        sender.join()
        equal(answers, [None], "no answer")
        a.start()
        rows = editor.good("POST", "/records:batch", lines, Content_Type="application/x-ndjson", Idempotency_Key="lot-2").lines
        equal((len(rows), {r["outcome"] for r in rows}), (1500, {"added"}), "answered as if nothing had been")
        equal(a.status()["records"], 1950, "none lost, none twice")
        a.verify()


test_a_batch_tells_of_each_line_and_survives_a_kill.seconds = 9


def test_of_two_writers_one_loses_and_a_request_sent_twice_is_done_once():
    with Alliance() as al:
        a, anyone, editor, _ = alone(al)
        record = {"title": {"fr": "Un"}}
        once = [editor.good("POST", "/records", record, 201, Idempotency_Key="k1").json for _ in range(2)]
        equal(once[0], once[1])
        editor.refused(422, "once_other", "POST", "/records", {"title": {"fr": "Autre"}}, Idempotency_Key="k1")
        equal(len(anyone.get("/records").json["records"]), 1)
        path, told = "/records/" + once[0]["id"], []
        etag = anyone.get(path).headers["ETag"]

        def put(i):
            told.append(editor.ask("PUT", path, {"title": {"fr": f"De {i}"}}, If_Match=etag).status)
        for _ in range(3):
            told.clear()
            etag = anyone.get(path).headers["ETag"]
            both = [threading.Thread(target=put, args=(f"{etag} {i}",)) for i in range(4)]
            for t in both:
                t.start()
            for t in both:
                t.join()
            equal(sorted(told), [200, 412, 412, 412], "one of them")


def test_the_thesaurus_over_the_api():
    with Alliance() as al:
        a, anyone, editor, thinker = alone(al)
        new = thinker.good("POST", "/concepts?adopt=true", {"uri": WATER, "prefLabel": {"fr": "eau", "en": "water"}}, 201).json
        path = "/concepts/" + new["id"]
        thinker.refused(409, "known", "POST", "/concepts", {"uri": WATER, "prefLabel": {"fr": "eau"}})
        equal(thinker.refused(422, "label_missing", "POST", "/concepts", {"uri": WATER + "2"})["errors"][0]["field"], "prefLabel")
        by_uri = anyone.good("GET", "/concepts/" + urllib.parse.quote(WATER, safe="")).json
        equal(by_uri["id"], new["id"])
        source = "/concepts/by-source/" + urllib.parse.quote(WATER + "/mer", safe="") + "?adopt=true"
        equal(thinker.good("PUT", source, {"prefLabel": {"fr": "mer"}, "broader": [WATER]}, 201).json["outcome"], "added")
        equal(thinker.good("PUT", source, {"prefLabel": {"fr": "mer"}}).json["outcome"], "unchanged")
        sea = anyone.get("/concepts/" + urllib.parse.quote(WATER + "/mer", safe=""))
        record = sea.json
        record["altLabel"] = {"fr": ["océan"]}
        equal(thinker.good("PUT", "/concepts/" + record["id"] + "?adopt=true", record, If_Match=sea.headers["ETag"]).json["changed"], ["altLabel"])
        thinker.refused(412, "stale", "PUT", "/concepts/" + record["id"], record, If_Match=sea.headers["ETag"])
        thinker.refused(428, "http_if_match", "DELETE", path)
        equal([c["label"] for c in anyone.get("/concepts?limit=10").json["concepts"]].count("mer"), 1)
        page = anyone.good("GET", "/concepts?limit=1")
        equal(len(anyone.good("GET", "/concepts" + page.headers["Link"].split(">")[0][1:]).json["concepts"]), 1)
        rows = thinker.good("POST", "/concepts:batch", '{"uri": "http://example.org/sol", "prefLabel": {"fr": "sol"}}\n{"uri": 1}\n',
                            Content_Type="application/x-ndjson").lines
        equal([r["outcome"] for r in rows], ["added", "rejected"])
        thinker.good("DELETE", path + "?adopt=true&reason=trop+large", If_Match="*")
        equal(anyone.get(path).json["status"], "deprecated")
        check(len(anyone.get(path + "/history").json["history"]) >= 2, "history")


def test_hostile_text_is_harmless_in_linked_data():
    with Alliance() as al:
        a, anyone, editor, thinker = alone(al)
        evil = "</script><script>alert(1)</script>"
        thinker.good("POST", "/concepts?adopt=true", {"uri": WATER, "prefLabel": {"fr": evil}}, 201)
        told = editor.good("POST", "/records", {
            "title": {"fr": evil, "en": "b"}, "abstract": {"fr": "x" * 30000}, "source_url": "https://example.org/1",
            "actors": [{"name": evil, "role": "r"}], "authors": ["A. B."], "concepts": [WATER], "licence": "CC-BY-4.0",
            "place": {"name": "Lyon", "country": "FR", "lat": 45.764043, "lon": 4.835659},
            "links": [{"rel": "cites", "target": "https://example.org/page"}]}, 201).json
        path = "/records/" + told["id"]
        ld = anyone.good("GET", path, Accept="application/ld+json")
        equal((ld.headers["Content-Type"], ld.headers["X-Content-Type-Options"]), ("application/ld+json", "nosniff"))
        check("<" not in ld.text, "nothing of a page stands in it")
        equal(anyone.get(path + ".jsonld").text, ld.text)
        check(ld.headers["ETag"] != anyone.get(path).headers["ETag"], "each form its own tag")
        found = ld.json
        check(isinstance(found["@context"], dict) and "schema.org" in found["@context"]["@vocab"], "its own context")
        equal(sorted(t["@value"] for t in found["headline"]), sorted([evil, "b"]))
        equal(found["contentLocation"]["geo"]["latitude"], 45.764043)
        plain = anyone.good("GET", path)
        check('"lat":45.764043,"lon":4.835659' in plain.text, "degrees as they were written", plain.text)
        equal(len(plain.headers.get_all("Vary")), 1, "Vary is said once")
        equal((found["@type"], found["url"], found["dcterms:rights"]), ("Article", "https://example.org/1", "CC-BY-4.0"))
        equal(found["about"][0]["name"], evil)
        equal(found["citation"][0]["@id"], "https://example.org/page")
        skos = anyone.good("GET", "/concepts/" + found["about"][0]["termCode"] + ".jsonld")
        check("<" not in skos.text, "nor in a concept")
        equal((skos.json["@id"], skos.json["@type"], skos.json["prefLabel"]), (WATER, "Concept", [{"@language": "fr", "@value": evil}]))
        equal(anyone.get(path).headers["Content-Type"], "application/json")
        equal(anyone.get(path).json["title"]["fr"], evil, "as it was written")


def test_words_are_searched_over_the_api():
    with Alliance() as al:
        a, anyone, editor, _ = alone(al)
        for i in range(3):
            editor.good("POST", "/records", {"title": {"fr": f"Économie du partage {i}"}, "date": f"202{i}"}, 201)
        wait_for(lambda: anyone.get("/records?q=economie").json["total"] == 3, "they are found")
        page = anyone.good("GET", "/records?q=l%27%C3%A9conomie+partage&limit=2&from=2020&lang=fr")
        equal(len(page.json["records"]), 2)
        rest = anyone.good("GET", "/records" + page.headers["Link"].split(">")[0][1:]).json
        equal((len(rest["records"]), rest["next"]), (1, None), "the second page")
        equal(anyone.good("GET", "/records?q=economie&since=2020").json["total"], 3, "words and since together")
        equal(anyone.good("GET", "/records?q=economie&since=2999").json["total"], 0)
        equal(len(anyone.good("GET", "/suggest?q=econ").json["suggestions"]), 3)
        equal(anyone.good("GET", "/suggest").json["suggestions"], [])


def test_two_sites_write_each_its_own():
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        b = al.join(a, "Ritimo", http=True).start()
        mine, theirs = Client(a, "records"), Client(b, "records")
        one = [c.good("PUT", "/records/by-source/1", {"title": c.site.name, "lang": "fr"}, 201).json["id"] for c in (mine, theirs)]
        check(one[0] != one[1], "the same source id, two allies: two records")
        al.wait_equal()
        for c in (mine, theirs):
            equal(sorted(r["title"] for r in c.get("/records").json["records"]), ["Citego", "Ritimo"])
        mine.refused(403, "not_ours", "PUT", "/records/" + one[1], {"title": {"fr": "Volé"}}, If_Match="*")
        mine.refused(403, "not_ours", "DELETE", "/records/" + one[1], If_Match="*")
        equal(len(Client(a).good("GET", "/allies").json["allies"]), 2)
