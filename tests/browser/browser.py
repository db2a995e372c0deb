"""An alliance with something to look at, and tests/browser/pages.mjs on its pages. The last line is `browser: N passed, N failed`."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cluster"))
from alliance import DEMO_DATA, Alliance, wait_for  # noqa: E402


def furnish(a):
    """Two allies with the demo's atlas and records, which link to each other's and disagree about one word; the first one's address."""
    citego = a.found("Citego", http=True).start()
    ritimo = a.join(citego, "Ritimo").start()
    citego.ok("concept", "import", os.path.join(DEMO_DATA, "atlas.ttl"), "--adopt")
    citego.load(os.path.join(DEMO_DATA, "citego.jsonl"))
    a.wait_equal()
    ritimo.load(os.path.join(DEMO_DATA, "coherence.jsonl"))
    a.wait_equal()
    mine, theirs = (citego.json("record", "list", "--ally", name)["records"][0]["id"] for name in ("Citego", "Ritimo"))
    ritimo.ok("record", "link", theirs, "cites", mine)
    ritimo.ok("record", "review", mine, "--text", "Lu avec profit : la méthode se transpose.", "--text-lang", "fr")
    disagree(a, citego, ritimo)
    return citego, mine


def disagree(a, one, other):
    """Both write one label while the other is out of reach."""
    concept = one.json("concept", "list", "--limit", "1")["concepts"][0]["id"]
    a.wait_equal()
    one.stop()
    other.stop()
    one.ok("concept", "edit", concept, "--set", "prefLabel@fr=Habitat partagé", "--adopt")
    other.ok("concept", "edit", concept, "--set", "prefLabel@fr=Habitat groupé")
    one.start()
    other.start()
    a.wait_equal()


def main():
    with Alliance("Alliance des pages") as a:
        site, record = furnish(a)
        title = site.show(record)["title"]
        wait_for(lambda: site.json("search", title["fr"])["total"], "the index follows")
        told = json.dumps({"base": f"http://{site.http}", "record": record, "title": title["fr"]})
        return subprocess.run(["node", os.path.join(HERE, "pages.mjs"), told], timeout=170, check=False, env={**os.environ, "LANG": "C.UTF-8"}).returncode


if __name__ == "__main__":
    sys.exit(main())
