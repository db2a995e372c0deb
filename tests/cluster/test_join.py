"""Every way in: by a member while the secretariat is away, by words read aloud, by a public line; and where sites are reached, and are not any more."""
from alliance import Alliance, check, equal, free_port, wait_for

SOON = ("--timeout", "2")


def told(r, code, *texts):
    equal(r.exit, code, r.out + r.err)
    for text in texts:
        check(text in r.err, f"{text} is not in", r.err)


def admitted(site, seconds=40):
    wait_for(lambda: site.status()["state"] in ("ok", "syncing"), f"{site.name} is in", seconds)


def test_a_member_invites_while_the_secretariat_is_away_and_all_goes_on_by_itself():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        al.wait_equal()
        a.stop()
        asked = b.json("invite", "Cohérence")
        equal(asked["waits_for"], "Citego", "who admits")
        c = al.site("Cohérence")
        for lang in "fr", "en":
            told(c.run("--lang", lang, *SOON, "join", asked["code"]), 75, "ALLIED-1507", "Citego", "allied join CODE")
        # The code was used: it lets nobody else in, though the secretariat knows nothing of it.
        thief = al.site("Voleur")
        told(thief.run("join", asked["code"]), 5, "ALLIED-1308", "allied ally suspend")
        c.start()
        b.stop()
        b.start()
        equal((c.status()["state"], len(b.json("ally", "list")["allies"])), ("joining", 2), "before the secretariat is back")
        a.start()
        admitted(c)
        al.wait_equal([a, b, c])
        equal(len(a.json("ally", "list")["allies"]), 3, "allies")


def test_words_are_read_aloud_before_anybody_comes_in():
    with Alliance() as al:
        a = al.found("Citego").start()
        code = a.json("invite", "Ritimo", "--confirm")["code"]
        b, thief = al.site("Ritimo"), al.site("Voleur")
        stolen = thief.run(*SOON, "join", code)
        told(stolen, 75, "ALLIED-1330", "Citego", "allied ally admit")
        r = b.run(*SOON, "join", code)
        told(r, 75, "ALLIED-1330")
        asking = a.json("ally", "list")["asking"]
        equal([(w["ally"], w["rivals"]) for w in asking], [("Ritimo", 1)] * 2, "who waits")
        words = [w["words"] for w in asking if w["words"] in r.err]
        equal(len(words), 1, "the words that join shows, among those that are listed")
        check("stolen" in a.ok("ally", "list").out, "nothing is said of a stolen code")
        told(a.run("ally", "admit", "babab-babab-babab-babab"), 4, "ALLIED-1331", "allied ally list")
        told(a.run("ally", "admit", "Ritimo"), 64, "ALLIED-1211")
        a.ok("ally", "admit", words[0])
        b.ok("join", code)
        told(thief.run("join", code), 5, "ALLIED-1308", "ritimo")
        equal(a.json("ally", "list")["asking"], [], "who waits in the end")


def test_a_public_line_lets_sites_ask_and_nothing_more():
    with Alliance() as al:
        a = al.found("Citego").start()
        line, code = a.json("ally", "card")["card"], a.json("invite", "Cohérence")["code"]
        b, other = al.site("Ritimo"), al.site("Autre")
        told(b.run("join", line), 64, "ALLIED-1334", "allied apply")
        told(b.run("apply", code, "--ally", "Ritimo"), 64, "ALLIED-1335", "allied join")
        told(b.run("apply", line), 64, "ALLIED-1619", "--ally")
        r = b.run(*SOON, "apply", line, "--ally", "Ritimo")
        told(r, 75, "ALLIED-1330")
        told(other.run(*SOON, "apply", line, "--ally", "Autre"), 75, "ALLIED-1330")
        words = {w["ally"]: w["words"] for w in a.status()["asking"]}
        check(words["Ritimo"] in r.err, words, r.err)
        a.ok("ally", "refuse", words["Autre"])
        a.ok("ally", "admit", words["Ritimo"])
        b.ok("apply", line, "--ally", "Ritimo")
        told(other.run("apply", line, "--ally", "Autre"), 5, "ALLIED-1332", "Citego")
        equal([x["name"] for x in a.json("ally", "list")["allies"]], ["Citego", "Ritimo"], "allies")


def test_a_site_is_found_at_each_of_its_addresses_and_where_it_went_meanwhile():
    with Alliance() as al:
        a = al.site("Citego")
        a.listen = f"[::1]:{free_port()}"
        nobody = f"127.0.0.1:{free_port()}"
        a.settings = [f"zeromq.announce={nobody}, {a.listen}"]
        a.ok("init", "Citego", "--ally", "Citego")
        a.start()
        b = al.join(a, "Ritimo", listen=False)  # it dials out alone, and finds the second address
        c = al.join(a, "Cohérence").start()
        b.start()
        al.wait_equal()
        equal(b.json("ally", "show", "Citego")["sites"][0]["endpoints"], [nobody, a.listen], "announced")
        check(a.listen in b.ok("ally", "show", "Citego").out, "the address is not shown")
        b.stop()
        a.stop()
        a.listen = f"127.0.0.1:{free_port()}"
        a.settings = [f"zeromq.announce={nobody}, {a.listen}"]
        a.start()
        moved = lambda s: s.json("ally", "show", "Citego")["sites"][0]["endpoints"] == [nobody, a.listen]
        wait_for(lambda: moved(c), "the new address at a third")
        b.start()
        peer = lambda: [p for p in b.status()["peers"] if p["name"] == "citego"][0]
        wait_for(lambda: moved(b) and peer()["state"] == "live", "the old peer at its new address", 40)
        al.wait_equal()
