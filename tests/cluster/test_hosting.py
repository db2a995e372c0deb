"""One daemon holds the sites of several allies: each writes as itself, survives kill -9, is shown as hosted, and moves to a daemon of its own."""
import glob
import json
import os
import threading

from alliance import Alliance, check, equal, wait_for


def write_as(site, name, source_id, title):
    return site.json("--site", name, "record", "add", "--set=type=experience", f"--set=source_id={source_id}",
                     f"--set=title@fr={title}")["id"]


def states(site):
    return {s["name"]: s["state"] for s in site.json("site", "list")["sites"]}


def host_and_neighbour(al):
    """Citego, the secretariat, hosts Delta; Ritimo hosts Petite asso, by a code."""
    a = al.found("Citego").start()
    b = al.join(a, "Ritimo").start()
    equal(a.json("site", "add", "Réseau Delta", "--name", "delta")["state"], "member", "the registrar's daemon")
    code = a.json("invite", "Petite asso")["code"]
    equal(b.json("site", "add", "Petite asso", code)["state"], "member", "a member's daemon")
    return a, b


def test_hosted_sites_write_as_themselves_and_survive_kill9():
    with Alliance() as al:
        a, b = host_and_neighbour(al)
        a.ok("site", "add", "Troisième", "--name", "trois")
        ids = {n: write_as(a, n, "meme", f"Fiche de {n}") for n in ("citego", "delta", "trois")}
        equal(len(set(ids.values())), 3, "each owns a record of its own")
        written = {n: [] for n in ("citego", "delta", "trois")}

        def go_on(name):
            for i in range(40):
                r = a.run("--json", "--site", name, "record", "add", "--set=type=experience",
                          f"--set=source_id=k{i}", f"--set=title@fr={name} {i}")
                if r.exit != 0:
                    return
                written[name].append(json.loads(r.out)["id"])
        threads = [threading.Thread(target=go_on, args=(n,)) for n in written]
        for t in threads:
            t.start()
        wait_for(lambda: all(written.values()), "each has written")
        a.kill9()
        for t in threads:
            t.join()
        for guard in a.guards()[:1]:
            os.unlink(guard)
        a.start()
        for n in written:
            write_as(a, n, "apres", f"Après {n}")
        al.wait_equal()
        for n, ally in (("citego", "Citego"), ("delta", "Réseau Delta"), ("trois", "Troisième")):
            for record in written[n]:
                equal(b.show(record)["ally_name"], ally, "what was acknowledged")
        for s in (a, b):
            s.verify()


def test_hosting_is_told_to_all_and_nobody_is_guessed():
    with Alliance() as al:
        a, b = host_and_neighbour(al)
        write_as(a, "delta", "d1", "Une fiche")
        al.wait_equal()
        peers = {p["name"]: p for p in wait_for(
            lambda: all(p["digest_equal"] for p in b.status()["peers"]) and b.status()["peers"], "equal peers")}
        equal((peers["delta"]["hosted_by"], peers["delta"]["state"], peers["citego"]["hosted_by"]),
              ("citego", "live", None), "status")
        equal(b.status()["problems"], [], "nobody is called unreachable")
        equal({s["name"]: s["hosted_by"] for s in b.status()["sites"]}, {"ritimo": None, "petite-asso": "ritimo"}, "sites")
        for lang, words in (("fr", "hébergé par citego"), ("en", "hosted by citego")):
            for command in (("ally", "list"), ("ally", "show", "Réseau Delta"), ("status",)):
                text = b.ok("--lang", lang, *command).out
                check(words in text, command, text)
            r = a.run("--lang", lang, "record", "add", "--set=title@fr=x")
            equal(r.exit, 64, "a writer says for whom")
            check("ALLIED-1623" in r.err and "--site citego, delta" in r.err, r.err)
        a.ok("record", "list")
        b.ok("ping", "delta")
        a.stop()
        b.ok("--site", "petite-asso", "record", "add", "--set=title@fr=Sans réseau", "--set=source_id=s")
        sites = {s["name"]: s["unheld"] for s in b.status()["sites"]}
        check(sites["petite-asso"] > 0 and b.status()["unheld"] == sum(sites.values()), sites)


def test_a_hosted_site_waits_for_the_registrar_and_is_backed_up_with_its_key():
    with Alliance() as al:
        a, b = host_and_neighbour(al)
        code = a.json("invite", "Tardive")["code"]
        a.stop()
        r = b.run("--timeout", "1", "site", "add", "Tardive", code)
        equal(r.exit, 75, r.err)
        check("ALLIED-1507" in r.err and "allied site list" in r.err, r.err)
        equal(b.run("--site", "tardive", "record", "add", "--set=title@fr=x").exit, 5, "not admitted yet")
        b.stop()
        b.start()
        a.start()
        wait_for(lambda: states(b)["tardive"] == "member", "it goes on by itself")
        write_as(b, "tardive", "t1", "Enfin")
        write_as(b, "petite-asso", "p1", "Avant")
        al.wait_equal()
        backup = os.path.join(al.root, "copie")
        b.ok("backup", backup)
        write_as(b, "petite-asso", "p2", "Après")
        al.wait_equal()
        b.kill9()
        b.ok("--yes", "restore", backup)
        b.start()
        write_as(b, "petite-asso", "p3", "Encore")
        write_as(b, "tardive", "t2", "Encore")
        al.wait_equal()
        for s in (a, b):
            s.verify()
        b.stop()
        fresh = b.json("--site", "tardive", "key", "rotate")["site"]
        b.start()
        equal({s["name"]: s["site"] for s in b.json("site", "list")["sites"]}["tardive"], fresh, "without a daemon of its own")
        al.wait_equal()
        equal(b.run("key", "export", "--yes").exit, 64, "whose key?")
        words = [b.ok("--site", n, "key", "export", "--yes").out for n in states(b)]
        equal(len(set(words)), 3, "each has its own")


def test_a_hosted_site_moves_to_a_daemon_of_its_own():
    with Alliance() as al:
        a, b = host_and_neighbour(al)
        fiche = write_as(b, "petite-asso", "p1", "Chez le voisin")
        al.wait_equal()
        for lang in ("fr", "en"):
            r = b.run("--lang", lang, "site", "move", "ritimo")
            equal(r.exit, 64, r.err)
            check("ALLIED-1628" in r.err, r.err)
        code = wait_for(lambda: b.run("site", "move", "petite-asso").out.strip(), "the copy at the secretariat's").splitlines()[-1]
        r = b.run("--site", "petite-asso", "record", "add", "--set=title@fr=x")
        equal((r.exit, "ALLIED-1629" in r.err), (5, True), r.err)
        c = al.site("Chez nous")
        c.ok("join", code)
        c.start()
        equal(c.status()["ally"], "Petite asso", "whose site it is")
        c.ok("record", "edit", fiche, "--set", "title@fr=Chez nous")
        al.wait_equal()
        equal((b.title(fiche), b.show(fiche)["ally_name"]), ("Chez nous", "Petite asso"), "its record")
        equal(states(b)["petite-asso"], "moved", "at the old host's")
        equal(b.run("--site", "petite-asso", "record", "add", "--set=title@fr=x").exit, 5, "the old host refuses")
        b.ok("record", "add", "--set=title@fr=Ritimo seul", "--set=source_id=r")  # one is left: nothing is to choose
        check(glob.glob(os.path.join(b.dir, "keys", "petite-asso.moved.key")), "the key is set aside")
        shown = a.ok("--lang", "fr", "ally", "list").out
        check("hébergé par ritimo" not in shown and "hébergé par citego" in shown, shown)
        b.stop()
        b.start()
        al.wait_equal()
        for s in (a, b, c):
            s.verify()
