"""faults.py BUILD all|sample [PART…]: the script of script.c, struck at every disk operation, and memory.c, struck at every allocation.

Parts: kill (SIGKILL before each operation), half (after half of a write, or right after any other operation), enospc-once, enospc-on,
eio-once, eio-on (the operation fails, alone or with all that follow), memory. After each run the directory is opened again: every
acknowledged write is there, nothing forked, `verify` and a rebuild agree, writing goes on, no file is left over. `sample` takes a part of
them, spread evenly from a random offset (SEED=N), for about ten seconds in all. The last line is "faults: N passed, N failed".
"""
import collections
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

BUILD, HOW, PARTS = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
SCRIPT, MEMORY, ALLIED = (os.path.join(BUILD, p) for p in ("tests/faults/script", "tests/faults/memory", "allied"))
SHIM = os.path.join(BUILD, "tests/faults/shim.so")
SAMPLE_S = float(os.environ.get("SAMPLE_S", 1.2))  # a part
FILES = re.compile(r"(allied\.db(-wal|-shm)?|journal(\.\d+)?|lock|keys|keys/(citego|registrar)\.key|[a-z2-7]+\.guard(\.lock)?)$")
MODES = {"kill": {"FAULT_HOW": "kill"}, "half": {"FAULT_HOW": "half"},
         "enospc-once": {"FAULT_HOW": "once", "FAULT_ERRNO": "28"}, "enospc-on": {"FAULT_HOW": "on", "FAULT_ERRNO": "28"},
         "eio-once": {"FAULT_HOW": "once", "FAULT_ERRNO": "5"}, "eio-on": {"FAULT_HOW": "on", "FAULT_ERRNO": "5"}}
# What a request may say of a disk that is full, or that fails. A guard that cannot be written refuses the write by its own name. Where there is no
# room for SQLite's shared memory, or for a file it makes anew, SQLite itself says no more than that the disk failed.
ERRORS = {"28": {"disk_full", "disk", "guard", "file", "write"}, "5": {"disk", "guard", "file", "write"}}


class Case:
    """One run in directories of its own."""

    def __init__(self, mode, at):
        self.mode, self.at, self.root = mode, at, tempfile.mkdtemp(prefix="allied-faults-", dir="/dev/shm")
        self.data, self.run = os.path.join(self.root, "data"), os.path.join(self.root, "run")
        os.mkdir(self.run)
        self.env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": self.root, "RUNTIME_DIRECTORY": self.run}
        self.code, self.said, self.count, self.name, self.path, self.faults = 0, "", 0, "none", "none", []

    def strike(self):
        told = os.path.join(self.root, "told")
        env = dict(self.env, LD_PRELOAD=SHIM, FAULT_UNDER=f"{self.data}:{self.run}", FAULT_TOLD=told, FAULT_AT=str(self.at),
                   **MODES.get(self.mode, {}))
        p = subprocess.run([SCRIPT, "run", self.data], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.code, self.said = p.returncode, p.stdout
        with open(told, encoding="utf-8") as f:
            count, self.name, self.path = f.read().split(maxsplit=2)
        self.count, self.path = int(count), self.path.strip().replace(self.root, "")
        if p.stderr:
            self.faults.append(f"said: {p.stderr.strip()[-300:]}")

    def first_error(self):
        m = re.search(r"^(?:no|failed|fatal) .*?(\S*)$", self.said, re.M)
        return m.group(1) if m else ""

    def told(self, what, otherwise):
        m = re.search(rf"^{what} (\d+)$", self.said, re.M)
        return int(m.group(1)) if m else otherwise

    def judge(self):
        """What the run itself had to do."""
        if "FAULT_ERRNO" not in MODES[self.mode]:
            if self.code != -9:
                self.faults.append(f"not killed: exit {self.code}")
            return
        number, error = MODES[self.mode]["FAULT_ERRNO"], self.first_error()
        if self.code not in (0, 3, 4):
            self.faults.append(f"exit {self.code}")
        if error and error not in ERRORS[number]:
            self.faults.append(f"the first error is {error}")
        in_use = self.told("founded", 10**9) < self.at <= self.told("closing", 10**9)
        if number == "5" and self.name in ("fsync", "fdatasync") and "/allied.db" in self.path and in_use and self.code not in (3, 4):
            self.faults.append(f"went on after a failed {self.name}")

    def look(self):
        """What is left of it: by the library and by the program itself."""
        p = subprocess.run([SCRIPT, "check", self.data], env=self.env, input=self.said, capture_output=True, text=True, timeout=60)
        if p.returncode or p.stderr or not p.stdout.endswith("fine\n"):
            self.faults.append(f"afterwards: exit {p.returncode}: {(p.stdout + p.stderr).strip()[-300:]}")
        for words in (["verify"], ["record", "add", "--set=type=experience", "--set=title@fr=Encore"]):
            p = subprocess.run([ALLIED, "--json", "--data", self.data, *words], env=self.env, stdin=subprocess.DEVNULL,
                               capture_output=True, text=True, timeout=60)
            if p.returncode:
                self.faults.append(f"allied {words[0]}: exit {p.returncode}: {p.stderr.strip()[-300:]}")
        for top in (self.data, self.run):
            for where, dirs, names in os.walk(top):
                for n in dirs + names:
                    path = os.path.relpath(os.path.join(where, n), top)
                    if not FILES.match(path) and not (self.name == "unlink" and self.path.endswith("/" + path)):
                        self.faults.append(f"left over: {path}")

    def end(self):
        shutil.rmtree(self.root, ignore_errors=True)


def plan(count):
    """The operations to strike."""
    if HOW == "all":
        return list(range(1, count + 1))
    chance = random.Random(int(os.environ.get("SEED", random.randrange(10**9))))
    order = list(range(1, count + 1))
    chance.shuffle(order)
    return order


def part(mode, count):
    start, done, bad, seen = time.monotonic(), 0, 0, collections.Counter()
    for at in plan(count):
        if HOW != "all" and time.monotonic() - start > SAMPLE_S:
            break
        c = Case(mode, at)
        try:
            c.strike()
            if c.count < at:  # this run needed fewer operations
                continue
            c.judge()
            c.look()
            done += 1
            bad += bool(c.faults)
            shown = os.path.basename(c.path) if "keys" not in c.path else "keys/"
            seen[(c.name, re.sub(r"^[a-z2-7]{16}\.", "", shown), {0: "went on", 3: "ended", 4: "fatal", -9: "killed"}.get(c.code), c.first_error())] += 1
            for fault in c.faults:
                print(f"  {mode} at {at} ({c.name} {c.path}): {fault}", flush=True)
        finally:
            c.end()
    print(f"{mode}: struck at {done} of {count} operations, {bad} with a fault, {time.monotonic() - start:.0f} s", flush=True)
    if os.environ.get("SHOW"):
        for (name, path, end, error), n in sorted(seen.items()):
            print(f"    {n:5} {name:10} {path:28} {end or '?':8} {error}")
    return done - bad, bad


def memory():
    """memory.c counts and judges by itself."""
    c = Case("memory", 0)
    try:
        asan = os.path.sep + "asan" in BUILD
        env = dict(c.env, LD_PRELOAD=SHIM, **({"ASAN_OPTIONS": "verify_asan_link_order=0"} if asan else {}))
        p = subprocess.run([MEMORY, HOW, c.data], env=env, stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=3000)
        print(p.stdout, end="")
        m = re.search(r"^memory: (\d+) passed, (\d+) failed$", p.stdout, re.M)
        if not m or (p.returncode and m.group(2) == "0"):
            print(f"memory: ended with {p.returncode}")
            return (int(m.group(1)) if m else 0), 1
        return int(m.group(1)), int(m.group(2))
    finally:
        c.end()


def main():
    passed = failed = 0
    whole = Case("whole", 0)
    try:
        whole.strike()
        whole.look()
        if whole.faults or whole.code:
            print("without any fault:", whole.code, whole.faults)
            failed += 1
    finally:
        whole.end()
    for mode in PARTS or [*MODES, "memory"]:
        p, b = memory() if mode == "memory" else part(mode, whole.count)
        passed, failed = passed + p, failed + b
    # "N passed" in check counts cases, as the units do: a sample's number differs from run to run.
    print(f"faults: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
