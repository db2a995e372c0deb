"""A full disk: what was acknowledged stays, what cannot be written is told, and with room again everything goes on."""
import json
import os
import subprocess

from alliance import Alliance, Skipped, check, equal, wait_for


def small_disk(site, size="4m"):
    """The site's directory becomes a disk of this size; root alone can do so."""
    os.makedirs(site.dir, exist_ok=True)
    r = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "allied-test", site.dir], capture_output=True)
    if r.returncode:
        raise Skipped("no small disk can be mounted here: a full disk was NOT tried")


def resize(site, size):
    subprocess.run(["mount", "-o", f"remount,size={size}", site.dir], check=True, capture_output=True)


def until_full(site):
    """Adds records until one is refused; the ids of those that were acknowledged."""
    made, text = [], "Ce que nous avons appris. " * 400
    while len(made) < 2000:
        n = len(made)
        r = site.run("--json", "record", "add", "--set=type=experience", f"--set=source_id={n}", f"--set=title@fr=Fiche {n}",
                     f"--set=description@fr={n} {text}")
        if r.exit != 0:
            equal((r.exit, json.loads(r.out)["error"]["code"]), (1, "ALLIED-1003"), f"a full disk\n{r.out}{r.err}")
            return made
        made.append(json.loads(r.out)["id"])
    check(False, "the disk never filled up")


def all_there(site, made):
    equal(site.status()["records"], len(made), "records")
    for i in made[:3] + made[-3:]:
        site.show(i)


def full_disk(with_daemon):
    with Alliance() as al:
        a = al.site("Citego")
        small_disk(a)
        try:
            a.ok("init", "Coredem", "--ally", "Citego")
            if with_daemon:
                a.start()
            made = until_full(a)
            check(len(made) > 10, "records before the disk was full:", len(made))
            check(not with_daemon or a.alive(), "a full disk ended the daemon\n", a.tail() if with_daemon else "")
            all_there(a, made)  # reading goes on
            resize(a, "64m")
            all_there(a, made)
            a.verify()
            more = a.add("encore", "De nouveau de la place")
            all_there(a, made + [more])
            if a.daemon is None:
                a.start()
            b = al.join(a, "Ritimo").start()
            al.wait_equal()
            all_there(b, made + [more])
            a.stop()
        finally:
            for p in al.started:
                if p.poll() is None:
                    p.kill()
                    p.wait(10)
            subprocess.run(["umount", "-l", a.dir], capture_output=True)


def test_a_full_disk_under_a_daemon_loses_nothing_acknowledged():
    full_disk(with_daemon=True)


def test_a_full_disk_without_a_daemon_loses_nothing_acknowledged():
    full_disk(with_daemon=False)


def test_a_receiver_whose_disk_is_full_catches_up_when_there_is_room():
    with Alliance() as al:
        a, b = al.found("Citego").start(), al.site("Ritimo")
        small_disk(b)
        try:
            b.ok("join", a.json("invite", "Ritimo")["code"])
            b.start()
            for n in range(12):
                a.add(str(n), f"Fiche {n}", **{"description@fr": f"{n} " + "Ce que nous avons appris. " * 400})
            al.wait_equal()
            resize(b, "64m")
            filler = os.path.join(b.dir, "filler")
            subprocess.run(["fallocate", "-l", "60m", filler], capture_output=True)
            big = os.path.join(al.root, "big.jsonl")
            with open(big, "w", encoding="utf-8") as f:
                for n in range(3000):
                    f.write(json.dumps({"type": "experience", "source_id": f"big-{n}", "title": {"fr": f"Grande {n}"},
                                        "description": {"fr": f"{n} " + "Ce que nous avons appris. " * 100}}) + "\n")
            a.load(big)
            wait_for(lambda: "ALLIED-1003" in [p["code"] for p in b.status()["problems"]], "b says that its disk is full")
            check(a.alive() and a.status()["records"] == 3012, "the author is not held up")
            os.unlink(filler)
            check(b.alive(), "a full disk ended the daemon", b.tail())
            al.wait_equal(seconds=40)
            b.verify()
        finally:
            for p in al.started:
                if p.poll() is None:
                    p.kill()
                    p.wait(10)
            subprocess.run(["umount", "-l", b.dir], capture_output=True)
