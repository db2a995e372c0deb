"""What a newcomer meets who types the wrong thing or has lost a file: each time what happened, where, and the next command that really leads on."""
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import termios
import unicodedata

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
            os.rename(path, path + ".away")
            os.mkdir(path)
            check(path in told(a, 1, 1028, *words)[0], "a directory in its place is not told")
            os.rmdir(path)
            os.rename(path + ".away", path)
        check(a.dir in told(a, 1, 1028, "key", "import", "--file", a.dir)[0], "a directory to import is not told")
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
                          ["invite", "Ritimo"], ["verify"], ["conflicts"], ["journal"], ["config", "show"], ["changes"],
                          ["ally", "list"], ["daemon"]):
                text = told(a, 64, 1622, "--site", "nope", *words)[0]
                check("nope (citego)" in text, "the sites are not listed:", text)
                if words[0] not in ("invite", "status", "daemon"):
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


def test_what_is_empty_says_so_and_what_comes_next():
    with Alliance() as al:
        a = al.found("Citego")
        for lang in ("fr", "en"):
            for words, next_step in ((["record", "list"], "allied record add"), (["concept", "list"], "allied concept add")):
                r = a.run("--lang", lang, *words)
                check(r.exit == 0 and r.out == "" and next_step in r.err, words, r)
            alone = a.run("--lang", lang, "status").out
            check("allied invite" in alone, "a site that is alone is not told how to go on:", alone)
        check(a.run("journal").err and a.run("journal", "--level", "error").err, "an empty journal is not told")
        record = a.add("un", "Un jardin")
        a.ok("record", "retire", record)
        check(f"record edit {record} --revive" in a.ok("record", "show", record).out, a.run("record", "show", record))
        check(a.ok("record", "list", "--ally", "Citego").err, "an empty list is not told")


def test_an_export_that_cannot_be_written_names_the_path_that_was_given():
    with Alliance() as al:
        a = al.found("Citego")
        a.ok("concept", "add", "--label=Sol@fr")
        for path, number in ((os.path.join(al.root, "nowhere", "a.ttl"), 1026), (os.path.join(al.root, "dir.ttl"), 1028)):
            os.makedirs(os.path.join(al.root, "dir.ttl"), exist_ok=True)
            text = told(a, 1, number, "concept", "export", path)[0]
            check(path in text and ".new" not in text, text)
        equal([n for n in os.listdir(al.root) if n.endswith(".new")], [], "files left behind")


def test_a_peer_that_is_away_is_named_in_the_advice():
    with Alliance() as al:
        a = al.found("Citego").start()
        al.join(a, "Béton vert")

        def advice():
            return [p["action"] for p in a.status()["problems"] if p["name"] == "unreachable"]
        check("allied ping beton-vert" in wait_for(advice, "the peer is seen to be away")[0], advice())


def test_what_a_map_took_out_of_an_object_is_not_counted_as_left_out():
    with Alliance() as al:
        a = al.found("Citego")
        path, map_ = os.path.join(al.root, "a.jsonl"), os.path.join(al.root, "a.map")
        with open(path, "w", encoding="utf-8") as f:
            f.write('{"type":"experience","source_id":"x","title":{"fr":"X"},"geo":{"lat":48.5,"lon":2.25,"alt":3},"at":{"name":"Ici"}}\n')
        with open(map_, "w", encoding="utf-8") as f:
            f.write("place.lat=geo.lat\nplace.lon=geo.lon\nplace.name=at.name\n")
        answer = a.json("record", "import", path, "--map", map_)
        equal((answer["added"], answer["unknown"]), (1, {"geo.alt": 1}), answer)


def on_terminal(site, columns, *words):
    """What a command prints on a terminal of that width, line by line."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    p = subprocess.Popen(site.words("--color", "never", *words), stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL,
                         env=site.alliance.env)
    site.alliance.started.append(p)
    os.close(theirs)
    out = b""
    try:
        while chunk := os.read(ours, 65536):
            out += chunk
    except OSError:
        pass  # the other end is closed
    finally:
        os.close(ours)
    p.wait(20)
    return out.decode("utf-8").replace("\r\n", "\n").splitlines()


def test_nothing_runs_over_the_edge_of_a_narrow_terminal():
    with Alliance() as al:
        a = al.found("Citego").start()
        al.join(a, "Béton vert").start()
        sol = a.json("concept", "add", "--label=Sol vivant et fertile@fr", "--uri=https://thesaurus.example.org/components/sol-vivant")["id"]
        a.ok("concept", "edit", sol, "--set", "definition@fr=" + "Ce qui vit sous nos pieds. " * 5)
        record = a.add("un", "Un jardin partagé au pied des immeubles, cultivé par ses voisins")
        al.wait_equal()
        for words in (["status"], ["concept", "list"], ["concept", "history", sol], ["record", "list"], ["record", "history", record],
                      ["concept", "show", sol], ["conflicts"], ["watch", "--once"], ["--lang", "fr", "watch", "--once"]):
            for columns in (40, 60, 80) if "watch" in words else (60, 80):
                lines = [x for x in on_terminal(a, columns, *words) if "→" not in x and "://" not in x]  # what one copies stays whole
                wide = [x for x in lines if sum(unicodedata.combining(c) == 0 for c in x) > columns]
                equal(wide, [], f"{words} at {columns} columns")
        check(any(sol[:12] in x and "Sol vivant" in x for x in on_terminal(a, 60, "concept", "list")), "id and label stand in the list")
