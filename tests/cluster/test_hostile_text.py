"""Hostile text at every door and at every way out of a real daemon: what goes in is what its author meant, and nothing of it acts anywhere."""
import csv
import json
import os
import re
import urllib.parse

import hostile_text as hostile
from alliance import Alliance, check, equal, wait_for
from web import Web

API = "/api/v1"
NDJSON = {"content_type": "application/x-ndjson"}


def alone(al):
    a = al.found("Citego", http=True).start()
    return a, Web(a.http), *(Web(a.http, a.json("token", "create", scope, "--scope", scope)["token"]) for scope in ("records", "concepts"))


def put(al, name, data):
    path = os.path.join(al.root, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def lines(objects):
    return "".join(json.dumps(o) + "\n" for o in objects).encode()


def written(site, records):
    """Each is shown with the text that was meant."""
    for id_, text in records.items():
        shown = site.show(id_)
        equal(set(hostile.texts_in(shown)), {hostile.plain(text)}, f"{text[:60]!r}")


def by_text(answer, texts):
    check(all(r["outcome"] == "added" for r in answer), "all go in", [r for r in answer if r["outcome"] != "added"][:3])
    return dict(zip((r["id"] for r in answer), texts))


def test_hostile_text_goes_in_by_every_door_as_it_was_meant():
    with Alliance("Coredem <script>") as al:
        a, anyone, editor, _ = alone(al)
        texts = sorted(hostile.TEXTS)
        # JSON Lines, as the file of another program; then once more, where nothing may seem to have changed.
        path = put(al, "all.jsonl", lines(hostile.record(f"l{i}", t) for i, t in enumerate(texts)))
        told = a.load(path)
        equal((told["added"], told["rejected"]), (len(texts), 0), f"{told['errors'][:2]}")
        equal(a.load(path)["unchanged"], len(texts), "a second time")
        rows = {r["source_id"]: r["id"] for r in a.json("record", "list", "--limit", "500")["records"]}
        written(a, {rows[f"l{i}"]: t for i, t in enumerate(texts)})
        # HTTP: a batch, a new one, one by its source; what is shown goes back unchanged.
        answer = editor.ask("POST", f"{API}/records:batch", lines(hostile.record(f"b{i}", t) for i, t in enumerate(texts)), **NDJSON)[2]
        written(a, by_text([json.loads(row) for row in answer.decode().splitlines()], texts))
        status, new = editor.json("POST", f"{API}/records", hostile.record("seul", texts[0]))
        equal(status, 201, new)
        for i, text in enumerate(texts):
            _, headers, body = editor.ask("GET", f"{API}/records/{rows[f'l{i}']}")
            status, again = editor.json("PUT", f"{API}/records/{rows[f'l{i}']}", json.loads(body), if_match=headers["etag"])
            equal((status, again.get("outcome")), (200, "unchanged"), f"{text[:60]!r} put back: {again}")
            status, again = editor.json("PUT", f"{API}/records/by-source/l{i}", hostile.record(f"l{i}", text))
            equal((status, again.get("outcome")), (200, "unchanged"), f"{text[:60]!r} by its source: {again}")
        # The command line; a line of a terminal has no NUL.
        for i, text in enumerate(texts[:6]):
            one = a.add(f"c{i}", text, **{"abstract@fr": text})
            equal(a.show(one)["title"]["fr"], hostile.plain(text).strip(), "record add")
            a.ok("record", "edit", one, f"--set=abstract@fr={text} encore")
            equal(a.show(one)["abstract"]["fr"], hostile.plain(text + " encore"), "record edit")
        a.verify()


test_hostile_text_goes_in_by_every_door_as_it_was_meant.seconds = 10


def test_cells_of_a_spreadsheet_are_text_and_nothing_is_computed():
    with Alliance() as al:
        a, *_ = alone(al)
        texts = sorted(t for t in hostile.TEXTS) + sorted(hostile.CELLS)
        path = os.path.join(al.root, "table.csv")
        with open(path, "w", encoding="utf-8", newline="") as f:
            out = csv.writer(f)
            out.writerow(["source_id", "title@fr", "abstract@fr", "actors.1.name", "images.1.url", "images.1.alt@fr"])
            out.writerows([f"t{i}", t, t, t, "https://e.test/i.png", t] for i, t in enumerate(texts))
        told = a.load(path)
        equal((told["added"], told["rejected"]), (len(texts), 0), f"{told['errors'][:2]}")
        equal(a.load(path)["unchanged"], len(texts), "a second time")
        rows = {r["source_id"]: r["id"] for r in a.json("record", "list", "--limit", "500")["records"]}
        for i, text in enumerate(texts):
            meant = text[1:] if re.match("'+[=+@\t-]", text) else text  # as our own export marks them
            shown = a.show(rows[f"t{i}"])
            equal({shown["title"]["fr"], shown["abstract"]["fr"], shown["actors"][0]["name"], shown["images"][0]["alt"]["fr"]}, {hostile.plain(meant)}, f"{text[:60]!r}")


def test_what_goes_out_is_harmless_in_every_format():
    with Alliance("Coredem <script>") as al:
        a, anyone, editor, thinker = alone(al)
        texts = sorted(hostile.TEXTS)
        uris = [f"http://e.test/c{i}?a=1&b=%22'" for i in range(len(texts))]
        concepts = [hostile.concept(u, t) for u, t in zip(uris, texts)]
        thinker.ask("POST", f"{API}/concepts:batch", lines(concepts), **NDJSON)
        thinker.json("POST", f"{API}/concepts?adopt=true", {"uri": "http://e.test/top", "prefLabel": {"fr": texts[0]}, "exactMatch": ["http://e.test/<x>\"".replace("<x>\"", "x")]})
        records = [{**hostile.record(f"s{i}", t), "concepts": [uris[i]]} for i, t in enumerate(texts)]
        records += [{"source_id": f"<s>&\"'{i}", "lang": "fr", "title": c, "abstract": c} for i, c in enumerate(sorted(hostile.CELLS))]
        answer = [json.loads(row) for row in editor.ask("POST", f"{API}/records:batch", lines(records), **NDJSON)[2].splitlines()]
        check(all(r["outcome"] == "added" for r in answer), answer)
        editor.ask("DELETE", f"{API}/records/{answer[3]['id']}?reason=%3Cscript%3E%C2%9B%E2%80%AE", if_match="*")
        concept = anyone.json("GET", f"{API}/concepts?limit=1")[1]["concepts"][0]["id"]
        for i in (0, 5, 9):
            found = wait_for(lambda i=i: anyone.json("GET", f"{API}/records?q={texts[i].split()[0].replace('é', '%C3%A9')}")[1]["records"], "it is found")
            hostile.leads_nowhere("search", found)
        seen = hostile.look_over_http(a, anyone, answer[0]["id"], concept, texts[0].split()[0])
        check(seen > 30, "pages looked at", seen)
        hostile.look_at_terminal(a, answer[0]["id"], concept, texts[0].split()[0])
        check(len(hostile.look_at_events(a, answer[0]["dot"].split("-")[0])) > 20, "events")
        equal(hostile.look_at_exports(a), (len(records) - 1,) * 2, "all but the retired one is exported")
        for line in a.journal().splitlines():
            hostile.quiet("the journal", line)
        a.verify()


test_what_goes_out_is_harmless_in_every_format.seconds = 15


def test_a_hostile_thesaurus_goes_in_and_out_in_every_form():
    with Alliance() as al:
        a, anyone, _, thinker = alone(al)
        texts = sorted(hostile.TEXTS)
        answer = thinker.ask("POST", f"{API}/concepts:batch", lines(hostile.concept(f"http://e.test/{i}", t) for i, t in enumerate(texts)), **NDJSON)[2]
        check(all(json.loads(row)["outcome"] == "added" for row in answer.splitlines()), answer)
        for end in ("ttl", "nt", "rdf"):
            path = os.path.join(al.root, f"out.{end}")
            a.ok("concept", "export", path)
            again = a.json("concept", "import", path)
            equal((again["unchanged"], again["updated"], again["rejected"], again["lost"]), (len(texts), 0, 0, []), end)
        escaped = lambda t: "".join(c if 0x20 <= ord(c) < 0x7f and c not in '"\\' else f"\\U{ord(c):08x}" for c in t)  # noqa: E731
        raw = "".join(f'<http://e.test/r{i}> <http://www.w3.org/2004/02/skos/core#prefLabel> "{escaped(t)}"@fr .\n' for i, t in enumerate(texts))
        raw += '<javascript:alert(1)> <http://www.w3.org/2004/02/skos/core#prefLabel> "actif"@fr .\n'
        for end in ("nt", "ttl"):
            r = a.run("--json", "concept", "import", put(al, f"raw.{end}", raw.encode()))
            told = json.loads(r.out)
            equal((r.exit, told["rejected"], told["errors"][0]["name"], told["errors"][0]["line"]), (2, 1, "web_address", len(texts) + 1), told)
        for i, text in enumerate(texts):
            shown = a.json("concept", "show", f"http://e.test/r{i}")["prefLabel"]["fr"]
            equal(shown, hostile.plain(text), "a label")


def test_addresses_that_lead_to_no_page_are_refused_with_line_and_field():
    with Alliance() as al:
        a, anyone, editor, thinker = alone(al)
        before = a.status()["commits"]
        for address in hostile.ADDRESSES:
            for field, value in (("source_url", address), ("images", [{"url": address}]), ("links", [{"rel": "cites", "target": address}])):
                status, problem = editor.json("POST", f"{API}/records", {"title": {"fr": "T"}, field: value})
                check(status in (404, 422) and field in problem["errors"][0]["field"] + problem["detail"], field, address, problem)
        equal(a.status()["commits"], before, "nothing went in")
        for key, at in (("uri", "uri"), ("exactMatch", "exactMatch"), ("inScheme", "inScheme"), ("logo", "logo")):
            for address in ("javascript:alert(1)", "data:text/html,x", "vbscript:x"):
                what = {"uri": "http://e.test/x", "prefLabel": {"fr": "C"}, key: address if at in ("uri", "logo") else [address]}
                status, problem = thinker.json("POST", f"{API}/concepts", what)
                check(status == 422 and at in json.dumps(problem["errors"]), key, address, status, problem)
        equal(a.status()["commits"], before, "nothing went in")


def test_long_names_are_told_in_whole_characters():
    with Alliance() as al:
        a, anyone, editor, _ = alone(al)
        for pad in range(4):
            name = "x" * pad + "é🌱" * 40
            web, title = urllib.parse.quote(name), {"title": {"fr": "T"}}
            for path in (f"records/{web}", f"records?ally={web}", f"records?cursor={web}", f"records?{web}=1", f"records?q=x&concept={web}", f"concepts/{web}"):
                status, problem = anyone.json("GET", f"{API}/{path}")
                check(400 <= status < 500 and "é🌱é" in problem["detail"], path, status, problem)
            for body in ({**title, name: 1}, {"title": {name: "T"}}, {**title, "place": {name: 1}}, {**title, "links": [{"rel": "cites", "target": name}]}):
                status, problem = editor.json("POST", f"{API}/records", body)
                check(400 <= status < 500 and "é🌱é" in problem["detail"], body, status, problem)
            path = put(al, "long.nt", f'<http://e.test/a> <http://e.test/{name * 4}> "x" .\n<http://e.test/a> <http://www.w3.org/2004/02/skos/core#prefLabel> "a"@fr .\n'.encode())
            told = a.json("concept", "import", path)
            equal((told["rejected"], len(told["lost"])), (0, 1), told)


def test_a_bad_line_costs_itself_alone_and_is_named_by_line_and_field():
    with Alliance() as al:
        a, anyone, editor, thinker = alone(al)
        good = b'{"source_id": "g%d", "lang": "fr", "title": "Bonne"}'
        bad = [(b'{"source_id": "x", "lang": "fr", "title": "\\ud800"}', "json", ""), (b'{"source_id": "x", "lang": "fr", "title": "\\u0000"}', "json", ""),
               (b'{"source_id": "x", "lang": "fr", "title": "\xc0\xbc"}', "utf8 json", ""), (b'{"source_id": "x", "lang": "fr", "title": "\xed\xa0\x80"}', "utf8 json", ""),
               (b'{"source_id": "x", "lang": "fr", "title": "' + b"a" * (1 << 20) + b'"}', "text_long too_large", "title"),
               (b'{"source_id": "x", "lang": "fr", "title": "T", "history": "' + b"\xcc\x81\xcc\x96" * (1 << 17) + b'"}', None, ""),
               (b'{"source_id": "x", "lang": "fr", "title": "\\u0001\\u202e"}', "text_empty title_missing", "title"),
               (b'{"source_id": "x", "lang": "fr", "title": "T", "place": {"name": "' + b"b" * 5000 + b'"}}', "text_long", "place"),
               (b'{"source_id": "x", "lang": "<script>", "title": "T"}', "lang", "lang"), (b'{"source_id": "x", "lang": "fr", "title": {"fr": ["T"]}}', "field_value", "title"),
               (b'{"source_id": "x", "lang": "fr", "title": "T", "\\u202e<b>": 1}', "field_unknown", "<b>"), (b"[" * 100000, "json", ""), (b"\x00\x00", "json", "")]
        n = 0
        for door in ("batch", "file"):
            body, expected = b"", []
            for raw, names, field in bad:
                n += 1
                body += good % n + b"\n" + raw.replace(b'"source_id": "x"', b'"source_id": "y%d"' % n) + b"\n"
                expected.append((names, field))
            before = a.status()["records"]
            if door == "batch":
                status, _, answer = editor.ask("POST", f"{API}/records:batch", body, **NDJSON)
                equal(status, 200, answer[:200])
                hostile.quiet("the answer", answer.decode())
                errors = [{"line": r["line"], **r["error"]} for r in map(json.loads, answer.splitlines()) if r["outcome"] == "rejected"]
            else:
                r = a.run("--json", "record", "import", put(al, "bad.jsonl", body))
                equal(r.exit, 2, r.err[:400])
                errors = json.loads(r.out)["errors"]
            # A file of another program may have fields that are none of ours.
            refused = [(2 * i + 2, *e) for i, e in enumerate(expected) if e[0] and (door == "batch" or e[0] != "field_unknown")]
            equal([e["line"] for e in errors], [e[0] for e in refused], f"{door}: the lines")
            for e, (line, names, field) in zip(errors, refused):
                check(e["name"] in names.split() and (field in e.get("field", "") or e["name"] == "too_large"), door, line, e, "not", names, field)
            equal(a.status()["records"] - before, len(bad) + len(bad) - len(refused), f"{door}: the good ones")
        before = a.digests()
        for path, body in (("records", b'{"title": {"fr": "\\u0000"}}'), ("records", b'{"title": {"fr": "\xff"}}'), ("records", b"{}" * 2), ("records", b"")):
            status, problem = editor.json("POST", f"{API}/{path}", body, content_type="application/json")
            check(status in (400, 422) and re.search(r" [1-9]\d*:\d+$", problem["detail"]), path, body[:40], problem)
        status, problem = editor.json("POST", f"{API}/records", {"title": {"fr": "T"}}, content_encoding="gzip")
        check(status == 415 and "Content-Encoding" in problem["detail"], status, problem)
        equal(a.digests(), before, "nothing else changed")
        a.verify()
