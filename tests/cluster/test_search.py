"""Search, by the public commands and over HTTP: with the daemon and without, while it is killed, and after an erasure."""
import json
import os
import shutil
import time

from alliance import DEMO_DATA, Alliance, check, equal, wait_for


def write(al, name, records):
    path = os.path.join(al.root, name)
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    return path


def fiche(k, text="Une cantine au cœur de l’économie sociale"):
    return {"source_id": f"f{k}", "lang": "fr", "type": "experience", "title": f"Fiche {k}", "abstract": text, "history": "h", "limits": "l"}


def test_search_says_the_same_with_a_daemon_and_without():
    with Alliance() as al:
        a = al.found("Citego")
        a.ok("concept", "import", os.path.join(DEMO_DATA, "atlas.ttl"))
        a.load(os.path.join(DEMO_DATA, "citego.jsonl"))
        alone = a.json("search", "territoires")
        check(alone["total"] > 0, "something is found")
        a.start()
        served = a.json("search", "territoires")
        served["behind"] = alone["behind"]
        equal(served, alone, "with a daemon")
        # Who has just written finds it.
        for k in range(5):
            a.load(write(al, "one.jsonl", [fiche(k)]))
            equal(a.json("search", f"coeur l'economie sociale fiche {k}")["total"], 1, "right after writing")
        shown = a.ok("--lang", "fr", "search", "cantines", "--limit", "2").out
        check("Une cantine au cœur" in shown, "snippet")
        check("alliés" in shown, "facets")
        suggested = a.json("search", "--suggest", "fiche")["suggestions"]
        equal(len(suggested), 5, "suggestions")
        equal(a.run("search", "x " * 17).exit, 64, "too many words")


def test_an_index_killed_while_it_is_made_is_whole_in_the_end():
    with Alliance() as al:
        a = al.found("Citego")
        a.load(write(al, "many.jsonl", [fiche(k, f"texte {k} " + "mot " * 400) for k in range(1500)]))
        index = os.path.join(a.dir, "index.db")
        for wait in (0.3, 0.5, 0.7):
            a.start()
            time.sleep(wait)
            a.kill9()
        check(os.path.exists(index), "an index was begun")
        equal(a.json("search", "mots")["total"], 1500, "after three kills")
        # Garbage in its place is no error.
        with open(index, "wb") as f:
            f.write(b"nothing of the kind" * 1000)
        a.start()
        wait_for(lambda: a.json("search", "mots")["total"] == 1500, "all is found again")


def test_an_index_that_cannot_be_made_is_a_problem_with_a_next_command():
    with Alliance() as al:
        a = al.found("Citego")
        a.load(write(al, "one.jsonl", [fiche(1)]))
        os.makedirs(os.path.join(a.dir, "index.db", "in the way"))
        a.start()
        problem = wait_for(lambda: [p for p in a.status()["problems"] if p["name"] == "no_index"], "status says so")[0]
        check(problem["who"] and "allied journal" in problem["action"] and problem["detail"], problem)
        equal(a.run("search", "coeur").exit, 75)
        shutil.rmtree(os.path.join(a.dir, "index.db"))
        equal(a.json("search", "coeur")["total"], 1, "whoever asks has it made")
        wait_for(lambda: a.status()["state"] == "ok", "and all is well")


def test_what_is_erased_leaves_the_index_before_the_site_says_so():
    with Alliance() as al:
        a = al.found("Citego")
        a.load(write(al, "one.jsonl", [fiche(1, "xylophoniquement secretissime")] + [fiche(k) for k in range(2, 20)]))
        record = a.json("search", "secretissime")["records"][0]["id"]
        dot = a.json("record", "history", record)["history"][0]["dot"]
        a.start()
        equal(a.json("search", "xylophoniquement")["total"], 1, "before")
        a.ok("erase", dot, "--reason", "essai")
        wait_for(lambda: a.json("erase", "--list")["erasures"][0]["waiting"] == [], "the site says that it is done")
        for name in os.listdir(a.dir):
            if name.startswith("index.db"):
                with open(os.path.join(a.dir, name), "rb") as f:
                    text = f.read()
                check(b"ylophonique" not in text and b"ecretissime" not in text, f"nothing is left in {name}")
        equal(a.json("search", "xylophoniquement")["total"], 0, "after")
