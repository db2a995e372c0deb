"""A disk dies, a machine is set back, a directory is copied: nothing forks, and what a peer held comes back."""
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import threading

from alliance import Alliance, Skipped, check, equal


def incarnation(site):
    """The one whose log the site writes now."""
    return site.status()["incarnation"]


def no_forks(*sites):
    for s in sites:
        equal(s.status()["held"], 0, f"held logs at {s.name}")
        s.verify()
        for word in ("log.held", "fork", "clone.seen"):
            check(word not in s.journal(), s.name, "noted", word)


def content_of(path):
    with open(path, "rb") as f:
        return f.read()


def test_a_backup_is_made_while_the_daemon_writes():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        stop, written = threading.Event(), []

        def write():
            while not stop.is_set():
                written.append(a.add(f"n{len(written)}", f"Jardin {len(written)}"))
        writer = threading.Thread(target=write)
        writer.start()
        made = []
        try:
            for i in range(4):
                made.append(a.json("backup", os.path.join(al.root, f"backup{i}")))
        finally:
            stop.set()
            writer.join()
        check(len(written) > 4, "the daemon went on writing", len(written))
        last = made[-1]
        check(last["key"] and last["records"] <= len(written), "what the backup says", last)
        equal(os.stat(last["file"]).st_mode & 0o777, 0o600, "the file's mode")
        quiet = a.json("backup", os.path.join(al.root, "quiet"))
        equal(quiet["digest"], a.status()["digest"], "a backup of a quiet site has the digest that status says")
        equal(sorted(f for f in os.listdir(al.root) if f.endswith(".new")), [], "nothing half is left")
        al.wait_equal()


def test_a_backup_older_than_what_was_published_does_not_fork():
    with Alliance() as al:
        a, b, c = al.three()
        before = c.add("avant", "Écrit avant la sauvegarde")
        al.wait_equal()
        path = os.path.join(al.root, "backup")
        c.ok("backup", path)
        guards = {g: content_of(g) for g in c.guards()}
        check(guards, "no guard was found")
        after = [c.add(f"après{i}", f"Écrit après la sauvegarde {i}") for i in range(5)]
        al.wait_equal()
        was = incarnation(c)
        c.stop()
        r = c.run("restore", path)
        equal((r.exit, c.dir in r.err), (64, True), "an old directory without --yes")
        facts = c.json("--yes", "restore", path)
        check(os.path.isdir(facts["moved"]), "what was there was moved aside", facts)
        equal(facts["records"], 1, "records in the backup")
        # Even a guard that fits the backup, as a crash between COMMIT and guard may leave it, proves nothing after a restore.
        for guard, content in guards.items():
            with open(guard, "wb") as f:
                f.write(content)
        # Written before anything came back: the log of before must not go on.
        mine = c.add("aussitôt", "Écrit avant que les autres répondent")
        check(incarnation(c) != was, "the old log goes on")
        c.start()
        al.wait_equal()
        for s in (a, b, c):
            equal(s.status()["records"], 7, s.name)
            equal(s.title(after[4]), "Écrit après la sauvegarde 4", s.name)
            equal(s.title(mine), "Écrit avant que les autres répondent", s.name)
            equal(s.title(before), "Écrit avant la sauvegarde", s.name)
        no_forks(a, b, c)


def test_the_registrar_out_of_a_backup_admits_nobody_before_it_has_compared():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        path = os.path.join(al.root, "backup")
        al.wait_equal()
        spent = a.json("invite", "Cohérence")["code"]
        a.ok("backup", path)
        c = al.site("Cohérence")
        c.ok("join", spent)
        c.start()
        al.wait_equal()
        for s in (a, b, c):
            s.stop()
        a.ok("--yes", "restore", path)
        a.start()
        check("restored" in [p["name"] for p in a.status()["problems"]], "status says so")
        code = a.json("invite", "Pas à pas")["code"]
        d = al.site("Pas à pas")
        refused = d.run("--json", "--timeout", "2", "join", code)
        equal(refused.exit, 75, "joining before the registrar has compared")
        equal(al.site("Autre").run("join", spent).exit, 5, "an invitation from before the backup")
        b.start()
        c.start()
        al.wait_equal()
        d.ok("join", code)
        d.start()
        al.wait_equal()
        equal(len(a.json("ally", "list")["allies"]), 4, "allies")
        no_forks(a, b, c, d)


def test_with_only_the_key_left_everything_comes_back():
    with Alliance() as al:
        a, b, c = al.three()
        mine = c.add("un", "Un jardin partagé")
        a.add("deux", "Une monnaie locale")
        al.wait_equal()
        words = c.json("--yes", "key", "export")["words"]
        keyfile = os.path.join(al.root, "c.key")
        c.ok("key", "export", "--file", keyfile)
        equal(os.stat(keyfile).st_mode & 0o777, 0o600, "the key file's mode")
        check(words not in c.journal(), "the key is in the journal")
        was = incarnation(c)
        c.stop()
        shutil.rmtree(c.dir)
        c.ok("key", "import", "--file", keyfile)
        c.start()
        al.wait_equal()
        equal(c.title(mine), "Un jardin partagé", "its own record")
        later = c.add("trois", "Un four à pain")
        check(incarnation(c) != was, "the old log goes on")
        al.wait_equal()
        equal(a.title(later), "Un four à pain", "what it writes after")
        # The words alone, and where to ask.
        status = a.status()
        c.stop()
        shutil.rmtree(c.dir)
        c.ok("key", "import", *words.split("-"), "--alliance", status["alliance_id"], "--from", a.listen, "--peer", status["site"])
        c.start()
        al.wait_equal()
        no_forks(a, b, c)


def test_a_backup_without_its_key_asks_for_it():
    with Alliance() as al:
        a = al.found("Citego").start()
        a.add("un", "Un jardin partagé")
        words, path = a.json("--yes", "key", "export")["words"], os.path.join(al.root, "backup")
        check(not a.json("backup", "--without-key", path)["key"], "it says that there is no key")
        a.stop()
        lost = al.site("Retrouvé")
        equal(lost.json("restore", path)["key_here"], False, "key_here")
        for words_ in (("daemon",), ("status",), ("record", "list")):
            r = lost.run("--json", *words_)
            equal(r.exit, 5, words_)
        check("ALLIED-1320" in lost.run("status").err, "it names what is missing")
        other = al.found("Autre").json("--yes", "key", "export")["words"]
        equal(lost.run("key", "import", other).exit, 65, "another site's key")
        equal(lost.run("key", "import", words[:-6]).exit, 65, "a word is missing")
        lost.ok("key", "import", words)
        lost.add("deux", "Un four à pain")
        lost.verify()


def test_a_damaged_backup_changes_nothing():
    with Alliance() as al:
        a = al.found("Citego")
        a.add("un", "Un jardin partagé")
        path = os.path.join(al.root, "backup")
        a.ok("backup", path)
        good = content_of(path)
        database = os.path.join(a.dir, "allied.db")
        before = content_of(database)
        bad = {"short": (good[:-1], "backup_short"), "flipped": (good[:len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) +
               good[len(good) // 2 + 1:], "backup_damaged"), "foreign": (b"PK" + good, "backup_foreign"),
               "newer": (good[:14] + b"2" + good[15:], "backup_newer"), "empty": (b"", "backup_foreign")}
        for name, (content, error) in bad.items():
            with open(os.path.join(al.root, name), "wb") as f:
                f.write(content)
            for where in (a.dir, os.path.join(al.root, "nowhere")):
                r = al.run([a.words()[0], "--data", where, "--json", "--yes", "restore", os.path.join(al.root, name)])
                equal((r.exit, json.loads(r.out)["error"]["name"]), (65, error), name)
            check(not os.path.exists(os.path.join(al.root, "nowhere")), "a directory was made for", name)
        check(content_of(database) == before, "the site changed")
        r = a.run("backup", al.root)
        equal(r.exit, 1, "a directory as the target")
        equal(a.run("backup", path).exit, 64, "a file that exists, without --yes")
        if os.path.exists("/dev/full"):
            equal(a.run("--yes", "backup", "/dev/full").exit, 1, "a device")


def test_a_full_disk_leaves_nothing_half():
    with Alliance() as al:
        a, disk = al.found("Citego"), os.path.join(al.root, "disk")
        for i in range(60):
            a.add(f"n{i}", f"Jardin {i}", **{"description@fr": " ".join(hashlib.sha256(f"{i} {k}".encode()).hexdigest() for k in range(150))})
        whole = a.json("backup", os.path.join(al.root, "backup"))
        os.mkdir(disk)
        r = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "allied-test", disk], capture_output=True)
        if r.returncode:
            raise Skipped("no small disk can be mounted here: a full disk was NOT tried")
        try:
            check(whole["database_bytes"] > 1 << 20, "the database is too small to fill the disk", whole)
            for words in (("backup", os.path.join(disk, "backup")), ("restore", whole["file"])):
                site = [a.words()[0], "--json", "--yes", "--data", a.dir if words[0] == "backup" else os.path.join(disk, "site")]
                r = al.run([*site, *words])
                equal((r.exit, json.loads(r.out)["error"]["name"]), (1, "disk_full"), words[0])
                equal(os.listdir(disk), [], f"what a failed {words[0]} left")
        finally:
            subprocess.run(["umount", disk], check=True)


def test_a_copy_of_the_directory_on_another_machine_does_not_fork():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        b.add("un", "Un jardin partagé")
        al.wait_equal()
        b.stop()
        was = incarnation(b)
        # The other machine: none of this one's tmpfs is there.
        clone = al.site("Ritimo bis")
        shutil.copytree(b.dir, clone.dir, ignore=shutil.ignore_patterns("control.sock"))
        here, elsewhere = al.runtime, tempfile.mkdtemp(prefix="allied-cluster-", dir="/dev/shm")
        try:
            os.rename(here, here + ".off")
            al.env["XDG_RUNTIME_DIR"] = elsewhere
            clone.start()
            copied = clone.add("clone", "Écrit par la copie")
            check(incarnation(clone) != was, "the copy goes on with the log")
            al.wait_equal([a, clone])
            clone.stop()
            os.rename(here + ".off", here)
            al.env["XDG_RUNTIME_DIR"] = here
            b.start()
            original = b.add("original", "Écrit par l’original")
            equal(incarnation(b), was, "the original goes on with its log")
            al.wait_equal([a, b])
            for s in (a, b):
                equal((s.title(copied), s.title(original)), ("Écrit par la copie", "Écrit par l’original"), s.name)
            no_forks(a, b)
        finally:
            for d in (elsewhere, here + ".off"):
                shutil.rmtree(d, ignore_errors=True)
