"""Links, translations, merges and what was changed, through the command line on two sites."""
import os

from alliance import Alliance, check, equal


def two(al):
    a = al.found("Citego").start()
    b = al.join(a, "Ritimo").start()
    return a, b


def op_lines(site, *options):
    return [(o["kind"], o["label"], o["counts"]) for c in site.json("changes", "-n", "500", *options)["changes"] for o in c["ops"]]


def test_links_and_translations_reach_the_other_site():
    with Alliance() as al:
        a, b = two(al)
        whole, piece = a.add("un", "Un dossier"), b.add("deux", "Une fiche")
        al.wait_equal()
        b.ok("record", "link", piece, "part_of", whole)
        b.ok("record", "link", piece, "cites", "https://example.org/x")
        a.ok("record", "translate", whole, "en", "--set=title=A dossier")
        al.wait_equal()
        links = {link["rel"]: link.get("title") or link["target"] for link in a.show(piece)["links"]}
        equal(links, {"part_of": "A dossier", "cites": "https://example.org/x"}, "links of the other's record")
        equal([link["title"] for link in a.show(whole)["linked_by"]], ["Une fiche"], "who links to ours")
        check("Une fiche" in a.ok("record", "show", whole).out, "the text names who links to it")
        a.ok("record", "edit", whole, "--set=title@fr=Le dossier")
        al.wait_equal()
        (t,) = b.show(whole)["translations"]
        equal((t["field"], t["lang"], t["from"], t["stale"]), ("title", "en", "fr", True), "a translation whose source changed")
        check("title@en (fr)" in b.ok("record", "show", whole).out, "the text names what is to be translated anew")
        equal([f["state"] for f in b.json("record", "translate", whole, "en")["fields"]], ["stale"], "what is left to translate")
        a.ok("record", "edit", whole, "--set=title@en=The dossier", "--from-lang", "fr")
        equal(a.show(whole)["translations"][0]["stale"], False, "done again")
        equal(a.run("record", "edit", whole, "--set=title@en=x", "--from-lang", "de").exit, 65, "from a language that is not there")
        b.ok("record", "link", piece, "cites", "https://example.org/x", "--remove")
        al.wait_equal()
        equal([link["rel"] for link in a.show(piece)["links"]], ["part_of"], "after the removal")


def test_merges_are_the_same_on_both_sites_and_go_through_a_file():
    with Alliance() as al:
        a, b = two(al)
        ids = {n: a.json("concept", "add", f"--label={n}@fr", f"--uri=http://e.test/{n}", "--adopt")["ids"][0]["id"] for n in "abcd"}
        al.wait_equal()
        b.ok("concept", "merge", ids["a"], ids["b"])
        al.wait_equal()
        equal(a.json("concept", "show", ids["a"])["status"], "adopted", "a proposal says nothing yet")
        a.ok("concept", "adopt", ids["a"])
        a.ok("concept", "retire", ids["d"], "--reason", "inutile", "--adopt")
        al.wait_equal()
        merged = b.ok("concept", "show", "http://e.test/a", "--lang", "fr").out
        check("fusionné avec       b" in merged, merged)
        check("fusionnés ici" in b.ok("concept", "show", ids["b"], "--lang", "fr").out, "what was merged into it")
        check("inutile" in b.ok("concept", "show", ids["d"]).out, "why it was retired")
        kinds = [k for k, _, _ in op_lines(b, "--ally", "Ritimo")]
        equal(kinds[-1], "concept.merge", "the latest change of the other")
        equal(sorted(op_lines(a)), sorted(op_lines(b)), "what was changed, on either site")
        path = os.path.join(al.root, "all.ttl")
        b.ok("concept", "export", path)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        check("isReplacedBy" in text and "deprecated" in text, text)
        again = a.json("concept", "import", path, "--adopt")
        equal((again["unchanged"], again["updated"], again["lost"]), (4, 0, []), "the export taken in again")
    with Alliance("Autre") as other:
        c = other.found("Scintillae")
        copy = os.path.join(other.root, "all.ttl")
        with open(copy, "w", encoding="utf-8") as f:
            f.write(text)
        equal(c.json("concept", "import", copy, "--adopt")["lost"], [], "what another alliance lost of it")
        equal(c.json("concept", "show", "http://e.test/a")["merged_into"]["label"], "b", "the merge there")
        c.ok("concept", "export", copy)
        with open(copy, encoding="utf-8") as f:
            equal(f.read(), text, "exported from there")
