"""Changes in a file: to a site that no network reaches, whole or since what it has, and of a damaged file what is whole."""
import os

from alliance import Alliance, check, equal


def two_apart(al):
    """a writes while b is down: b lacks 30 records."""
    a = al.found("Citego").start()
    b = al.join(a, "Ritimo").start()
    al.wait_equal()
    b.stop()
    for i in range(30):
        a.add(f"n{i}", f"Jardin {i}", **{"abstract@fr": os.urandom(300).hex()})
    return a, b


def same(a, b):
    return a.digests() == b.digests()


def test_a_stick_brings_what_the_network_could_not():
    with Alliance() as al:
        a, b = two_apart(al)
        heads, whole, part = (os.path.join(al.root, name) for name in ("heads.allied", "whole.allied", "part.allied"))
        b.json("bundle", "export", heads, "--heads")
        equal(a.json("bundle", "export", whole)["commits"] > 30, True, "a bundle of everything")
        equal(a.json("bundle", "export", part, "--since", heads)["commits"], 30, "since what b has: only the rest")
        check(os.path.getsize(part) < os.path.getsize(whole), "the rest is less than the whole")
        said = b.json("bundle", "import", part)
        equal((said["added"], said["whole"], said["lacks"]), (30, True, []), "imported without a daemon")
        check(same(a, b), "digests after the import")
        b.verify()
        b.start()
        said = b.json("bundle", "import", whole)
        equal((said["added"], said["whole"]), (0, True), "imported again, while the daemon runs")
        al.wait_equal()


def test_a_running_daemon_passes_on_what_a_bundle_brought():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        c = al.join(a, "Traces").start()
        al.wait_equal()
        a.stop()
        b.stop()
        a.add("n1", "Jardin")
        path = os.path.join(al.root, "all.allied")
        a.ok("bundle", "export", path)
        b.start()
        b.ok("bundle", "import", path)
        al.wait_equal([b, c])
        equal(c.status()["records"], 1, "records at the site behind")


def test_of_a_damaged_bundle_what_is_whole_goes_in():
    with Alliance() as al:
        a, b = two_apart(al)
        path, bad = os.path.join(al.root, "all.allied"), os.path.join(al.root, "bad.allied")
        a.ok("bundle", "export", path)
        with open(path, "rb") as f:
            content = f.read()
        ends = [i for i in range(len(content)) if content.startswith(b"\x89allied\n", i)]
        biggest = max(range(len(ends) - 1), key=lambda i: ends[i + 1] - ends[i])

        def damaged(change, exit_code):
            data = bytearray(content)
            change(data)
            with open(bad, "wb") as f:
                f.write(data)
            ran = b.run("--json", "bundle", "import", bad)
            equal(ran.exit, exit_code, f"exit code: {ran.out} {ran.err}")
            return ran

        def flip(data):
            data[ends[biggest] + 100] ^= 4

        said = b.run("bundle", "import", path + ".none")
        check(said.exit == 1 and "ALLIED-1026" in said.err, "no such file", said.err)
        check("bundle_partial" not in damaged(flip, 2).out, "the facts, not an error")
        check(not same(a, b), "a run is missing")
        text = b.run("bundle", "import", bad)
        check("Missing: " in text.out and "ALLIED-1042" in text.err, text.out, text.err)
        text = b.run("--lang", "fr", "bundle", "import", bad)
        check("Manquent" in text.out and "recopiez" in text.err, text.out, text.err)
        damaged(lambda d: d.__delitem__(slice(len(d) - 30, None)), 2)
        damaged(lambda d: d.__setitem__(slice(0, 6), b"foreig"), 65)
        damaged(lambda d: d.__setitem__(14, ord("2")), 65)
        damaged(lambda d: d.__delitem__(slice(17, None)), 65)
        damaged(lambda d: None, 0)
        check(same(a, b), "digests after a good copy")
        b.verify()
