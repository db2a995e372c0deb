"""Allies in sync: live, both ways, through a third, and after everything was made anew."""
import concurrent.futures
import random
import time

from alliance import Alliance, check, equal, wait_for


def test_three_allies_join_and_hold_the_same():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        c = al.join(a, "Cohérence").start()
        al.wait_equal()
        ours, theirs = a.add("un", "Un jardin partagé"), c.add("deux", "Une monnaie locale")
        wait_for(lambda: b.run("record", "show", ours).exit == 0, "b has a's record")
        wait_for(lambda: b.run("record", "show", theirs).exit == 0, "b has c's record")
        b.ok("record", "add", "--set=type=analysis", "--set=source_id=trois", "--set=title@fr=Ce que disent les jardins")
        digest = al.wait_equal()
        for s in (a, b, c):
            equal(s.status()["records"], 3, s.name)
            equal(s.title(ours), "Un jardin partagé", s.name)
            equal(s.title(theirs), "Une monnaie locale", s.name)
            s.verify()
            s.ok("rebuild")
            equal(s.digests()[1], digest, f"{s.name}: the digest after a rebuild")
        wait_for(lambda: all(p["digest_equal"] is True for s in (a, b, c) for p in s.status()["peers"]), "all see that all are equal")
        equal([s.run("status").exit for s in (a, b, c)], [0, 0, 0], "exit codes of status")


def test_concepts_are_proposed_by_any_ally_and_adopted_by_the_secretariat():
    with Alliance() as al:
        a, b, c = al.three()
        concept = b.json("concept", "add", "--label=Sol vivant@fr", "--label=Living soil@en")["id"]
        al.wait_equal()
        before = a.json("concept", "show", concept)
        a.ok("concept", "adopt", concept)
        al.wait_equal()
        for s in (a, b, c):
            after = s.json("concept", "show", concept)
            check(after != before, "adopting is seen at", s.name)
            equal(after, a.json("concept", "show", concept), s.name)


def test_sites_that_know_only_a_third_get_each_others_logs():
    with Alliance() as al:
        b = al.found("Relais").start()
        a = al.join(b, "Amont", listen=False).start()
        c = al.join(b, "Aval", listen=False).start()
        up, down = a.add("amont", "Écrit en amont"), c.add("aval", "Écrit en aval")
        al.wait_equal()
        equal(c.title(up), "Écrit en amont", "what a wrote, at c")
        equal(a.title(down), "Écrit en aval", "what c wrote, at a")
        b.stop()
        late = a.add("tard", "Écrit quand le relais était absent")
        b.start()
        al.wait_equal()
        equal(c.title(late), "Écrit quand le relais était absent", "what a wrote while b was away, at c")
        watched(a, b, c)


def watched(a, b, c):
    """a and c never meet, and see how the other is; a table tells people, in their language; what was said outlives the daemon."""
    def all_well():
        return [[x["state"] for x in s.json("watch")["sites"]] for s in (a, b, c)] == [["ok"] * 3] * 3
    wait_for(all_well, "everybody sees that everybody is well")
    seen = {x["name"]: x for x in a.json("watch")["sites"]}["aval"]
    check(seen["disk_free_pct"] is not None and seen["version"].startswith("allied/") and seen["strip"][-1] == "o", seen)
    check(abs(seen["clock_off_ms"]) < 30000 and seen["last_heard_s"] < 90, seen)
    equal(seen["digest_equal"] in (True, None), True, "digest_equal of a site that is not connected")
    check("Sites: 3 well" in a.ok("--lang", "en", "watch").out and "bien\u00a0: 3" in a.ok("--lang", "fr", "watch").out, "the table")
    a.stop()
    equal(a.run("watch").exit, 69, "watch without a daemon")
    a.start()
    equal({x["name"]: x["version"] for x in a.json("watch")["sites"]}["aval"], seen["version"], "kept over a restart")


def test_a_peer_that_stops_is_unreachable_and_never_said_to_be_somebody_else():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        causes, chance = set(), random.Random(5)
        for n in range(25):
            end = time.monotonic() + chance.random() * 0.12  # anywhere in the handshake
            while time.monotonic() < end:
                causes |= {p["cause"] for p in a.status()["peers"]}
            (b.kill9 if n % 2 else b.stop)()
            causes |= {p["cause"] for p in a.status()["peers"]}
            b.start()
        check(causes <= {None, "unreachable"} and "unreachable" in causes, "causes", causes)


def test_another_key_at_a_peers_address_is_an_alarm():
    with Alliance() as al, Alliance("Une autre") as others:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        al.wait_equal()
        b.stop()
        stranger = others.found("Quelqu'un")
        stranger.listen = b.listen
        stranger.start()
        # It takes two calls to be sure; one that comes while the stranger starts may wait for the handshake's end (5 s), and between two lies the back-off.
        wait_for(lambda: [p["cause"] for p in a.status()["peers"]] == ["peer_key"], "a sees that this is not b", seconds=45)
        alarm = next(p for p in a.status()["problems"] if p["code"] == "ALLIED-1505")
        check(alarm["who"] and alarm["action"] and alarm["text"], alarm)
        equal(a.run("status").exit, 2, "exit code of status")
        stranger.stop()
        b.start()
        wait_for(lambda: [p["digest_equal"] for p in a.status()["peers"]] == [True], "b is back")


def test_a_newcomer_whose_inviter_is_away_waits_and_is_admitted_when_it_comes_back():
    with Alliance() as al:
        a = al.found("Citego").start()
        a.add("un", "Un jardin")
        code, b = a.json("invite", "Ritimo")["code"], al.site("Ritimo")
        a.stop()
        r = b.run("--timeout", "1", "join", code)
        check(r.exit == 3 and a.listen in r.err, "join without the inviter", r)
        b.start()  # it may wait as a service, too
        waits = b.status()
        equal((waits["ally"], waits["problems"][0]["code"]), (None, "ALLIED-1507"), "while it waits")
        check(b.run("record", "add", "--set=type=experience", "--set=title@fr=Trop tôt").exit == 5, "wrote before it was admitted")
        a.start()
        wait_for(lambda: b.status()["ally"] == "Ritimo", "b is admitted")
        al.wait_equal()
        equal(b.status()["records"], 1, "records")
        b.add("deux", "Un verger")
        al.wait_equal()


def test_one_invitation_admits_one_of_two_newcomers_and_one_directory_joins_once():
    with Alliance() as al:
        a = al.found("Citego").start()
        code, both = a.json("invite", "Ritimo")["code"], [al.site("Ritimo"), al.site("Un autre")]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            ends = sorted(r.exit for r in pool.map(lambda s: s.run("join", code), both))
            equal(ends, [0, 5], "two newcomers with one code")
            c, code = al.site("Cohérence"), a.json("invite", "Cohérence")["code"]
            ends = sorted(r.exit for r in pool.map(lambda _: c.run("join", code), range(2)))
        check(ends in ([0, 75], [0, 0]), "two commands in one directory", ends)
        equal(sorted(x["name"] for x in a.json("ally", "list")["allies"]), ["Citego", "Cohérence", "Ritimo"], "allies")
