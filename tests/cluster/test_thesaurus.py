"""The life of a concept at three allies: proposed for a record's sake, used, adopted, merged and unmerged, retired; everybody sees the same."""
from alliance import Alliance, check, equal


def everywhere(al, look, expected, what):
    al.wait_equal()
    for s in al.sites:
        equal(look(s), expected, f"{what} at {s.name}")


def status(concept):
    return lambda s: s.json("concept", "show", concept)["status"]


def waiting(s):
    return [(c["label"], [(p["ally_name"], p["motive"] and p["motive"]["title"], p["fields"]) for p in c["proposals"]])
            for c in s.json("concept", "list", "--proposed")["concepts"]]


def test_a_proposal_waits_with_its_motive_until_another_ally_uses_it():
    with Alliance() as al:
        a, b, c = al.three()
        record = b.add("jardin", "Un jardin partagé")
        al.wait_equal()
        sol = b.json("concept", "add", "--label=Sol vivant@fr", "--motive", record)["id"]
        everywhere(al, waiting, [("Sol vivant", [("Ritimo", "Un jardin partagé", ["uri", "kind", "prefLabel@fr"])])], "what waits")
        b.add("b1", "Son propre emploi", concepts=sol)
        everywhere(al, status(sol), "proposed", "after its proposer's own use")
        c.stop()  # written apart, it comes in another order
        c.add("c1", "Compost", concepts=sol)
        b.ok("concept", "edit", sol, "--set", "scopeNote@fr=Celui que l'on ne laboure pas.")
        c.start()
        everywhere(al, status(sol), "adopted", "after another ally's use")
        for s in al.sites:
            shown = s.json("concept", "show", sol)
            equal(shown["adopted_by_use"]["ally_name"], "Cohérence", f"whose use at {s.name}")
            equal([p["field"] for p in shown["proposals"] if p["field"] != "scopeNote"], [], f"still waits at {s.name}")
        c.ok("record", "edit", c.json("record", "list", "--ally", "Cohérence")["records"][0]["id"], "--unset", "concepts")
        everywhere(al, status(sol), "adopted", "once its user has let go of it")
        check("adopted by use" in a.ok("concept", "list").out, "the list says how it was adopted")
        check("Cohérence" in a.ok("concept", "show", sol).out, "whose use it was")
        told = a.ok("concept", "history", sol).out
        check("Un jardin partagé" in told and "adopted by use: Cohérence" in told, "the history says for what and by whom", told)
        equal(a.json("rebuild")["same"], True, "a rebuild")
        a.verify(), c.verify()


def test_a_merge_leads_records_to_its_target_and_back_when_it_is_undone():
    with Alliance() as al:
        a, b, c = al.three()
        sol = a.json("concept", "add", "--label=Sol@fr", "--adopt")["id"]
        terre = a.json("concept", "add", "--label=Terre@fr", "--adopt")["id"]
        al.wait_equal()
        record = c.add("c1", "Compost", concepts=terre)
        b.ok("concept", "merge", terre, sol)
        everywhere(al, waiting, [("Terre", [("Ritimo", None, ["merge"])])], "the merge waits")
        a.ok("concept", "adopt", terre)
        everywhere(al, status(terre), "merged_into", "merged")

        def terms(s):
            return [(x["label"], x.get("merged_into", {}).get("label")) for x in s.show(record)["concepts"]]
        everywhere(al, terms, [("Terre", "Sol")], "where the record's term leads")
        check("Terre → Sol" in b.ok("record", "show", record).out, "a person sees where it leads")
        b.add("b1", "Paillis", concepts=terre)
        equal([x["label"] for x in b.show(b.json("record", "list", "--ally", "Ritimo")["records"][0]["id"])["concepts"]], ["Sol"],
              "a new term goes where merges end")
        a.ok("concept", "merge", terre, "--undo", "--adopt")
        everywhere(al, status(terre), "adopted", "unmerged")
        everywhere(al, terms, [("Terre", None)], "the record's term once unmerged")
        a.ok("concept", "retire", terre, "--reason", "double emploi", "--adopt")
        everywhere(al, status(terre), "deprecated", "retired")
        adopted = [(x["ally_name"], x["fields"]) for op in b.json("concept", "history", terre)["history"] for x in op.get("adopts", [])]
        check(("Ritimo", ["merge"]) in adopted, "whose proposal was adopted", adopted)
        kinds = [op["kind"] for op in c.json("concept", "history", terre)["history"]]
        equal([k for k in kinds if k != "concept.adopt"], ["concept.put", "concept.merge", "concept.merge", "concept.retire"], "its history")
