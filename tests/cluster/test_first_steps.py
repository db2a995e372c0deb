"""What a newcomer meets who types the wrong thing or has lost a file: each time what happened, where, and the next command that really leads on."""
import os
import shutil

from alliance import Alliance, check, equal, wait_for


def told(site, code, number, *words, **how):
    """A refusal: its exit code and stable code. Its whole text, and its last line, which is the next step."""
    r = site.run(*words, **how)
    equal(r.exit, code, f"{words}\n{r.out}{r.err}")
    check(f"ALLIED-{number}" in r.err, f"ALLIED-{number} is not in", r.err)
    return r.err, r.err.rstrip().splitlines()[-1]


def key_of(site, name):
    return os.path.join(site.dir, "keys", f"{name}.key")


def lose_database(site):
    for name in os.listdir(site.dir):
        if name.startswith("allied.db"):
            os.unlink(os.path.join(site.dir, name))


def test_a_bad_name_is_told_as_one_wherever_it_is_given():
    with Alliance() as al:
        a = al.site("Citego")
        for words in (["init", "", "--ally", "Citego"], ["init", "Coredem", "--ally", ""], ["init", "Coredem", "--ally", "  "],
                      ["init", "Coredem\nBis", "--ally", "Citego"], ["init", "x" * 201, "--ally", "Citego"]):
            step = told(a, 65, 1620, *words)[1]
            check("record" not in step, "a step that leads elsewhere:", step)
        told(a, 65, 1621, "init", "Coredem", "--ally", "Citego", "--site", "a b")
        check(not os.path.exists(a.dir), "a refused init left a directory")
        a.ok("init", "Coredem", "--ally", "Citego")
        for name in ("", "  ", "x" * 201, "a\nb"):
            told(a, 65, 1620, "invite", name)
        a.ok("invite", "x" * 200)


def test_a_secretariat_without_its_key_is_told_which_file_it_lacks():
    with Alliance() as al:
        a = al.found("Citego")
        path = key_of(a, "registrar")
        os.rename(path, path + ".kept")
        check(path in told(a, 5, 1326, "invite", "Ritimo")[0], "the file is not named")
        shutil.copy(key_of(a, "citego"), path)  # a key, but another one
        check(path in told(a, 5, 1326, "invite", "Ritimo")[0], "the file is not named")
        os.rename(path + ".kept", path)
        a.ok("invite", "Ritimo")


def test_a_damaged_key_is_called_damaged_and_its_file_named():
    with Alliance() as al:
        a = al.found("Citego")
        for name, words in (("citego", ["status"]), ("citego", ["daemon"]), ("registrar", ["invite", "Ritimo"])):
            path = key_of(a, name)
            with open(path, "rb") as f:
                good = f.read()
            for bad in (b"", good[:20], b"x" * 100, bytes(range(60))):
                with open(path, "wb") as f:
                    f.write(bad)
                text = told(a, 1, 1325, *words)[0]
                check(path in text, "the file is not named in", text)
            with open(path, "wb") as f:
                f.write(good)
        a.ok("invite", "Ritimo")
        shutil.copy(key_of(a, "registrar"), key_of(a, "citego"))
        check(key_of(a, "citego") in told(a, 65, 1322, "record", "list")[0], "another site's key is not told")


def test_keys_without_their_database_found_no_other_alliance():
    with Alliance() as al:
        a = al.found("Citego")
        with open(key_of(a, "citego"), "rb") as f:
            key = f.read()
        lose_database(a)
        for words in (["init", "Coredem", "--ally", "Citego"], ["init", "Autre", "--ally", "Autre"]):
            text, step = told(a, 1, 1025, *words)
            check(os.path.join(a.dir, "keys") in text and "allied join CODE" in step, text)
        equal(sorted(os.listdir(os.path.join(a.dir, "keys"))), ["citego.key", "registrar.key"], "the keys that stand there")
        with open(key_of(a, "citego"), "rb") as f:
            equal(f.read(), key, "the key")


def test_an_init_stopped_between_its_keys_and_its_database_goes_on():
    with Alliance() as al:
        a, b = al.found("Citego"), al.site("Ritimo")
        marker = os.path.join(b.dir, "keys", "unfinished")
        shutil.copytree(os.path.join(a.dir, "keys"), os.path.join(b.dir, "keys"))
        check(not os.path.exists(os.path.join(a.dir, "keys", "unfinished")), "a finished init is still marked")
        os.unlink(key_of(b, "registrar"))
        with open(marker, "wb"):
            pass
        b.ok("init", "Coredem", "--ally", "Citego")
        equal(b.status()["site"], a.status()["site"], "the key that stood there is used")
        check(not os.path.exists(marker), "the founding is done and still marked")
        lose_database(b)
        told(b, 1, 1025, "init", "Coredem", "--ally", "Citego")


def test_a_member_that_lost_its_database_comes_back_with_its_key():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        b.add("un", "Un jardin")
        al.wait_equal()
        b.stop()
        site = b.status()["site"]
        lose_database(b)
        told(b, 1, 1025, "init", "Coredem", "--ally", "Ritimo")
        b.ok("join", a.json("invite", "Ritimo", "--yes")["code"])
        equal((b.status()["site"], b.status()["records"]), (site, 1), "the site that came back")


def test_status_names_the_refusal_of_an_invitation_until_another_is_given():
    with Alliance() as al:
        a = al.found("Citego").start()
        used = a.json("invite", "Ritimo")["code"]
        al.site("Ritimo").ok("join", used)
        b = al.site("Un autre")
        told(b, 5, 1308, "join", used)
        for _ in range(2):
            s = b.status()
            equal((s["state"], s["join_error"], [p["name"] for p in s["problems"]]), ("refused", "invite_used", ["invite_used"]), "status")
            check("allied join CODE" in s["problems"][0]["action"], s["problems"])
        b.start()  # it asks again, and hears the same
        wait_for(lambda: b.status()["state"] == "refused", "the refusal while a daemon runs")
        b.stop()
        a.stop()
        again = b.run("--timeout", "1", "join", used)  # nobody answers: it was asked again, and nothing is known yet
        equal((again.exit, b.status()["state"]), (3, "joining"), again.err)
        a.start()
        told(b, 5, 1308, "join", used)
        b.ok("join", a.json("invite", "Un autre")["code"])
        s = b.status()
        equal((s["state"], s["join_error"]), ("stopped", None), "status once in")
        b.start()
        al.wait_equal([a, b])


def test_a_site_that_waits_is_told_to_join_again_not_to_start_a_daemon():
    with Alliance() as al:
        a = al.found("Citego").start()
        code = a.json("invite", "Ritimo")["code"]
        a.stop()
        b = al.site("Ritimo")
        equal(b.run("--timeout", "1", "join", code).exit, 3, "nobody answers")
        s = b.status()
        equal((s["state"], [p["name"] for p in s["problems"]]), ("joining", ["waiting"]), "status")
        check("allied join CODE" in s["problems"][0]["action"], s["problems"])


def test_an_unknown_site_is_refused_with_the_list_of_those_there_are():
    with Alliance() as al:
        a = al.found("Citego")
        for start in (lambda: None, a.start):
            start()
            for words in (["status"], ["record", "list"], ["record", "add", "--set=type=experience", "--set=title@fr=x"],
                          ["invite", "Ritimo"], ["verify"], ["conflicts"]):
                text = told(a, 64, 1622, "--site", "nope", *words)[0]
                check("nope (citego)" in text, "the sites are not listed:", text)
                if words[0] not in ("invite", "status"):
                    a.ok("--site", "citego", *words)


def test_an_ally_is_not_invited_twice_by_mistake():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Béton vert")
        for name, site in (("Citego", a.status()), ("Béton vert", b.status())):
            text = told(a, 1, 1311, "invite", name)[0]
            check(name in text and site["name"] in text and site["site"][:10] in text, "it does not say who it is:", text)
        a.ok("invite", "Béton vert", "--yes")
        a.ok("invite", "Béton")
