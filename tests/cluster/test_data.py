"""Whole sets of data: real records by the thousand, and what importing them twice means."""
import json
import os

from alliance import DEMO_DATA, PROJECT, SHARED_DATA, Alliance, Skipped, check, equal

SUSY = os.path.join(SHARED_DATA, "experiences.jsonl")
MAP = ("--map", os.path.join(PROJECT, "tests", "data", "susy.map"))


def lines_of(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def write_lines(path, objects):
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(o, ensure_ascii=False) + "\n" for o in objects)
    return path


def counts(result):
    return {k: result[k] for k in ("added", "updated", "unchanged", "rejected")}


def one_changed_field_is_one_commit(al, site, path, options, change, source_id, changes):
    """Imports again: as it is, nothing; with one line changed, one commit with that one field. `changes`: the field, its language."""
    before = site.status()["commits"]
    n = len(lines_of(path))
    equal(counts(site.load(path, *options)), {"added": 0, "updated": 0, "unchanged": n, "rejected": 0}, "a second import")
    equal(site.status()["commits"], before, "commits after a second import")
    objects = lines_of(path)
    change(objects[n // 2])
    copy = write_lines(os.path.join(al.root, "changed.jsonl"), objects)
    equal(counts(site.load(copy, *options)), {"added": 0, "updated": 1, "unchanged": n - 1, "rejected": 0}, "one line changed")
    equal(site.status()["commits"], before + 1, "commits after one line changed")
    record = next(r for r in all_records(site) if r["source_id"] == objects[n // 2][source_id])
    last = site.json("record", "history", record["id"])["history"][-1]
    equal([(w["field"], w["lang"]) for w in last["writes"]], [changes], "what the commit carries")


def all_records(site):
    cursor, found = None, []
    while True:
        page = site.json("record", "list", "--limit", "500", *(["--cursor", cursor] if cursor else []))
        found += page["records"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_two_thousand_real_records_go_in_once_and_reach_a_newcomer():
    if not os.path.exists(SUSY):
        raise Skipped(f"{SUSY} is not there: real records were NOT tried")
    with Alliance() as al:
        a = al.found("Citego").start()
        equal(counts(a.load(SUSY, *MAP)), {"added": 2076, "updated": 0, "unchanged": 0, "rejected": 0}, "the first import")
        b = al.join(a, "Ritimo")
        equal(b.digests(), a.digests(), "digests right after joining, before the daemon starts")
        b.start()
        equal(b.status()["records"], 2076, "records at the newcomer")
        equal({r["source_id"] for r in all_records(b)}, {o["id"] for o in lines_of(SUSY)}, "which records came")
        change = lambda o: o.update(text=o["text"] + " Changed.")  # noqa: E731
        one_changed_field_is_one_commit(al, a, SUSY, MAP, change, "id", ("abstract", lines_of(SUSY)[1038]["lang"]))
        al.wait_equal()
        b.verify()


def test_what_the_import_maps_can_be_read_at_another_site():
    if not os.path.exists(SUSY):
        raise Skipped(f"{SUSY} is not there: real records were NOT tried")
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        given = lines_of(SUSY)[:40]
        a.load(write_lines(os.path.join(al.root, "forty.jsonl"), given), *MAP)
        al.wait_equal()
        found = {r["source_id"]: b.show(r["id"]) for r in all_records(b)}
        for o in given:
            r = found[o["id"]]
            equal(r["title"], {o["lang"]: o["title"]}, "title")
            equal(r.get("abstract"), {o["lang"]: o["text"]} if o["text"] else None, "abstract")
            equal(r.get("source_url"), o["url"] or None, "source_url")
            equal(r.get("place", {}).get("name"), o["place"] or None, "place.name")
            if o["lat"] is not None:
                check(abs(r["place"]["lat"] - o["lat"]) < 1e-6 and abs(r["place"]["lon"] - o["lon"]) < 1e-6, "place", r["place"], o)


def test_the_demo_set_goes_in_once_with_its_thesaurus_and_reaches_a_newcomer():
    with Alliance() as al:
        a = al.found("Citego").start()
        atlas = os.path.join(DEMO_DATA, "atlas.ttl")
        first = a.json("concept", "import", atlas, "--adopt")
        check(first["added"] > 20 and first["rejected"] == 0 and first["lost"] == [], "atlas.ttl", first)
        files = sorted(os.path.join(DEMO_DATA, f) for f in os.listdir(DEMO_DATA) if f.endswith(".jsonl"))
        check(len(files) >= 3, "files of the demo", files)
        for f in files:
            n = len(lines_of(f))
            equal(counts(a.load(f)), {"added": n, "updated": 0, "unchanged": 0, "rejected": 0}, f)
        b = al.join(a, "Ritimo").start()
        equal(b.digests(), a.digests(), "digests right after joining")
        before = a.status()["commits"]
        again = a.json("concept", "import", atlas, "--adopt")
        equal(counts(again), {"added": 0, "updated": 0, "unchanged": first["added"], "rejected": 0}, "atlas.ttl again")
        equal(a.status()["commits"], before, "commits after a second import of the thesaurus")
        change = lambda o: o["title"].update(fr="Un autre titre")  # noqa: E731
        one_changed_field_is_one_commit(al, a, files[0], (), change, "source_id", ("title", "fr"))
        al.wait_equal()
        b.verify()
        equal(b.ok("concept", "export").out, a.ok("concept", "export").out, "the exported thesaurus")
