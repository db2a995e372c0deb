"""What allies decide together: the next charter, a suspension, an expulsion; and an erasure that everybody attests."""
import json

from alliance import Alliance, check, equal, wait_for


def everywhere(sites, look, expected, what):
    wait_for(lambda: all(look(s) == expected for s in sites), f"{what} everywhere")


def test_allies_sign_a_charter_suspend_lift_and_expel():
    with Alliance() as al:
        a, b, c = al.three()
        fiche = b.add("un", "Jardin")
        al.wait_equal()
        b.ok("means", "declare", "--year", "2025", "--money", "1200.50", "--time", "35h")
        al.wait_equal()
        proposed = a.json("charter", "propose", "--name", "Coredem II", "--role", "data_protection=Cohérence", "--close-year", "2025")
        equal((proposed["number"], proposed["signed"], proposed["needed"], proposed["in_force"]), (1, 1, 2, False), "the draft")
        wait_for(lambda: b.run("charter", "show", proposed["id"]).exit == 0, "the draft reaches b")
        rival = c.json("charter", "propose", "--name", "Autrement")
        wait_for(lambda: a.run("charter", "show", rival["id"]).exit == 0, "the rival reaches a")
        r = a.run("charter", "sign", rival["id"])
        equal(r.exit, 4, r.err)
        check("ALLIED-1313" in r.err, r.err)
        b.ok("charter", "sign", proposed["id"])
        everywhere((a, b, c), lambda s: s.status()["charter"], 1, "charter 1")
        for lang in ("fr", "en"):
            shown = c.ok("--lang", lang, "charter", "show").out
            check("Coredem II" in shown and "Cohérence" in shown and "Ritimo" in shown, shown)
        check("Autrement" in a.ok("charter", "log").out, "the other draft is still listed")
        closes = {c["name"]: c["closes"] for c in a.json("charter", "log")["charters"]}
        equal((closes.pop("Coredem II"), set(closes.values())), (2025, {None}), "which charter closes which year")
        r = b.run("means", "declare", "--year", "2025", "--money", "9")
        equal((r.exit, "ALLIED-1342" in r.err), (5, True), "a year that is closed")
        equal(a.run("charter", "propose", "--close-year", "2025").exit, 5, "it is closed once")
        one = c.json("means", "list", "--year", "2025")["means"][0]
        equal((one["ally_name"], one["money"]["amount"], one["time"]["amount"], one["closed"]), ("Ritimo", 120050, 2100, True), "what was declared")
        check("1200,50 €" in c.ok("--lang", "fr", "means").out and "€1200.50" in c.ok("--lang", "en", "means").out, "as each language writes it")
        equal(a.run("charter", "show", "77").exit, 1, "no such charter")

        equal(b.run("ally", "suspend", "Citego").exit, 5, "only the secretariat suspends")
        a.ok("ally", "suspend", "Ritimo", "--reason", "silence")
        everywhere((a, b, c), lambda s: s.json("ally", "show", "Ritimo")["suspended"], True, "the suspension")
        r = b.run("record", "edit", fiche, "--set", "title@fr=Non")
        equal((r.exit, "ALLIED-1414" in r.err), (5, True), "a suspended ally writes")
        a.ok("ally", "lift", "Ritimo")
        everywhere((a, b, c), lambda s: s.json("ally", "show", "Ritimo")["suspended"], False, "the end of the suspension")
        b.ok("record", "edit", fiche, "--set", "title@fr=Jardin partagé")
        al.wait_equal()

        cut = a.json("ally", "cut", "Ritimo", "--heir", "Cohérence")
        wait_for(lambda: c.run("charter", "show", cut["id"]).exit == 0, "the expulsion reaches c")
        c.ok("charter", "sign", cut["id"])
        everywhere((a, c), lambda s: s.json("ally", "show", "Ritimo")["standing"], "ended", "the expulsion")
        c.ok("record", "edit", fiche, "--set", "title@fr=Jardin repris")
        al.wait_equal([a, c])
        equal(a.title(fiche), "Jardin repris", "the heir owns the record")


def test_an_erasure_is_attested_by_everybody():
    with Alliance() as al:
        a, b, c = al.three()
        fiche = b.add("un", "Monsieur Untel")
        al.wait_equal()
        dot = b.json("record", "history", fiche)["history"][0]["dot"]
        equal(a.run("erase", dot, "--reason", "x").exit, 5, "another ally's words")
        c.stop()
        b.ok("erase", dot, "--reason", "à sa demande")
        wait_for(lambda: a.json("erase", "--list")["erasures"], "the erasure reaches a")
        waiting = lambda s: [p["name"] for p in s.status()["problems"]]
        wait_for(lambda: "erase_waiting" in waiting(a), "status names who has not")
        c.start()
        al.wait_equal()
        everywhere((a, b, c), lambda s: s.json("erase", "--list")["open"], 0, "attested")
        one = a.json("erase", "--list")["erasures"][0]
        equal((len(one["attested"]), one["waiting"], one["counts"]), (3, [], True), json.dumps(one))
        for s in (a, b, c):
            check("Untel" not in s.ok("--json", "record", "history", fiche).out, s.name, "still shows it")
            check("erase_waiting" not in waiting(s), s.name, "still waits")
            s.verify()


def goes_on_with_another_key(site, old):
    """The daemon comes up anew with it: a request that it had not answered yet ends with 75, try again."""
    said = site.run("--json", "status")
    check(said.exit in (0, 2, 75), said.err)
    return said.exit != 75 and json.loads(said.out)["site"] != old


def test_a_site_takes_a_new_key_from_the_secretariat_and_syncs_on():
    with Alliance() as al:
        a, b, c = al.three()
        fiche = b.add("un", "Jardin")
        al.wait_equal()
        old = b.status()["site"]
        a.stop()
        for lang, word in (("fr", "Citego"), ("en", "Citego")):
            r = b.run("--lang", lang, "--timeout", "1", "key", "rotate")
            equal(r.exit, 75, r.err)
            check("ALLIED-1327" in r.err and word in r.err, r.err)
        equal(b.status()["site"], old, "the old key goes on")
        wait_for(lambda: "key_waiting" in [p["name"] for p in b.status()["problems"]], "status says that it waits")
        b.ok("record", "edit", fiche, "--set", "title@fr=Jardin d'avant")
        a.start()
        wait_for(lambda: goes_on_with_another_key(b, old), "the new key")
        al.wait_equal()
        b.ok("record", "edit", fiche, "--set", "title@fr=Jardin d'après")
        al.wait_equal()
        everywhere((a, b, c), lambda s: s.title(fiche), "Jardin d'après", "what the new key wrote")
        sites = [s for ally in a.json("ally", "list")["allies"] for s in ally["sites"]]
        equal([s["ended"] for s in sites if s["site"] == old], [True], "the old key is over")
        check(not any(p["name"] == "key_waiting" for p in b.status()["problems"]), b.status()["problems"])
        # Without a daemon of its own, and at the secretariat's own site.
        for site in (c, a):
            before = site.status()["site"]
            if site is c:
                site.stop()
            fresh = site.json("key", "rotate")["site"]
            check(fresh != before, fresh)
            if site is c:
                site.start()
            equal(site.status()["site"], fresh, site.name)
            al.wait_equal()
        for site in (a, b, c):
            check("peer_protocol" not in site.journal(), site.name, "takes a session under the old key for a fault of its own")
        for site in (a, b, c):
            site.verify()


def test_the_secretariat_changes_hands_with_its_key():
    with Alliance() as al:
        a, b, c = al.three()
        for lang in ("fr", "en"):
            shown = b.ok("--lang", lang, "key", "registrar").out
        key = b.json("key", "registrar")["registrar"]
        check(key in shown, shown)
        proposed = b.json("charter", "propose", "--registrar", key, "--role", "secretariat=Ritimo")
        wait_for(lambda: c.run("charter", "sign", proposed["id"]).exit == 0, "c signs")
        everywhere((a, b, c), lambda s: s.status()["charter"], 1, "charter 1")
        equal((a.status()["registrar"], b.status()["registrar"]), (False, True), "who has the registrar's key")
        equal(a.run("ally", "suspend", "Ritimo").exit, 5, "the old secretariat decides nothing")
        b.ok("ally", "suspend", "Citego", "--reason", "passation")
        everywhere((a, b, c), lambda s: s.json("ally", "show", "Citego")["suspended"], True, "the new one does")
        check("key_registrar" not in [p["name"] for p in a.status()["problems"]], a.status()["problems"])
