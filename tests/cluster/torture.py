"""torture.py KILLS: real daemons of three allies, six people who write at any time, kill -9 at any time, until so many were killed.

An alliance goes through 40 rounds, then all that was ever acknowledged is looked for, and the next alliance begins. A line tells each; the
first loss ends it with exit 1. SEED=N begins with that seed, which each further alliance counts up.
"""
import os
import random
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_crash import rounds_of_edits_and_kills  # noqa: E402

ROUNDS = 40


def main():
    wanted, start = int(sys.argv[1]), time.monotonic()
    seed = int(os.environ.get("SEED", random.randrange(10**9)))
    kills = writes = refused = 0
    while kills < wanted:
        k, w, r = rounds_of_edits_and_kills(ROUNDS, seed, look_at=1)
        kills, writes, refused = kills + k, writes + w, refused + r
        print(f"torture: SEED={seed}: {k} kills, {w} acknowledged writes, {r} refused, 0 lost"
              f" (so far {kills} kills, {writes} writes, {time.monotonic() - start:.0f} s)", flush=True)
        seed += 1
    print(f"torture: {kills} kills, {writes} acknowledged writes, {refused} refused, 0 lost", flush=True)


if __name__ == "__main__":
    main()
