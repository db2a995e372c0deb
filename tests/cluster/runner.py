"""Runs every function test_* of every tests/cluster/test_*.py, three at a time; names given on the command line choose among them.
`--in DIR` before them: of DIR/test_*.py instead.

Each test says ok, FAILED or SKIPPED in one line, a failure with its reason and the ends of the sites' journals. The last line is
`cluster: N passed, N failed`, with DIR's name where one was given; the exit code is 1 where anything failed.
After CLUSTER_LIMIT_S seconds (240) what still runs is named and all is ended.
"""
import concurrent.futures
import glob
import importlib
import os
import signal
import sys
import threading
import time
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import alliance  # noqa: E402
from alliance import Skipped  # noqa: E402

LIMIT_S = int(os.environ.get("CLUSTER_LIMIT_S", 240))  # nothing here may hang `make check`
_telling = threading.Lock()
_running = {}  # test -> when it began


def gather(where, wanted):
    tests = []
    for path in sorted(glob.glob(os.path.join(where, "test_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        for name, test in vars(module).items():
            if name.startswith("test_") and callable(test) and test.__module__ == module.__name__:
                if not wanted or any(w in name or w == module.__name__ for w in wanted):
                    tests.append(test)
    # The long ones first: three run side by side, and the last shall not run alone for long.
    return sorted(tests, key=lambda t: -getattr(t, "seconds", 5))


def told(test):
    return test.__name__[5:].replace("_", " ")


def give_up(running):
    """A test that hangs keeps its thread, for which sys.exit would wait: what it started is ended by pid, then this process at once."""
    for p in alliance.everything_started():
        if p.poll() is None:
            p.kill()
            p.wait(10)
    alliance.remove_all()
    for test, start in list(running.items()):
        print(f"  HUNG    {time.monotonic() - start:5.1f} s  {told(test)}", flush=True)
    print(f"no end after {LIMIT_S} s: 0 passed, 1 failed", flush=True)
    os._exit(1)


def run_one(test):
    start, word, why = time.monotonic(), "ok", ""
    _running[test] = start
    try:
        test()
    except Skipped as e:
        word, why = "SKIPPED", str(e)
    except BaseException as e:  # a test's SystemExit is a failure too
        word = "FAILED"
        why = "".join(traceback.format_exception(e)) + "\n" + getattr(e, "journals", "")
    finally:
        _running.pop(test)
    with _telling:
        print(f"  {word:<8}{time.monotonic() - start:5.1f} s  {told(test)}", flush=True)
        if why:
            print("    " + why.rstrip().replace("\n", "\n    "), flush=True)
    return word


def main():
    signal.signal(signal.SIGTERM, lambda *_: give_up(_running))
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup the daemons would inherit that it is ignored
    signal.signal(signal.SIGALRM, lambda *_: give_up(_running))
    signal.alarm(LIMIT_S)
    where, wanted = HERE, sys.argv[1:]
    if wanted[:1] == ["--in"]:
        where, wanted = os.path.abspath(wanted[1]), wanted[2:]
        sys.path.insert(0, where)
    tests, suite = gather(where, wanted), os.path.basename(where)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        words = list(pool.map(run_one, tests))
    skipped = words.count("SKIPPED")
    if skipped:
        print(f"{suite}: {skipped} SKIPPED, see above")
    print(f"{suite}: {words.count('ok')} passed, {words.count('FAILED')} failed")
    return 1 if "FAILED" in words or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
