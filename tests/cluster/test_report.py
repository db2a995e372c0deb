"""The assembly's report: the same on every site, verified by others, and every change of it is named."""
import csv
import io
import json
import os
import random
import re
import shutil

from alliance import Alliance, check, equal, wait_for

WORDS = "sol eau rue forêt école marché jardin coopérative énergie quartier habitant commune chemin rivière atelier semence toit chaleur voisin récit".split()


def texts(seed, n=60):
    dice = random.Random(seed)
    return " ".join(dice.choice(WORDS) for _ in range(n))


def write_records(al, ally, n, complete, concepts):
    """A file of records of which so many are complete; its path."""
    path = os.path.join(al.root, f"{ally}.jsonl")
    with open(path, "w", encoding="utf8") as f:
        for i in range(n):
            one = {"source_id": f"{ally}-{i}", "type": "experience", "lang": "fr", "title": f"{ally} {i}", "abstract": texts(f"{ally}{i}a"),
                   "history": texts(f"{ally}{i}h"), "concepts": [concepts[i % len(concepts)]], "licence": "CC-BY-4.0",
                   "actors": [{"name": "Une habitante", "role": "initiatrice"}]}
            if i < complete:
                one["limits"] = texts(f"{ally}{i}l")
            f.write(json.dumps(one, ensure_ascii=False) + "\n")
    return path


def component(site, label):
    return site.json("concept", "add", f"--label={label}@fr", "--set=kind=component", "--adopt")["id"]


def a_secretariat_alone(al, a):
    """The first thing an alliance has is the atlas that its secretariat adopted itself, and points that nobody has yet."""
    page = made(al, a, "alone.html", "--shared", "--lang", "en")[1].decode()
    check("The secretariat adopted what it proposed itself for 3 concepts" in page and "Nothing new was adopted" not in page, "the first year's sentence")
    check("The charter gives no points" not in page, "nobody has points yet, which the charter gives all the same")


def seeded(al):
    """Three allies with records, reuse in both directions, a proposal adopted, a year that was closed, and the next one begun."""
    a, b, c = al.three()
    r = a.run("report", "--format", "csv")
    check(r.exit in (0, 64) and ",year,,,0," not in r.out, "before anybody wrote there is no year to tell of", r.out[:200])
    society, flows = component(a, "Société et territoire"), component(a, "Flux")
    component(a, "Écosystèmes territoriaux")
    a_secretariat_alone(al, a)
    al.wait_equal()
    garden = b.json("concept", "add", "--label=Jardin partagé@fr", f"--facet={society}")["id"]
    al.wait_equal()
    a.ok("concept", "adopt", garden)
    a.load(write_records(al, "Citego", 4, 4, [society, flows]))
    b.load(write_records(al, "Ritimo", 6, 3, [garden]))
    c.load(write_records(al, "Cohérence", 3, 1, [garden, society]))
    al.wait_equal()
    ids = {s.name: [r["id"] for r in s.json("record", "list", "--ally", s.name)["records"]] for s in (a, b, c)}
    b.ok("record", "link", ids["Ritimo"][0], "cites", ids["Citego"][0])
    a.ok("record", "link", ids["Citego"][0], "cites", ids["Ritimo"][0])
    c.ok("record", "link", ids["Cohérence"][0], "extends", ids["Ritimo"][1])
    b.ok("record", "review", ids["Citego"][0], "--text", texts("review", 30), "--text-lang", "fr")
    al.wait_equal()
    return a, b, c, ids


def made(al, site, name, *options):
    path = os.path.join(al.root, name)
    site.ok("report", *options, "-o", path)
    with open(path, "rb") as f:
        return path, f.read()


def rows(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def change(path, old, new):
    with open(path, "rb") as f:
        data = f.read()
    check(old in data, "nothing to change in", path, old)
    with open(path + ".forged", "wb") as f:
        f.write(data.replace(old, new, 1))
    return path + ".forged"


def verified(site, path, code):
    r = site.run("--json", "report", "--verify", path)
    equal(r.exit, code, f"{site.name} verifies {os.path.basename(path)}\n{r.out}\n{r.err}")
    return json.loads(r.out)


def forms_agree(al, a, b):
    """Each form, in both languages: the same at two sites, and confirmed at the other."""
    for lang in ("fr", "en"):
        for form in ("html", "csv", "json"):
            path, at_a = made(al, a, f"a-{lang}.{form}", "--format", form, "--shared", "--lang", lang)
            _, at_b = made(al, b, f"b-{lang}.{form}", "--format", form, "--shared", "--lang", lang)
            check(at_a == at_b, f"{form} in {lang} differs between two sites")
            check(verified(b, path, 0)["same"], "verified")
            path, seen = made(al, a, f"seen-{lang}.{form}", "--format", form, "--lang", lang)
            check(seen != at_a, "what one site saw stands in its own report")
            check(verified(b, path, 0)["same"], "verified, what one site saw passed over")


def figures_are_right(al, a):
    figures = rows(made(al, a, "figures.csv", "--format", "csv", "--shared")[1])

    def one(section, figure, ally="", key="", month=""):
        found = [r["value"] for r in figures if (r["section"], r["figure"], r["ally"], r["key"], r["month"]) == (section, figure, ally, key, month)]
        equal(len(found), 1, f"how many {section} {figure} {ally} {key}")
        return int(found[0])
    equal([one("records", "published", s) for s in ("Citego", "Ritimo", "Cohérence")], [4, 6, 3], "published")
    equal([one("records", "complete", s) for s in ("Citego", "Ritimo", "Cohérence")], [4, 3, 1], "complete")
    equal(one("discipline", "missed", "Ritimo", "limits"), 3, "Ritimo's records without limits")
    equal(one("value", "count", "Ritimo", "record_full"), 3, "Ritimo's complete records")
    equal(one("thesaurus", "adopted_by_act"), 2, "proposals adopted: the concept, and its facet")
    equal(one("thesaurus", "adopted_by_use"), 0, "what the secretariat adopted of its own was adopted by no use")
    equal(one("thesaurus", "adopted_by_its_author"), 3, "the components")
    equal(one("thesaurus", "concepts_adopted_by_their_author"), 3, "the components")
    names = {r["label"]: r["key"] for r in figures if r["section"] == "components"}
    equal(one("components", "records", "", names["Société et territoire"]), 2 + 6 + 3, "records under a component, through facets as well")
    equal(one("components", "records", "", names["Écosystèmes territoriaux"]), 0, "a gap")
    reuse = {(r["ally"], r["other"]): r["figure"] for r in figures if r["section"] == "reuse" and r["figure"].startswith("reuses")}
    equal(reuse[("Ritimo", "Citego")], "reuses_mutually", "both reuse each other")
    equal(reuse[("Cohérence", "Ritimo")], "reuses", "one reuses the other")
    with open(os.path.join(al.root, "a-en.json"), encoding="utf8") as f:
        as_json = json.load(f)
    key = ("section", "figure", "ally", "other", "key", "month")
    with open(os.path.join(al.root, "a-en.csv"), encoding="utf8", newline="") as f:
        as_csv = {tuple(r[k] for k in key): int(r["value"]) for r in csv.DictReader(f) if r["section"] != "report"}
    equal({tuple(r.get(k, "") for k in key): r["value"] for r in as_json["figures"]}, as_csv, "JSON and CSV hold the same figures")


def what_is_no_year_is_refused(a):
    for text in ("20x6", "0000", " 202", "-202", "12026"):
        r = a.run("report", "--format", "csv", "--", text)
        check(r.exit == 64 and "ALLIED-1343" in r.err, text, r)


def an_empty_pdf_takes_no_ones_place(al, a):
    """A weasyprint that says it is done, and made nothing."""
    path, fake = os.path.join(al.root, "kept.pdf"), os.path.join(al.root, "bin", "weasyprint")
    os.mkdir(os.path.dirname(fake))
    for name, text in ((path, "before"), (fake, "#!/bin/sh\nreadlink /proc/$$/fd/0 > \"$0.from\"\nexec cat > \"$0.page\"\n")):
        with open(name, "w", encoding="utf8") as f:
            f.write(text)
    os.chmod(fake, 0o755)
    path_before = al.env["PATH"]
    al.env["PATH"] = os.path.dirname(fake) + ":" + path_before
    r = a.run("report", "--format", "pdf", "-o", path)
    check(r.exit == 1 and "ALLIED-1057" in r.err, r)
    with open(fake + ".from", encoding="utf8") as where, open(fake + ".page", encoding="utf8") as page:
        check(where.read().strip().endswith("(deleted)"), "the page has no name that a kill would leave behind")
        check(page.read().startswith("<!DOCTYPE html>"), "the page, from its beginning")
    with open(fake, "w", encoding="utf8") as f:
        f.write("#!/bin/sh\nexec sleep 60\n")
    r = a.run("--timeout", "1", "report", "--format", "pdf", "-o", path, timeout=20)
    al.env["PATH"] = path_before
    check(r.exit == 75 and "ALLIED-1013" in r.err and "weasyprint" in r.err, r)
    with open(path, encoding="utf8") as f:
        equal(f.read(), "before", "what was there")


def entries_say_what_they_are(a, b):
    """Down to the op: what of a concept was adopted, and how much was given."""
    b.ok("means", "declare", "--year", b.json("ledger")["year"], "--money", "450.50", "--time", "35h")
    (adopted, *_) = [e for e in b.json("ledger", "--explain", "thesaurus")["entries"] if e["ally_name"] == "Ritimo"]
    equal((adopted["part"], adopted["why"]), ("label", "counts"), "what was adopted")
    check("Jardin partagé – libellés" in b.ok("--lang", "fr", "ledger", "--explain", "thesaurus").out, "in words")
    told = b.ok("--lang", "fr", "ledger", "--explain", "means").out
    check("450,50 €" in told and "35 h" in told, told)


def page_is_made_for_print(al, a):
    page = made(al, a, "page.html", "--lang", "fr")[1].decode()
    check("<script" not in page and " style=" not in page and "http-equiv" not in page, "nothing runs in it")
    for heading in ("Qui réutilise qui", "Discipline", "Nouveaux venus", "La réponse de l’allié"):
        check(heading in page, "a section is missing:", heading)
    equal(page.count("<svg"), page.count("role=\"img\""), "each chart says what it is")
    equal(page.count("<figure"), len(re.findall(r"</div>\s*(?:<p class=\"key\">.*</p>\s*)?</figure>", page)), "each chart ends with its table, and that one's key")
    an_empty_pdf_takes_no_ones_place(al, a)
    what_is_no_year_is_refused(a)
    path = os.path.join(al.root, "report.pdf")
    r = a.run("report", "--format", "pdf", "-o", path, timeout=60)
    if not shutil.which("weasyprint"):
        print("  SKIPPED          the report as PDF: weasyprint is not installed")
        equal((r.exit, os.path.exists(path)), (1, False), "without weasyprint")
        check("ALLIED-1056" in r.err and "apt install weasyprint" in r.err, r.err)
        return
    equal(r.exit, 0, r.err)
    with open(path, "rb") as f:
        check(f.read(5) == b"%PDF-", "a PDF")


def forgeries_are_named(al, b):
    csv_path, html, as_json = (os.path.join(al.root, f"a-en.{form}") for form in ("csv", "html", "json"))
    forged = change(csv_path, b"records,complete,Ritimo,,,,3,", b"records,complete,Ritimo,,,,5,")
    found = verified(b, forged, 1)
    equal([(d["section"], d["figure"], d["ally"]) for d in found["differences"]], [("records", "complete", "Ritimo")], "what was forged")
    check(",5," in found["differences"][0]["file"] and ",3," in found["differences"][0]["here"], found)
    found = verified(b, change(as_json, b'"figure": "complete",\n   "ally": "Ritimo",\n   "value": 3', b'"figure": "complete",\n   "ally": "Ritimo",\n   "value": 6'), 1)
    equal([(d["section"], d["figure"], d["ally"]) for d in found["differences"]], [("records", "complete", "Ritimo")], "what was forged in JSON")
    found = verified(b, change(html, b"<b>13</b>", b"<b>99</b>"), 1)
    equal([d["section"] for d in found["differences"]], ["summary"], "what was forged in the page")
    equal(b.run("report", "--verify", change(html, b'content="charter ', b'content="chapter ')).exit, 65, "no cut can be read")
    for path, exit_code, code in (("/dev/null", 65, 1050), ("/dev/zero", 65, 1111), (al.root, 1, 1028)):
        r = b.run("report", "--verify", path, timeout=20)
        check(r.exit == exit_code and f"ALLIED-{code}" in r.err and path in r.err + "/dev/null", "no report at all", r)
    other = re.search(rb"report,cut,,,charter \d+ (\S+)", open(csv_path, "rb").read()).group(1)
    swapped = other[1:] + other[:1]
    equal(b.run("report", "--verify", change(csv_path, other, swapped)).exit in (65, 75), True, "a charter that nobody has")


def later_changes_do_not_matter(al, a, b, c):
    b.add("later", "Un récit venu plus tard")
    al.wait_equal()
    check(verified(a, os.path.join(al.root, "a-fr.html"), 0)["same"], "an open year's report is recomputed up to its own cut")
    check(verified(c, os.path.join(al.root, "a-en.csv"), 0)["same"], "so is the CSV")
    check(made(al, a, "now.csv", "--format", "csv", "--shared", "--lang", "en")[1] != open(os.path.join(al.root, "a-en.csv"), "rb").read(), "a new report has more")


def missing_changes_are_said(al, b, c):
    c.stop()
    b.add("unseen", "Ce que l'autre n'a pas")
    path, _ = made(al, b, "ahead.csv", "--format", "csv")
    r = c.run("report", "--verify", path)
    equal(r.exit, 75, r.err)
    check("ALLIED-1051" in r.err, r.err)
    check(len(rows(made(al, c, "alone.csv", "--format", "csv")[1])) > 50, "a report without a daemon")
    c.start()
    al.wait_equal()
    verified(c, path, 0)


def what_an_erasure_took_is_named(al, a, b, c, ids):
    path = os.path.join(al.root, "a-en.csv")
    record = ids["Ritimo"][0]  # it cites a record of Citego's, for which that counts no more
    dot = next(e["dot"] for e in b.json("record", "history", record)["history"] if e["kind"] == "record.put")
    b.ok("erase", dot, "--reason", "à sa demande")
    wait_for(lambda: a.json("erase", "--list")["open"] == 0 and a.json("erase", "--list")["erasures"], "the erasure is everywhere")
    al.wait_equal()
    for site in (a, c):
        found = verified(site, path, 2)
        check(dot in [e["dot"] for e in found["erased"]], "the erased op is named", found["erased"])
        check({d["ally"] for d in found["differences"]} <= {"", "Ritimo", "Citego"}, "figures of its author, of all, and of whom it reused", found["differences"])
        check(("value", "count", "Citego") in [(d["section"], d["figure"], d["ally"]) for d in found["differences"]], found["differences"])
        check(("records", "at_the_end", "Ritimo") in [(d["section"], d["figure"], d["ally"]) for d in found["differences"]], found["differences"])
    for form in ("html", "json"):
        verified(a, os.path.join(al.root, f"a-fr.{form}"), 2)
    verified(a, change(path, b"records,complete,Citego,,,,4,", b"records,complete,Citego,,,,9,"), 1)
    verified(a, change(path, b"progress,this_year,,,allies,,3,", b"progress,this_year,,,allies,,4,"), 1)


def test_a_report_is_the_same_everywhere_and_whoever_has_a_copy_can_verify_it():
    with Alliance() as al:
        a, b, c, ids = seeded(al)
        forms_agree(al, a, b)
        figures_are_right(al, a)
        page_is_made_for_print(al, a)
        entries_say_what_they_are(a, b)
        forgeries_are_named(al, b)
        later_changes_do_not_matter(al, a, b, c)
        missing_changes_are_said(al, b, c)
        what_an_erasure_took_is_named(al, a, b, c, ids)
        keep = os.environ.get("REPORT_KEEP")  # to look at what it made
        if keep:
            shutil.copytree(al.root, keep, dirs_exist_ok=True, ignore=lambda d, names: [n for n in names if os.path.isdir(os.path.join(d, n)) or "." not in n])
