"""Allies who write the same field at the same time: nothing is lost, everybody shows the same, anybody resolves it."""
import json
import urllib.parse

from alliance import Alliance, check, equal
from api import WATER, Client


def written_apart(al, *writes):
    """Each site alone: no daemon runs while they write; then all run again."""
    for s in al.sites:
        s.stop()
    for site, words in writes:
        site.ok(*words)
    for s in al.sites:
        s.start()
    al.wait_equal()


def values_of(site, entity):
    fields = site.json("conflicts", "show", entity)["fields"]
    return {(f["field"], f["lang"], str(v["value"]), v["shown"]) for f in fields for v in f["values"]}


def test_two_allies_edit_one_concept_at_once_and_a_third_resolves_it():
    with Alliance() as al:
        a, b, c = al.three()
        sol = a.json("concept", "add", "--label=Sol vivant@fr")["id"]
        al.wait_equal()
        written_apart(al, (a, ("concept", "edit", sol, "--set", "scopeNote@fr=Ce qui vit sous nos pieds.")),
                      (b, ("concept", "edit", sol, "--set", "scopeNote@fr=La terre des jardins.")))
        for s in (a, b, c):
            equal(s.status()["conflicts"], 1, f"conflicts at {s.name}")
            equal([x["id"] for x in s.json("conflicts")["conflicts"]], [sol], f"conflicts at {s.name}")
            equal(values_of(s, sol), values_of(a, sol), f"the values at {s.name}")
            equal(s.json("concept", "show", sol)["scopeNote"], a.json("concept", "show", sol)["scopeNote"], s.name)
        both = values_of(a, sol)
        equal({v[2] for v in both}, {"['Ce qui vit sous nos pieds.']", "['La terre des jardins.']"}, "both values are kept")
        equal([v[3] for v in both].count(True), 1, "one is shown")
        hidden = next(v for f in c.json("conflicts", "show", sol)["fields"] for v in f["values"] if not v["shown"])
        c.ok("conflicts", "resolve", sol, "--keep", hidden["dot"])
        al.wait_equal()
        for s in (a, b, c):
            equal(s.status()["conflicts"], 0, f"conflicts at {s.name} once resolved")
            equal(s.json("concept", "show", sol)["scopeNote"]["fr"], hidden["value"], f"the note at {s.name}")
            check(s.run("conflicts", "show", sol).exit == 1, s.name, "shows a conflict that is resolved")


def test_writes_to_different_fields_merge_and_equal_values_never_conflict():
    with Alliance() as al:
        a, b, c = al.three()
        sol = a.json("concept", "add", "--label=Sol vivant@fr")["id"]
        al.wait_equal()
        written_apart(al, (a, ("concept", "edit", sol, "--set", "prefLabel@en=Living soil", "--set", "notation=S1")),
                      (b, ("concept", "edit", sol, "--set", "prefLabel@en=Living soil", "--set", "definition@fr=Terre.")))
        for s in (a, b, c):
            equal(s.status()["conflicts"], 0, f"conflicts at {s.name}")
            shown = s.json("concept", "show", sol)
            equal((shown["prefLabel"], shown["definition"]["fr"]), ({"fr": "Sol vivant", "en": "Living soil"}, ["Terre."]), s.name)


def test_sites_of_killed_daemons_see_the_same_conflict_resolved_by_another_value():
    with Alliance() as al:
        a, b, c = al.three()
        sol = b.json("concept", "add", "--label=Sol@fr")["id"]
        al.wait_equal()
        for s in (a, b):
            s.kill9()
        a.ok("concept", "edit", sol, "--set", "prefLabel@fr=Sol vivant")
        b.ok("concept", "edit", sol, "--set", "prefLabel@fr=Sols vivants")
        c.ok("concept", "edit", sol, "--set", "prefLabel@fr=Les sols")
        a.start(), b.start()
        al.wait_equal()
        equal([len(values_of(s, sol)) for s in (a, b, c)], [3, 3, 3], "values at a, b, c")
        equal(values_of(a, sol), values_of(c, sol), "the same default everywhere")
        a.ok("conflicts", "resolve", sol, "--value", "Sol, vivant", "--adopt")
        al.wait_equal()
        equal([s.json("concept", "show", sol)["prefLabel"]["fr"] for s in (a, b, c)], ["Sol, vivant"] * 3, "resolved everywhere")
        equal([s.status()["conflicts"] for s in (a, b, c)], [0, 0, 0], "conflicts left")


def test_adopting_all_leaves_rival_proposals_to_a_choice():
    with Alliance() as al:
        a = al.found("Citego").start()
        b, c = al.join(a, "Ritimo").start(), al.join(a, "Cohérence").start()
        sol = a.json("concept", "add", "--label=Sol@fr")["id"]
        a.ok("concept", "adopt", sol)
        al.wait_equal()
        written_apart(al, (b, ("concept", "edit", sol, "--set", "prefLabel@fr=Sol vivant")),
                      (c, ("concept", "edit", sol, "--set", "prefLabel@fr=Les sols")))
        equal([(x["fields"], x["count"]) for x in a.json("conflicts")["conflicts"]], [(["prefLabel@fr"], 1)], "what is in conflict")
        check("prefLabel@fr" in a.ok("conflicts").out, a.ok("conflicts").out)
        r = a.run("concept", "adopt", sol)
        equal(r.exit, 4, r.err)
        check("ALLIED-1221" in r.err and "prefLabel@fr" in r.err and "conflicts resolve" in r.err, r.err)
        dots = {v["dot"] for f in a.json("conflicts", "show", sol)["fields"] for v in f["values"]}
        told = json.loads(a.run("--json", "concept", "adopt", sol).out)
        equal(told["error"]["code"], "ALLIED-1221", told)
        b.ok("concept", "edit", sol, "--set", "definition@fr=Terre.")
        al.wait_equal()
        r = a.run("--json", "concept", "adopt", sol)
        told = json.loads(r.out)
        equal((r.exit, len(told["adopted"])), (2, 1), r.out)
        equal([(x["field"], x["lang"], set(x["dots"])) for x in told["rivals"]], [("prefLabel", "fr", dots)], "rivals")
        equal(a.json("concept", "show", sol)["prefLabel"]["fr"], "Sol", "what was adopted before is shown still")
        a.ok("--yes", "conflicts", "resolve", sol, "--keep", sorted(dots)[0])
        equal((a.status()["conflicts"], a.run("concept", "adopt", sol).exit), (0, 1), "nothing is left to adopt")


def test_a_conflict_is_seen_and_resolved_over_the_api():
    with Alliance() as al:
        a = al.found("Citego", http=True).start()
        b = al.join(a, "Ritimo", http=True).start()
        anyone, thinker, editor = Client(a), Client(a, "concepts"), Client(a, "records")
        other = Client(b, "concepts")
        told = thinker.good("POST", "/concepts?adopt=true", {"uri": WATER, "prefLabel": {"fr": "eau"}}, 201).json
        al.wait_equal()
        b.stop()
        equal(anyone.good("GET", "/conflicts").json["conflicts"], [])
        b.start()
        # Two sites' proposals for one field, written apart.
        a.stop()
        other.good("PUT", "/concepts/by-source/" + urllib.parse.quote("http://example.org/sol", safe=""), {"prefLabel": {"fr": "sol"}}, 201)
        b.stop()
        a.start()
        thinker.good("PUT", "/concepts/by-source/" + urllib.parse.quote("http://example.org/sol", safe=""), {"prefLabel": {"fr": "terre"}}, 201)
        b.start()
        al.wait_equal()
        listed = anyone.good("GET", "/conflicts").json["conflicts"]
        equal([c["fields"] for c in listed], [["prefLabel@fr"]])
        path = "/conflicts/" + listed[0]["id"]
        shown = thinker.good("GET", path).json["fields"][0]["values"]
        equal({v["value"]: v["mine"] for v in shown}, {"terre": True, "sol": False}, "whose is whose, with a token")
        values = anyone.good("GET", path).json["fields"][0]["values"]
        check(not any(v["mine"] for v in values), "without one nothing is mine")
        equal(sorted(v["value"] for v in values), ["sol", "terre"])
        keep = next(v["dot"] for v in values if v["value"] == "sol")
        anyone.refused(401, "token_needed", "POST", path + "/resolution", {"keep": keep})
        editor.refused(403, "token_scope", "POST", path + "/resolution", {"keep": keep})
        thinker.refused(422, "field_value", "POST", path + "/resolution", {})
        thinker.refused(422, "field_unknown", "POST", path + "/resolution", {"keep": keep, "who": "me"})
        thinker.refused(422, "field_value", "POST", path + "/resolution", {"keep": keep, "choices": []})
        theirs = {"choices": [{"field": "prefLabel@fr", "keep": "theirs"}]}
        done = thinker.good("POST", path + "/resolution", theirs, Idempotency_Key="r1").json
        equal(done["resolved"], ["prefLabel@fr"])
        equal(thinker.good("POST", path + "/resolution", theirs, Idempotency_Key="r1").json, done, "sent again")
        equal(anyone.good("GET", "/concepts/" + listed[0]["id"]).json["prefLabel"], {"fr": "sol"}, "theirs is kept")
        anyone.refused(404, "no_conflict", "GET", path)
        thinker.refused(404, "no_conflict", "POST", path + "/resolution", {"keep": keep})
        al.wait_equal()
        equal(Client(b).get("/conflicts").json["conflicts"], [], "everywhere")


test_a_conflict_is_seen_and_resolved_over_the_api.seconds = 6
