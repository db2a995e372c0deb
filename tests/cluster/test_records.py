"""Records with discipline: files in and out, what is to be completed, reviews and replies, sources that undo nobody."""
import json
import os

from alliance import BINARY, Alliance, check, equal

HEADER = "source_id;type;title@fr;title@en;abstract@fr;actors.1.name;actors.1.role;authors;place.name;place.lat;place.lon;source_url\r\n"
GOOD = 'fab:1;experience;"Le jardin ""partagé""; suite";The garden;=cmd|x;Ville;porteur;A | B;Lyon;45,75;-4,85;https://example.org/1\r\n'
BAD = (b"fab:2;experience;\xe9t\xe9\r\n" b"fab:3;poem;Un\r\n" b"fab:4;experience;Deux;;;;;;;;;javascript:alert(1)\r\n" b"fab:5;experience;\"ouvert\r\n")
LAST = b"fab:6;analysis;Trois\r\n"


def two(al):
    a = al.found("Citego").start()
    b = al.join(a, "Ritimo").start()
    return a, b


def path_of(al, name, content):
    path = os.path.join(al.root, name)
    with open(path, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return path


def lines_of(al, name, *records):
    return path_of(al, name, "".join(json.dumps(r) + "\n" for r in records))


def ids(site):
    return {r["source_id"]: r["id"] for r in site.json("record", "list", "-n", "500", "--retired")["records"]}


def test_a_spreadsheet_goes_in_row_by_row_and_comes_out_as_it_was():
    with Alliance() as al:
        a, b = two(al)
        table = path_of(al, "table.csv", b"\xef\xbb\xbf" + (HEADER + GOOD).encode() + BAD + LAST)
        dry = a.run("record", "import", table, "--dry-run", "--json")
        equal(dry.exit, 2, "some rows are refused")
        equal(ids(a), {}, "a dry run writes nothing")
        done = json.loads(a.run("import", "csv", table, "--json").out)
        equal((done["added"], done["rejected"]), (2, 4), "rows")
        equal([(e["line"], e["field"], e["name"]) for e in done["errors"]],
              [(3, "title@fr", "utf8"), (4, "type", "record_type"), (5, "source_url", "web_address"), (6, "", "csv_quote")], "where and why")
        r = a.show(ids(a)["fab:1"])
        equal((r["title"]["fr"], r["authors"], r["place"]["lat"], r["actors"][0]["role"]),
              ('Le jardin "partagé"; suite', ["A", "B"], 45.75, "porteur"), "what came in")
        al.wait_equal()
        before = a.status()["digest"]
        for form, name in (("csv", "out.csv"), ("jsonl", "out.jsonl")):
            out = os.path.join(al.root, name)
            a.ok("export", form, "-o", out)
            again = a.json("record", "import", out)
            equal((again["unchanged"], again["rejected"]), (2, 0), f"{form} taken back")
            theirs = json.loads(b.run("record", "import", out, "--json").out)
            equal({e["name"] for e in theirs["errors"]}, {"not_ours"}, "a neighbour's records do not become ours")
        # What fails leaves the file that was there.
        equal(a.run("export", "csv", "-o", table, "--ally", "personne").exit, 64, "nobody of that name")
        check(os.path.getsize(table) > 0 and not os.path.exists(table + ".new"), "the table is gone")
        equal(a.run("export", "csv", "-o", "/dev/full").exit, 1, "a full disk")
        check('"\'=cmd|x"' in a.ok("export", "csv").out, "a formula is disarmed")
        equal(a.status()["digest"], before, "nothing was written")
        equal(b.status()["digest"], before, "nor at the other site")


def test_a_table_says_nothing_of_what_it_has_no_column_for():
    with Alliance() as al:
        a = al.found("Citego")
        whole, part = os.path.join(al.root, "whole.jsonl"), os.path.join(al.root, "part.csv")
        with open(whole, "w", encoding="utf-8") as f:
            f.write('{"source_id": "1", "title": {"fr": "Un", "en": "One"}, "abstract": {"fr": "R"}, "actors": [{"name": "X", "role": "y"}], "date": "2020", '
                    '"concepts": ["http://example.org/sol"], "links": [{"rel": "cites", "target": "https://example.org/"}]}\n')
        with open(part, "w", encoding="utf-8") as f:
            f.write("source_id;title@fr;date\n1;Deux;\n")
        a.json("record", "import", whole)
        equal(a.json("record", "import", part)["updated"], 1)
        shown = a.json("record", "show", a.json("record", "list")["records"][0]["id"])
        equal((shown["title"], shown.get("date"), shown["abstract"], len(shown["actors"]), len(shown["concepts"]), len(shown["links"])),
              ({"fr": "Deux", "en": "One"}, None, {"fr": "R"}, 1, 1, 1), "an empty cell empties; an absent column says nothing")
        equal(a.json("record", "import", part)["unchanged"], 1)
        # A file that says one thing twice takes the first.
        with open(whole, "a", encoding="utf-8") as f:
            f.write('{"source_id": "1", "title": {"fr": "Autre"}}\n')
        told = json.loads(a.run("record", "import", whole, "--json").out)
        equal([(e["line"], e["name"]) for e in told["errors"]], [(2, "source_twice")])


def test_a_file_is_checked_with_and_without_a_site():
    with Alliance() as al:
        a, _ = two(al)
        table = path_of(al, "table.csv", (HEADER + GOOD + GOOD).encode() + BAD + LAST)
        before = a.status()["commits"]
        found = json.loads(a.run("record", "check", table, "--json").out)
        equal((found["checked"], found["rejected"]), (7, 5), "checked")
        equal([(e["line"], e["name"], e["field"]) for e in found["errors"]][0], (3, "source_twice", "source_id"), "the second of two")
        groups = {g["rule"]: g["lines"] for g in found["to_complete"]}
        equal(groups["limits"], [2], "who lacks limits")
        equal(groups["abstract"], [8], "who lacks an abstract")
        equal(a.status()["commits"], before, "nothing was written")
        alone = al.run([BINARY, "--data", os.path.join(al.root, "nowhere"), "--lang", "fr", "record", "check", table])
        equal(alone.exit, 2, "some rows would be refused")
        check("Il manque les limites" in alone.out and "il n’y a pas de site ici" in alone.err, alone.out, alone.err)
        check(not os.path.exists(os.path.join(al.root, "nowhere")), "and no directory was made")


def test_reviews_and_replies_are_shown_with_the_record_and_stay_their_allys():
    with Alliance() as al:
        a, b = two(al)
        record = a.add("un", "Un jardin", actors=json.dumps({"name": "Ville", "role": "porteur"}))
        al.wait_equal()
        b.ok("record", "review", record, "--text", "Clair et utile", "--text-lang", "fr")
        b.ok("record", "reply", record, "--actor", "Ville", "--text", "-", "--text-lang", "fr", stdin=b"Ce ne fut pas ainsi\n")
        equal(b.run("record", "reply", record, "--actor", "Personne", "--text", "x", "--text-lang", "fr").exit, 65, "nobody of that name")
        equal(a.run("record", "review", record, "--text", "x", "--text-lang", "fr").exit, 5, "one's own record")
        unread = al.run(["sh", "-c", 'exec "$@" </', "sh", *b.words("record", "review", record, "--text", "-", "--text-lang", "fr")])
        check("ALLIED-" in unread.err and "--text -" in unread.err, "what cannot be read is no review", unread)
        al.wait_equal()
        shown = a.show(record)
        equal([(r["text"], r["ally_name"]) for r in shown["reviews"]], [("Clair et utile", "Ritimo")], "reviews")
        equal([(r["actor"], r["text"], r["ally_name"]) for r in shown["replies"]], [("Ville", "Ce ne fut pas ainsi", "Ritimo")], "replies")
        equal(a.run("record", "reply", record, "--actor", "Ville", "--retract").exit, 1, "the owner cannot take it back")
        check("Ville répond (transmis par Ritimo)" in a.ok("record", "show", record, "--lang", "fr").out, "as people see it")
        b.ok("erase", shown["replies"][0]["dot"], "--reason", "demandé")
        b.ok("record", "review", record, "--retract")
        al.wait_equal()
        equal((a.show(record)["reviews"], a.show(record)["replies"]), ([], []), "taken back, and erased")
        a.verify()


def test_a_feeds_hiccup_buries_nothing_and_two_sources_undo_nobody():
    with Alliance() as al:
        a = al.found("Citego").start()
        wp = {"source_id": "wp:1", "lang": "fr", "title": "Un", "abstract": "de wp"}
        spip = {"source_id": "spip:1", "lang": "fr", "title": "Deux"}
        a.load(lines_of(al, "wp.jsonl", wp))
        a.load(lines_of(al, "spip.jsonl", spip))
        one, two_ = ids(a)["wp:1"], ids(a)["spip:1"]
        a.ok("record", "edit", one, "--set=title@fr=Un, corrigé")
        a.load(lines_of(al, "spip.jsonl", {**spip, "title": "Deux bis"}))
        equal(a.json("record", "import", lines_of(al, "wp.jsonl", wp))["unchanged"], 1, "what did not change at the source")
        equal((a.title(one), a.title(two_)), ("Un, corrigé", "Deux bis"), "neither source undoes the other, nor an edit")
        a.ok("record", "retire", one, "--reason", "vanished")
        equal(a.json("record", "import", os.path.join(al.root, "wp.jsonl"))["unchanged"], 1, "what nobody changed stays retired")
        equal(a.show(one)["retired"], True, "retired")
        a.load(lines_of(al, "wp.jsonl", {**wp, "abstract": "de retour"}))
        equal(a.show(one)["retired"], False, "it came back, changed")
        history = a.json("record", "history", one)["history"]
        tomb = next(h["dot"] for h in history if h["kind"] == "record.retire")
        check(any(tomb in h.get("dots", []) for h in history if h["kind"] == "record.put"), "by a put that names the tombstone")
        equal(a.title(one), "Un, corrigé", "and the edit is still there")


def test_a_translation_of_its_own_is_told_when_its_source_moved_on():
    with Alliance() as al:
        a, b = two(al)
        source = a.add("un", "Un jardin")
        al.wait_equal()
        made = b.add("un-en", "A garden")
        b.ok("record", "link", made, "translates", source)
        check("moved" not in json.dumps([s for s in b.json("record", "check")["stale"]]), "not stale yet")
        a.ok("record", "edit", source, "--set=title@fr=Le jardin")
        al.wait_equal()
        equal(b.json("record", "check")["stale"][0]["moved"], [{"id": source, "changed": ["title@fr"]}], "what moved on")
        equal([r["id"] for r in a.json("record", "list", "--stale")["records"]], [made], "listed by whoever asks")
        check("title@fr" in b.ok("record", "show", made).out, "shown with the link")
        a.ok("record", "retire", source)
        al.wait_equal()
        equal([link.get("retired") for link in b.show(made)["links"]], [True], "a retired target is told")
