"""Nothing acknowledged is lost: kill -9 at any time, of daemons and of commands; fills that go on; guards and old copies."""
import json
import os
import random
import shutil
import subprocess
import threading
import time

from alliance import Alliance, Failed, check, equal, wait_for


class Writer(threading.Thread):
    """One person at one site: a command after the other, at any state of the daemon. Remembers what was acknowledged."""

    def __init__(self, site, number, concepts, seed, end):
        super().__init__()
        self.site, self.number, self.concepts, self.end = site, number, concepts, end
        self.chance = random.Random(seed)
        self.acknowledged = []  # (what, id, dot)
        self.titles = {}  # our records: the titles that may stand, one where the last write was acknowledged
        self.retired = {}  # likewise
        self.refused, self.fault = 0, None

    def run(self):
        try:
            n = 0
            while not self.end.is_set():
                n += 1
                time.sleep(self.chance.random() * 0.15)
                self.chance.choices([self.add, self.edit, self.retire, self.propose], [4, 4, 1, 3])[0](n)
        except Exception as e:  # told by the test's own thread
            self.fault = e

    def command(self, what, entity, *words):
        """The answer of an acknowledged command, None otherwise. Now and then the command itself is killed."""
        p = subprocess.Popen(self.site.words("--json", "--timeout", "10", *words), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.site.alliance.env)
        self.site.alliance.started.append(p)
        killed = not self.site.alive() and self.chance.random() < 0.2
        if killed:
            time.sleep(self.chance.random() * 0.02)
            p.kill()
        out, err = p.communicate(timeout=30)
        self.site.alliance.started.remove(p)
        if p.returncode == 0:
            answer = json.loads(out)
            dot = answer["dot"] if "dot" in answer else answer["ids"][0]["dot"]
            self.acknowledged.append((what, entity or answer["id"], dot))
            return answer
        self.refused += 1
        check(killed or p.returncode in (69, 75), f"{self.site.name}: {words[:2]}: exit {p.returncode}", out, err)
        return None

    def add(self, n):
        title = f"Fiche {self.number}.{n}"
        made = self.command("record", None, "record", "add", "--set=type=experience", f"--set=title@fr={title}",
                            f"--set=source_id={self.number}-{n}")
        if made:
            self.titles[made["id"]], self.retired[made["id"]] = {title}, {False}

    def mine(self):
        return [r for r in self.titles if self.retired[r] == {False}]

    def edit(self, n):
        if self.mine():
            record, title = self.chance.choice(self.mine()), f"Fiche {self.number}.{n}, revue"
            done = self.command("record", record, "record", "edit", record, f"--set=title@fr={title}")
            self.titles[record] = {title} if done else self.titles[record] | {title}

    def retire(self, n):
        if self.mine():
            record = self.chance.choice(self.mine())
            done = self.command("record", record, "record", "retire", record, "--reason", f"essai {n}")
            self.retired[record] = {True} if done else {False, True}

    def propose(self, n):
        concept = self.chance.choice(self.concepts)
        words = self.chance.choice([f"prefLabel@fr=Sol {self.number}.{n}", f"altLabel@fr=Terre {self.number}.{n}",
                                    f"definition@en=Soil {self.number}.{n}"])
        self.command("concept", concept, "concept", "edit", concept, f"--set={words}")


def begin_again(site):
    """A command may hold the directory's lock just now; an operator's service manager tries again too."""
    for _ in range(20):
        site.start(wait=False)
        try:
            return site.ready()
        except Failed:
            code = site.daemon.poll()
            check(code == 75, f"{site.name}: the daemon ended with {code}\n{site.tail()}")
            site.daemon = None
            time.sleep(0.1)
    raise Failed(f"{site.name} found no moment to start")


def nothing_acknowledged_is_missing(sites, writers):
    acknowledged = {}
    for w in writers:
        for what, entity, dot in w.acknowledged:
            acknowledged.setdefault((what, entity), set()).add(dot)
    for s in sites:
        for (what, entity), dots in acknowledged.items():
            history = {h["dot"]: h["counts"] for h in s.json(what, "history", entity)["history"]}
            check(all(history.get(d) for d in dots), f"{s.name} lacks acknowledged writes of {what} {entity}",
                  [d for d in dots if not history.get(d)])
    for w in writers:
        for record, titles in w.titles.items():
            for s in sites:
                shown = s.show(record)
                check(shown["title"]["fr"] in titles, f"{s.name}: {record}: {shown['title']} is none of", titles)
                check(shown["retired"] in w.retired[record], f"{s.name}: {record}: retired", shown["retired"])
    return sum(map(len, acknowledged.values()))


def rounds_of_edits_and_kills(rounds, seed, look_at=3):
    """(kills, acknowledged writes, refused ones) of an alliance that went through so many rounds and lost nothing, as `look_at` of its
    three sites tell, whose digests are equal."""
    chance, kills = random.Random(seed), 0
    with Alliance() as al:
        sites = al.three()
        concepts = [sites[0].json("concept", "add", f"--label=Sol {i}@fr")["id"] for i in range(4)]
        al.wait_equal()
        end = threading.Event()
        writers = [Writer(s, i * 2 + k, concepts, seed + i * 2 + k, end) for i, s in enumerate(sites) for k in range(2)]
        for w in writers:
            w.start()
        try:
            for _ in range(rounds):
                for s in chance.sample(sites, chance.choice([1, 1, 2, 3])):
                    time.sleep(chance.random() * 0.3)
                    s.kill9()
                    kills += 1
                time.sleep(chance.random() * 0.5)  # its people go on without a daemon
                for s in sites:
                    if s.daemon is None:
                        begin_again(s)
        finally:
            end.set()
            for w in writers:
                w.join(40)
        for w in writers:
            if w.fault:
                raise w.fault
        for s in sites:
            check(s.alive(), s.name, "ended by itself\n" + s.tail())
        al.wait_equal(seconds=30)
        n = nothing_acknowledged_is_missing(chance.sample(sites, look_at), writers)
        for s in sites:
            s.verify()
            equal(s.status()["held"] + s.status()["holes"], 0, f"{s.name}: held, holes")
        return kills, n, sum(w.refused for w in writers)


def test_twenty_rounds_of_random_edits_and_kills_lose_nothing_acknowledged():
    seed = int(os.environ.get("SEED", random.randrange(10**9)))
    print(f"    (rounds of edits and kills: SEED={seed})", flush=True)
    _, n, refused = rounds_of_edits_and_kills(20, seed)
    check(n > 200 and refused > 0, f"{n} acknowledged writes: too few to say anything")


test_twenty_rounds_of_random_edits_and_kills_lose_nothing_acknowledged.seconds = 45


def many_records(al, n, start=0):
    path = os.path.join(al.root, f"many-{start}.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        for i in range(start, start + n):
            f.write(json.dumps({"type": "experience", "source_id": str(i), "title": {"fr": f"Fiche {i}"},
                                "abstract": {"fr": f"Ce que nous avons appris, {i}. " * 20}}) + "\n")
    return path


def killed_half_way(site, process, low, high):
    """Kills the process as soon as more than `low` and less than `high` commits are here; how many there were then."""
    def half_way():
        check(process.poll() is None, f"{site.name}: it ended before it could be killed")
        if not site.answers():
            return False
        n = site.status()["commits"]
        check(n < high, f"{site.name}: it was done before it could be killed")
        return n > low
    wait_for(half_way, f"{site.name} is half way", 20, step=0.001)
    process.kill()
    process.wait(10)
    n = site.status()["commits"]
    check(low < n < high, f"{site.name}: {n} commits after the kill, between {low} and {high} expected")
    return n


def test_a_join_and_a_live_fill_go_on_after_kill_9_half_way():
    with Alliance() as al:
        a = al.found("Citego").start()
        equal(a.load(many_records(al, 6000))["added"], 6000, "records")
        b = al.site("Ritimo")
        code, whole = a.json("invite", "Ritimo")["code"], a.status()["commits"]
        join = subprocess.Popen(b.words("join", code), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, env=al.env)
        al.started.append(join)
        kept = killed_half_way(b, join, 0, whole)
        b.verify()
        b.ok("join", code)
        equal(b.digests(), a.digests(), f"digests after going on from {kept} commits")
        equal(b.status()["records"], 6000, "records")
        a.load(many_records(al, 6000, 6000))
        before, whole = b.status()["commits"], a.status()["commits"]
        b.start(wait=False)
        killed_half_way(b, b.daemon, before, whole)
        b.daemon = None
        b.start()
        al.wait_equal()
        equal(b.status()["records"], 12000, "records")
        b.verify()


test_a_join_and_a_live_fill_go_on_after_kill_9_half_way.seconds = 20


def killed_after(al, words, seconds):
    """Runs a command and kills it after a moment; whether it had ended well before."""
    p = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=al.env)
    al.started.append(p)
    try:
        return p.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait(10)
        return False


def test_init_and_join_killed_at_any_moment_can_be_run_again():
    chance = random.Random(3)
    with Alliance() as al:
        for n in range(30):
            a = al.site(f"Fondatrice {n}")
            done = killed_after(al, a.words("init", "Coredem", "--ally", "Citego"), chance.random() * 0.012)
            r = a.run("init", "Coredem", "--ally", "Citego")
            check(r.exit == 0 or "ALLIED-1009" in r.err, f"init after a kill: exit {r.exit}\n{r.err}")
            check(not done or r.exit == 1, "an alliance was founded twice in one directory")
            a.verify()
        a.start()
        for n in range(12):
            b = al.site(f"Ritimo {n}")
            code = a.json("invite", b.name)["code"]
            killed_after(al, b.words("join", code), chance.random() * 0.15)
            b.ok("join", code)
            equal(b.digests(), a.digests(), f"digests of {b.name}")
        equal(len(a.json("ally", "list")["allies"]), 13, "allies: nobody was admitted twice")


def test_a_site_whose_guard_is_gone_opens_a_new_incarnation_and_loses_nothing():
    with Alliance() as al:
        a, b, c = al.three()
        first = a.add("un", "Avant")
        old = a.status()["incarnation"]
        al.wait_equal()
        a.add("deux", "Même incarnation")
        equal(a.status()["incarnation"], old, "the incarnation while the guard stands")
        a.stop()
        a.start()
        a.add("trois", "Toujours la même")
        equal(a.status()["incarnation"], old, "the incarnation after a restart")
        a.stop()
        mine = [g for g in a.guards() if a.status()["site"].startswith(os.path.basename(g)[:-6])]
        equal(len(mine), 1, "guards of this site")
        os.unlink(mine[0])
        fourth = a.add("quatre", "Après")  # without a daemon
        check(a.status()["incarnation"] != old, "a new incarnation")
        a.start()
        al.wait_equal()
        for s in (a, b, c):
            equal((s.title(first), s.title(fourth), s.status()["records"]), ("Avant", "Après", 4), s.name)
            equal(s.status()["problems"], [], s.name)
            s.verify()


def restored_copy(write_first):
    with Alliance() as al:
        a, b, c = al.three()
        a.add("un", "Dans la copie")
        al.wait_equal()
        a.stop()
        old, copy = a.status()["incarnation"], a.dir + ".copy"
        subprocess.run(["cp", "-a", a.dir, copy], check=True, timeout=20)
        a.start()
        later = [a.add(f"plus-{i}", f"Après la copie {i}") for i in range(5)]
        a.ok("record", "retire", later[4])
        al.wait_equal()
        a.stop()
        shutil.rmtree(a.dir)
        os.rename(copy, a.dir)
        equal(a.status()["records"], 1, "records in the restored copy")
        if write_first:
            again = a.add("encore", "Écrit dans la copie restaurée")
            a.start()
        else:
            a.start()
            again = a.add("encore", "Écrit dans la copie restaurée")
        # Once it has all of its log back, up to what the guard says, it may go on with it; before that, never.
        check(not write_first or a.status()["incarnation"] != old, "a restored copy continued its log")
        al.wait_equal()
        for s in (a, b, c):
            equal(s.status()["records"], 6, f"records at {s.name}")
            equal([s.title(r) for r in (later[3], again)], ["Après la copie 3", "Écrit dans la copie restaurée"], s.name)
            check(s.show(later[4])["retired"], s.name, "the retired record came back")
            equal((s.status()["problems"], s.status()["held"]), ([], 0), s.name)
            s.verify()
        a.add("enfin", "Et encore une")
        al.wait_equal()


def test_an_old_copy_that_writes_before_it_meets_anybody_never_forks():
    restored_copy(write_first=True)


def test_an_old_copy_that_meets_its_peers_first_gets_its_own_logs_back():
    restored_copy(write_first=False)
