"""Tricks that shall add nothing to what an ally is said to have added, or shall be seen by all who read the ledger (DOMAIN §4)."""
import json
import os

from alliance import Alliance, check, equal

# Enough for a complete record: what the charter's profile asks, and more than a hundred words.
TEXT = ("Au départ, des habitants constatent que le marché de plein vent disparaît et que les terres maraîchères autour du bourg sont vendues une à une. La commune, "
        "d'abord prudente, prête une parcelle pour deux saisons. Une association se monte, embauche une maraîchère et livre la cantine de l'école. La première année, "
        "la récolte est maigre : le sol tassé a demandé plus de travail que prévu, et l'irrigation n'était pas prête. La deuxième année, un groupement d'achat prend le "
        "relais et les paniers trouvent preneur. Le bail rural, signé ensuite pour neuf ans, a tout changé : la banque a suivi, puis le département. Ce qui a manqué : du "
        "temps pour les bénévoles, et une règle claire pour décider de ce que l'on plante. Ce qui a tenu : le repas partagé de chaque mois.")


def record(source, title, text, concept, **more):
    return {"type": "experience", "source_id": source, "lang": "fr", "title": title, "abstract": text[:180], "history": text, "limits": text[200:420],
            "actors": [{"name": "La mairie", "role": "prête la terre"}], "concepts": [concept], "licence": "CC-BY-SA-4.0", "date": "2026", **more}


def load(a, site, records):
    path = os.path.join(a.root, f"{site.name}.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(r) + "\n" for r in records)
    told = site.load(path)
    equal(told["rejected"], 0, f"{site.name}'s file")
    return {r["source_id"]: r["id"] for r in site.json("record", "list", "--ally", site.name, "--limit", "200")["records"]}


def unlike(words, n):
    """n texts that have nothing in common."""
    return [" ".join(f"{w}{chr(97 + i)}{chr(97 + (i * 7 + k) % 26)}" for k, w in enumerate(words.split())) for i in range(n)]


def of(site, name, kind):
    """What the ledger gives an ally of one kind."""
    allies = site.json("ledger")["allies"]
    found = [x for x in allies if x["ally_name"] == name]
    equal(len(found), 1, f"allies called {name}")
    return found[0]["kinds"].get(kind, {"count": 0, "points": 0})


def test_tricks_add_nothing_or_are_seen():
    with Alliance("Alliance des malins") as a:
        citego, ritimo, coherence = a.three()
        concept = ritimo.json("concept", "add", "--set", "prefLabel@fr=Terres nourricières", "--set", "kind=descriptor")["id"]
        a.wait_equal()
        texts = unlike(TEXT, 8)

        # Oneself: one's own records cited, one's own proposal adopted by oneself.
        mine = load(a, ritimo, [record(f"r{i}", f"Terre {i}", texts[i], concept) for i in range(4)])
        for i in range(1, 4):
            ritimo.ok("record", "link", mine[f"r{i}"], "cites", mine["r0"])
        a.wait_equal()
        equal(of(citego, "Ritimo", "record_full")["count"], 4, "complete records of Ritimo's")
        equal(of(citego, "Ritimo", "reuse_received")["count"], 0, "reuse of oneself")

        # A ring of two counts, each once, and is told.
        theirs = load(a, coherence, [record(f"c{i}", f"Eau {i}", texts[4 + i], concept) for i in range(4)])
        for i in range(4):
            coherence.ok("record", "link", theirs[f"c{i}"], "cites", mine[f"r{i}"])
            ritimo.ok("record", "link", mine[f"r{i}"], "cites", theirs[f"c{i}"])
            coherence.ok("record", "link", theirs[f"c{(i + 1) % 4}"], "extends", mine[f"r{i}"])
        a.wait_equal()
        # Four of Cohérence's cite four of Ritimo's, whichever way and how often: four. Its eight uses of Ritimo's concept: one.
        equal(of(citego, "Ritimo", "reuse_received")["count"], 5, "reuse of Ritimo's")
        equal(of(citego, "Cohérence", "reuse_received")["count"], 4, "reuse of Cohérence's")
        rings = citego.json("ledger")["rings"]
        check(any("Ritimo" in json.dumps(r, ensure_ascii=False) and "Cohérence" in json.dumps(r, ensure_ascii=False) for r in rings), "the ring is told", rings)

        # Near copies count once; a record split in fifty is fifty small ones, of which a day takes its cap.
        words = TEXT.split()
        copies = [record(f"k{i}", f"Copie {i}", " ".join(words[:20 * i] + [f"variante{i}"] + words[20 * i:]), concept) for i in range(6)]
        pieces = [record(f"p{i}", f"Morceau {i}", " ".join(unlike(TEXT, 26)[i % 26].split()[3 * (i // 26) * 12:][:12]), concept, limits=f"Limite {i}") for i in range(50)]
        load(a, citego, copies)
        a.wait_equal()
        equal(of(ritimo, "Citego", "record_full"), {"count": 1, "points": 10, "left_out": {"near_copy": 5}, "small": 0}, "six copies of a text")
        load(a, citego, pieces)
        a.wait_equal()
        full, cap = of(ritimo, "Citego", "record_full"), citego.json("ledger")["policy"]["record_full"]["cap"]
        equal(full["count"], cap, "fifty pieces in one day")
        equal(full["small"], cap - 1, "how small they are is told")
        check(sum(full["left_out"].values()) == 5 + 50 - (cap - 1), "what was left out is told", full)

        # Whoever asks, wherever: the same.
        equal(len({json.dumps(s.json("ledger"), sort_keys=True) for s in a.sites}), 1, "ledgers")
        for s in a.sites:
            s.verify()


test_tricks_add_nothing_or_are_seen.seconds = 20
