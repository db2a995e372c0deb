"""Bad input: the exit code, the stable code, what, where and the next command in both languages; and nothing is lost or changed."""
import json
import os
import random
import socket
import subprocess
import time

from alliance import BINARY, Alliance, Skipped, check, equal, wait_for


def refused(site, code, number, where, *words, run=None, **how):
    """Asks in both languages: the same exit and code, the place named, another sentence each, and a next step."""
    run = run or site.run
    said = {}
    for lang in ("fr", "en"):
        r = run("--lang", lang, *words, **how)
        told = f"{' '.join(map(str, words))[:120]}: exit {r.exit}\n{r.err}"
        equal(r.exit, code, told)
        check(f"ALLIED-{number}" in r.err, f"ALLIED-{number} is not in", told)
        check(where in r.err, f"{where} is not named in", told)
        steps = [line for line in r.err.splitlines() if line.startswith("  → ")]
        check(steps and len(steps[-1]) > 8, "no next step in", told)
        said[lang] = (r.err.splitlines()[0], steps[-1])
    check(said["fr"][0] != said["en"][0] and said["fr"][1] != said["en"][1], "not translated:", said)
    asked = run("--json", *words, **how)
    answer = json.loads(asked.out)
    codes = [answer["error"]["code"]] if "error" in answer else [e["code"] for e in answer["errors"]]
    check(f"ALLIED-{number}" in codes, f"ALLIED-{number} is not in the JSON answer", asked.out)


def founded(al):
    return al.found("Citego")


def unchanged(site, before):
    s = site.status()
    equal((s["inputs"], s["digest"], s["commits"]), before, f"{site.name} after a refusal")


def held(site):
    s = site.status()
    return s["inputs"], s["digest"], s["commits"]


GOOD = '{"type":"experience","source_id":"%s","title":{"fr":"Une bonne"}}\n'
BAD_LINES = [
    ("bad JSON", b'{"type":"experience","source_id":"x","title":', 1201, ""),
    ("a wrong type", b'{"type":"experiment","source_id":"x","title":{"fr":"t"}}', 1204, "type"),
    ("no title", b'{"type":"experience","source_id":"x","abstract":{"fr":"t"}}', 1203, "title"),
    ("a text over its limit", b'{"type":"experience","source_id":"x","title":{"fr":"' + b"x" * 5000 + b'"}}', 1205, "title@fr"),
    ("invalid UTF-8", b'{"type":"experience","source_id":"x","title":{"fr":"a\xff\xfeb"}}', 1107, ""),
    ("a number for a text", b'{"type":"experience","source_id":"x","title":{"fr":7}}', 1206, "title"),
]


def test_one_bad_line_is_refused_by_line_and_field_and_the_good_ones_go_in():
    with Alliance() as al:
        a = founded(al)
        a.start()
        path = os.path.join(al.root, "lines.jsonl")
        for n, (what, line, number, field) in enumerate(BAD_LINES):
            with open(path, "wb") as f:
                f.write((GOOD % f"{n}-a").encode() + line + b"\n" + (GOOD % f"{n}-b").encode())
            r = a.run("--json", "record", "import", path)
            answer = json.loads(r.out)
            equal((r.exit, answer["added"], answer["rejected"]), (2, 2, 1), what)
            equal([(e["line"], e["field"], e["code"]) for e in answer["errors"]], [(2, field, f"ALLIED-{number}")], what)
            before = held(a)
            refused(a, 2, number, "2", "record", "import", path)
            unchanged(a, before)
        equal(a.status()["records"], 2 * len(BAD_LINES), "records")
        every = b"".join(line + b"\n" for _, line, _, _ in BAD_LINES)
        before = held(a)
        r = a.run("--json", "record", "import", "-", stdin=every)
        equal((r.exit, json.loads(r.out)["rejected"]), (65, len(BAD_LINES)), "only bad lines")
        unchanged(a, before)
        a.verify()


def test_a_file_that_was_cut_short_says_so_and_goes_in_whole_later():
    with Alliance() as al:
        a = founded(al)
        whole = (GOOD % "a" + GOOD % "b").encode()
        cut = os.path.join(al.root, "cut.jsonl")
        with open(cut, "wb") as f:
            f.write(whole[:-20])
        refused(a, 2, 1101, "2", "record", "import", cut)
        equal(a.status()["records"], 1, "records of the cut file")
        with open(cut, "wb") as f:
            f.write(whole)
        equal(a.load(cut)["added"], 1, "added by the whole file")


def test_a_thesaurus_with_a_fault_changes_nothing_and_names_its_line():
    with Alliance() as al:
        a = founded(al)
        path = os.path.join(al.root, "bad.ttl")
        with open(path, "w", encoding="utf-8") as f:
            f.write("@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
                    '<urn:x:1> a skos:Concept ; skos:prefLabel "Un"@fr .\n<urn:x:2> a skos:Concept ; skos:prefLabel "Deux"@fr\n'
                    "<urn:x:3> nonsense\n")
        before = held(a)
        refused(a, 65, 1215, "bad.ttl", "concept", "import", path)
        unchanged(a, before)
        equal(a.status()["concepts"], 0, "concepts")


def test_single_bad_records_and_ids_are_refused():
    with Alliance() as al:
        a = founded(al)
        record = a.add("un", "Un jardin")
        before = held(a)
        refused(a, 65, 1203, "title", "record", "add", "--set=type=experience")
        refused(a, 65, 1204, "type", "record", "edit", record, "--set=type=experiment")
        refused(a, 65, 1207, "tilte", "record", "edit", record, "--set=tilte@fr=x")
        refused(a, 1, 1210, "aaaaaaaa", "record", "show", "aaaaaaaa")
        refused(a, 64, 1601, "recrod", "recrod", "list")
        refused(a, 64, 1601, "--limt", "record", "list", "--limt", "3")
        unchanged(a, before)


def test_an_unknown_setting_is_named_with_file_line_and_a_guess():
    with Alliance() as al:
        a = founded(al)
        path = os.path.join(a.dir, "allied.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write('site {\n  name = "Citego"\n  langage = "fr"\n}\n')
        for words in (["status"], ["daemon"], ["config", "check"]):
            refused(a, 78, 1603, f"{path}:3", *words)
            check("site.language" in a.run(*words).err, "no guess:", a.run(*words).err)
        os.unlink(path)
        refused(a, 78, 1603, "zeromq.listen", "-o", "zeromq.lisen=x", "status")
        a.start()


def test_damaged_used_and_expired_invitations_are_refused():
    with Alliance() as al:
        a = al.found("Citego").start()
        code = a.json("invite", "Ritimo")["code"]
        newcomer = al.site("Ritimo")
        before = held(a)
        for damaged in (code[:-4], code[:40] + ("a" if code[40] != "a" else "b") + code[41:], code[7:], "allied-", "x"):
            refused(newcomer, 65, 1306, "", "join", damaged)
        check(not os.path.exists(os.path.join(newcomer.dir, "allied.db")), "a damaged invitation made a database")
        short = a.json("invite", "Trop tard", "--expires", "1s")["code"]
        time.sleep(1.2)
        refused(newcomer, 5, 1309, "Trop tard", "join", short)
        check(not os.path.exists(os.path.join(newcomer.dir, "allied.db")), "an expired invitation made a database")
        unchanged(a, before)
        newcomer.ok("join", code)
        thief, before = al.site("Un autre"), held(a)
        refused(thief, 5, 1308, "", "join", code)
        unchanged(a, before)
        thief.ok("join", a.json("invite", "Un autre")["code"])  # a new code in the same directory
        refused(thief, 1, 1009, thief.dir, "join", a.json("invite", "Encore")["code"])
        refused(thief, 1, 1009, thief.dir, "init", "Autre", "--ally", "Autre")
        equal(thief.digests(), a.digests(), "digests")


def test_a_port_in_use_is_named_and_the_daemon_starts_elsewhere():
    with Alliance() as al:
        a = founded(al)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            free, a.listen = a.listen, f"127.0.0.1:{port}"
            refused(a, 1, 1502, a.listen, "daemon")
        a.listen = free
        a.start()


def test_a_second_daemon_in_one_directory_is_refused_and_the_first_goes_on():
    with Alliance() as al:
        a = founded(al)
        a.start()
        refused(a, 75, 1005, a.dir, "daemon")
        a.add("un", "Un jardin")
        equal(a.status()["records"], 1, "records")


def as_nobody(al):
    if os.geteuid() != 0:
        raise Skipped("only root can try another user's directories: they were NOT tried")
    os.chmod(al.root, 0o755)
    binary = os.path.join(al.root, "allied")  # where that user can read it
    with open(BINARY, "rb") as from_, open(binary, "wb") as to:
        to.write(from_.read())
    os.chmod(binary, 0o755)

    def run(site, *words, **how):
        return al.run(["setpriv", "--reuid=65534", "--clear-groups", binary, *site.words(*words)[1:]], **how)
    return run


def test_a_foreign_directory_is_refused_naming_its_owner():
    with Alliance() as al:
        run, a = as_nobody(al), founded(al)
        a.add("un", "Un jardin")
        before = held(a)
        for mode in (0o700, 0o755, 0o777):
            os.chmod(a.dir, mode)
            for words in (["status"], ["record", "list"], ["daemon"], ["init", "Autre", "--ally", "Autre"]):
                refused(a, 5, 1006, a.dir, *words, run=lambda *w, **h: run(a, *w, **h))
        os.chmod(a.dir, 0o700)
        unchanged(a, before)


def test_a_directory_that_cannot_be_written_is_refused_and_stays_as_it_is():
    with Alliance() as al:
        run, a = as_nobody(al), founded(al)
        a.add("un", "Un jardin")
        for root, dirs, files in os.walk(a.dir):
            for name in [root, *(os.path.join(root, f) for f in dirs + files)]:
                os.chown(name, 65534, 65534)
        for name in a.guards():
            os.unlink(name)
        os.chmod(a.dir, 0o500)
        for words in (["record", "add", "--set=type=experience", "--set=title@fr=x"], ["daemon"]):
            refused(a, 5, 1007, a.dir, *words, run=lambda *w, **h: run(a, *w, **h))
        made = os.path.join(a.dir, "below")
        refused(a, 5, 1007, made, "init", "Autre", "--ally", "Autre", run=lambda *w, **h: run(a, "--data", made, *w, **h))
        os.chmod(a.dir, 0o700)
        check(json.loads(run(a, "--json", "status").out)["records"] == 1, "the record is still there")
        equal(run(a, "--json", "verify").exit, 0, "verify")


def test_root_working_for_another_owner_leaves_everything_theirs():
    with Alliance() as al:
        run, a = as_nobody(al), al.site("Citego")
        os.chmod(al.runtime, 0o755)
        for theirs in (a.dir, os.path.join(al.runtime, "allied")):
            os.mkdir(theirs, 0o700)
            os.chown(theirs, 65534, 65534)
        equal(run(a, "init", "Coredem", "--ally", "Citego").exit, 0, "init by the owner")
        a.ok("record", "add", "--set=type=experience", "--set=title@fr=Par root")  # root, without a daemon
        a.ok("config", "set", "site.language", "fr")
        a.ok("record", "list")
        a.start()  # by root as well
        a.add("deux", "Par le service")
        a.stop()
        strange = [os.path.join(r, f) for r, d, fs in os.walk(a.dir) for f in d + fs
                   if os.stat(os.path.join(r, f)).st_uid != 65534]
        equal(strange, [], "files that are not the owner's")
        r = run(a, "--json", "record", "add", "--set=type=experience", "--set=title@fr=Par son propriétaire")
        equal(r.exit, 0, r.err)
        equal(json.loads(run(a, "--json", "status").out)["records"], 3, "records")


def send_garbage(address, chance):
    host, port = address.split(":")
    greeting = b"\xff" + b"\0" * 8 + b"\x7f\x03\x00CURVE" + b"\0" * 15 + b"\0" * 33
    shots = [b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", chance.randbytes(4000), b"\xff" * 100000, greeting, greeting[:11],
             greeting + b"\x04\xff" + chance.randbytes(300), greeting + b"\x06" + b"\xff" * 8 + chance.randbytes(300)]
    opened = []
    for shot in shots * 5:
        s = socket.create_connection((host, int(port)), timeout=5)
        try:
            s.sendall(shot)
        except OSError:
            pass  # it hung up: its right
        opened.append(s)
    return opened


def test_garbage_on_the_port_leaves_the_daemon_alive_and_honest_peers_in_sync():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        al.wait_equal()
        opened = send_garbage(a.listen, random.Random(7))
        try:
            ours, theirs = a.add("un", "Pendant le bruit"), b.add("deux", "Pendant le bruit aussi")
            al.wait_equal()
            equal((b.title(ours), a.title(theirs)), ("Pendant le bruit", "Pendant le bruit aussi"), "titles")
            b.stop()
            b.start()  # a new session gets through as well
            wait_for(lambda: all(p["digest_equal"] for p in b.status()["peers"]), "b meets a again")
        finally:
            for s in opened:
                s.close()
        check(a.alive() and b.alive(), "a daemon died of garbage", a.tail())
        equal((a.status()["held"], a.status()["records"]), (0, 2), "held, records")


def test_garbage_on_the_control_socket_leaves_the_daemon_alive():
    with Alliance() as al:
        a = founded(al)
        a.start()
        chance = random.Random(11)
        for shot in (b"", b"{}", chance.randbytes(5000), b"\xff" * 100000):
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(os.path.join(a.dir, "control.sock"))
                try:
                    s.sendall(shot)
                except OSError:
                    pass
        a.add("un", "Après le bruit")
        check(a.alive(), "the daemon died of garbage", a.tail())


def test_a_dead_control_socket_is_no_obstacle():
    with Alliance() as al:
        a = founded(al)
        a.start()
        a.add("un", "Avant")
        a.kill9()
        check(os.path.exists(os.path.join(a.dir, "control.sock")), "the socket is left behind")
        a.add("deux", "Sans service")
        refused(a, 69, 1506, "", "ping", "Citego")
        a.start()
        a.add("trois", "Avec service")
        equal(a.status()["records"], 3, "records")


def test_a_daemon_that_does_not_answer_is_a_bounded_wait():
    with Alliance() as al:
        a = founded(al)
        a.start()
        os.kill(a.daemon.pid, 19)  # SIGSTOP
        try:
            start = time.monotonic()
            refused(a, 75, 1013, a.dir, "--timeout", "1", "record", "list")
            check(time.monotonic() - start < 10, "it took", time.monotonic() - start)
        finally:
            os.kill(a.daemon.pid, 18)  # SIGCONT
        a.add("un", "Il répond de nouveau")


def test_output_that_cannot_be_written_is_told():
    with Alliance() as al:
        a = founded(al)
        a.add("un", "Un jardin")
        for words in (["record", "list"], ["status"]):  # status alone would be 2: no daemon runs
            with open("/dev/full", "wb") as full:
                p = subprocess.run(a.words(*words), stdout=full, stderr=subprocess.PIPE, env=al.env, timeout=20)
            equal(p.returncode, 1, p.stderr)
            check(b"ALLIED-100" in p.stderr, p.stderr)


def test_a_closed_output_is_told_and_nothing_goes_into_the_files_of_the_site():
    with Alliance() as al:
        a = al.found("Citego")
        a.add("un", "UN-TITRE-DE-FICHE")
        for closed in (">&-", ">&- <&-", ">&- 2>&- <&-"):
            p = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *a.words("record", "list")], env=al.env, timeout=20)
            equal(p.returncode, 1, closed)
        for name in ("lock", "journal"):
            with open(os.path.join(a.dir, name), encoding="utf-8") as f:
                check("UN-TITRE-DE-FICHE" not in f.read(), name, "was written into")
        p = subprocess.Popen(["sh", "-c", 'exec "$@" >&- 2>&- <&-', "sh", *a.words("daemon")], env=al.env)
        al.started.append(p)
        wait_for(a.answers, "the service answers without an output")
        a.add("deux", "Sans sortie")
        p.terminate()
        check(p.wait(10) in (0, 1), "the service ended with", p.returncode)


def test_a_terminal_that_closes_ends_the_service_politely():
    with Alliance() as al:
        a = al.found("Citego").start()
        a.daemon.send_signal(1)  # SIGHUP
        equal(a.daemon.wait(10), 0, "exit")
        check(not os.path.exists(os.path.join(a.dir, "control.sock")), "the socket is left behind")
