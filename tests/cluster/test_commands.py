"""What scripts rely on: the same answers with a daemon and without, exit codes, and the keys of the JSON forms."""
import json
import os

from alliance import DEMO_DATA, Alliance, check, equal, wait_for


def keys(found, wanted, what):
    missing = [k for k in wanted if k not in found]
    check(not missing, f"{what} lacks {missing}", found)


def filled(al):
    """A founder whose daemon runs, with the demo's thesaurus and records, a few edits, and a newcomer."""
    a = al.found("Citego").start()
    a.ok("concept", "import", os.path.join(DEMO_DATA, "atlas.ttl"), "--adopt")
    for f in sorted(os.listdir(DEMO_DATA)):
        if f.endswith(".jsonl"):
            a.ok("record", "import", os.path.join(DEMO_DATA, f))
    record = a.json("record", "list", "--limit", "1")["records"][0]["id"]
    a.ok("record", "edit", record, "--set=title@fr=Un autre titre")
    b = al.join(a, "Ritimo").start()
    concept = a.json("concept", "list", "--limit", "1")["concepts"][0]["id"]
    b.ok("concept", "edit", concept, "--set=altLabel@fr=Autrement dit")
    b.ok("means", "declare", "--year", "2026", "--money", "1200,50", "--time", "35:30", "--note", "une salle")
    al.wait_equal()
    return a, b, record, concept


def questions(record, concept):
    return [["record", "list"], ["record", "list", "--limit", "3"], ["record", "list", "--ally", "Citego"],
            ["record", "show", record], ["record", "history", record], ["concept", "list"], ["concept", "show", concept],
            ["concept", "history", concept], ["concept", "export"], ["concept", "export", "--format", "nt"], ["conflicts"],
            ["ally", "list"], ["verify"], ["config", "show"], ["changes"], ["changes", "-n", "3", "--ally", "Ritimo"],
            ["changes", "--since", "2026-01-01"], ["changes", "--ally", "nobody"],
            ["means"], ["means", "list", "--year", "2026"], ["means", "list", "--ally", "nobody"], ["means", "declare", "--year", "2026"],
            ["means", "declare", "--year", "2026", "--money", "1.2.3"], ["means", "declare", "--year", "1999", "--time", "1h"],
            ["record", "show", "aaaaaaaa"], ["record", "shwo", record], ["concept", "show", record[:6]]]


def test_commands_answer_the_same_with_a_daemon_and_without():
    with Alliance() as al:
        a, b, record, concept = filled(al)
        asked = [w + more for w in questions(record, concept) for more in ([], ["--json"], ["--lang", "fr"])]
        with_daemon = [a.run(*w) for w in asked]
        digests = a.digests()
        for s in (a, b):
            s.stop()
        equal(a.digests(), digests, "digests without the daemon")
        for words, before in zip(asked, with_daemon):
            equal(a.run(*words), before, " ".join(words))


def test_writes_do_the_same_with_a_daemon_and_without():
    def life(al, site):
        """The same commands; what they answer without ids and times."""
        made = site.json("record", "add", "--set=type=experience", "--set=source_id=un", "--set=title@fr=Un")["id"]
        answers = [site.run("record", "edit", made, "--set=title@fr=Deux").exit,
                   site.run("record", "edit", made, "--set=title@fr=Deux").exit,
                   site.run("record", "retire", made, "--reason", "essai").exit,
                   site.run("record", "retire", made).exit,
                   site.run("record", "edit", made, "--set=title@fr=Trois").exit,
                   site.run("record", "edit", made, "--set=title@fr=Trois", "--revive").exit]
        concept = site.json("concept", "add", "--label=Sol@fr", "--uri=urn:x:sol")["id"]
        answers += [site.run("concept", "edit", concept, "--set=prefLabel@en=Soil").exit,
                    site.run("concept", "adopt", concept).exit,
                    site.run("concept", "add", "--alt=Terre@fr").exit]
        shown = {k: v for k, v in site.show(made).items() if k not in ("id", "ally", "updated")}
        labels = {k: v for k, v in site.json("concept", "show", concept).items() if k in ("uri", "kind", "prefLabel", "status")}
        return answers, shown, labels
    with Alliance() as one, Alliance() as two:
        with_daemon, without = one.found("Citego").start(), two.found("Citego")
        told = life(one, with_daemon)
        equal(told, life(two, without), "the same life")
        equal(told[0], [0, 1, 0, 1, 1, 0, 0, 0, 65], "exit codes")


def test_exit_codes_are_those_that_were_promised():
    with Alliance() as al:
        a, b, record, concept = filled(al)
        nowhere = al.site("Nulle part")
        for code, site, words in [
                (0, a, ["status"]), (0, a, ["--version"]), (0, a, ["record", "list", "--help"]),
                (1, a, ["record", "show", "aaaaaaaa"]), (1, nowhere, ["record", "list"]),
                (5, b, ["record", "edit", record, "--set=title@fr=À moi"]),
                (64, a, []), (64, a, ["record"]), (64, a, ["record", "show"]), (64, a, ["record", "list", "--limit", "x"]),
                (64, a, ["ping", "Personne"]), (64, a, ["--lang", "xx", "status"]),
                (65, a, ["record", "add", "--set=type=experience"]), (65, nowhere, ["join", "allied-x"]),
                (78, a, ["--config", os.path.join(DEMO_DATA, "atlas.ttl"), "status"]), (78, a, ["config", "set", "site.nmae", "x"])]:
            r = site.run(*words)
            equal(r.exit, code, f"{words}\n{r.out}{r.err}")
            check((r.err == "") or code != 0, words, "speaks on stderr", r.err)
            check(code == 0 or (r.err.startswith("allied: ALLIED-") and r.out == ""), words, "data of a failure", r.out)
        equal(a.run("ping", "Ritimo").exit, 0, "ping")
        b.stop()
        wait_for(lambda: a.run("status").exit == 2, "a peer that went away shows")
        away = a.run("ping", "Ritimo")
        equal(away.exit, 3, f"ping to a site that is away\n{away.err}")
        check(any(p["cause"] and p["action"] if "action" in p else p["cause"] for p in a.status()["peers"]), "no cause", a.status())
        a.stop()
        equal(a.run("ping", "Ritimo").exit, 69, "ping without a daemon")
        resolve = a.run("conflicts", "resolve", concept)
        check(resolve.exit in (1, 64), "nothing to resolve", resolve)


def test_a_question_without_a_terminal_names_yes():
    with Alliance() as al:
        a = al.found("Citego").start()
        b = al.join(a, "Ritimo").start()
        sol = a.json("concept", "add", "--label=Sol@fr")["id"]
        al.wait_equal()
        a.stop(), b.stop()
        a.ok("concept", "edit", sol, "--set=definition@fr=Terre")
        b.ok("concept", "edit", sol, "--set=definition@fr=Humus")
        a.start(), b.start()
        al.wait_equal()
        r = a.run("conflicts", "resolve", sol)
        equal(r.exit, 64, r.err)
        check("--yes" in r.err and "ALLIED-1605" in r.err, r.err)
        equal(a.status()["conflicts"], 1, "conflicts")
        a.ok("--yes", "conflicts", "resolve", sol)
        al.wait_equal()
        equal((a.status()["conflicts"], b.status()["conflicts"]), (0, 0), "conflicts")


def test_json_forms_have_the_keys_that_were_promised():
    with Alliance() as al:
        a, b, record, concept = filled(al)
        wait_for(lambda: a.status()["state"] == "ok" and a.status()["unheld"] == 0, "all is well")
        status = a.status()
        keys(status, ["alliance", "ally", "site", "name", "charter", "state", "digest", "inputs", "records", "concepts", "commits",
                      "conflicts", "held", "holes", "unheld", "peers", "problems"], "status")
        equal((len(status["digest"]), len(status["inputs"])), (64, 64), "lengths of digests")
        for p in status["peers"]:
            keys(p, ["name", "site", "state", "behind", "ahead", "last_heard_s", "transport", "digest_equal", "cause"], "a peer")
            equal((p["transport"], p["digest_equal"], p["cause"], p["behind"], p["ahead"]), ("zmq", True, None, 0, 0), "a peer")
        invite = a.json("invite", "Un autre", "--expires", "30m")
        keys(invite, ["code", "words", "expires"], "invite")
        check(invite["expires"].endswith("Z") and invite["code"] and invite["words"], invite)
        equal(a.ok("invite", "Encore un").out.rstrip("\n").count("\n"), 0, "lines of an invitation on stdout")
        listed = a.json("record", "list", "--limit", "2")
        keys(listed, ["records", "next"], "record list")
        check(len(listed["records"]) == 2 and isinstance(listed["next"], str), listed)
        for r in listed["records"]:
            keys(r, ["id", "ally", "source_id", "title", "updated"], "a listed record")
        last = a.json("record", "list", "--limit", "500")
        equal((last["next"], len(last["records"])), (None, status["records"]), "the whole list")
        keys(a.show(record), ["id", "ally", "type", "title", "updated"], "record show")
        path = os.path.join(al.root, "two.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            f.write('{"type":"experience","source_id":"x","title":{"fr":"X"}}\n{"type":"experience","source_id":"y"}\n')
        r = a.run("--json", "record", "import", path)
        answer = json.loads(r.out)
        keys(answer, ["added", "updated", "unchanged", "rejected", "errors"], "record import")
        keys(answer["errors"][0], ["line", "field", "code", "text"], "a refused line")
        keys(a.json("concept", "import", os.path.join(DEMO_DATA, "atlas.ttl"), "--adopt"),
             ["added", "updated", "unchanged", "rejected", "lost"], "concept import")
        keys(a.json("verify"), ["ok", "commits", "signatures", "digest", "faults"], "verify")
        changes = a.json("changes", "--limit", "2")
        keys(changes, ["changes", "next", "older", "aside"], "changes")
        keys(changes["changes"][0], ["commit", "at", "clock", "site", "site_name", "ally", "ally_name", "ops"], "a change")
        keys(changes["changes"][0]["ops"][0], ["dot", "kind", "type", "id", "label", "fields", "counts", "state"], "an op")
        equal(a.json("changes", "--cursor", changes["changes"][0]["commit"])["changes"], changes["changes"][1:], "from a cursor on")
        refused = a.run("--json", "record", "show", "aaaaaaaa")
        keys(json.loads(refused.out)["error"], ["code", "name", "text", "detail", "next"], "an error")
        equal(refused.err, "", "stderr beside a JSON error")
        check(all(isinstance(h["clock"], str) for h in a.json("record", "history", record)["history"]), "clocks are strings")
        check(isinstance(status["incarnation"], str), "incarnations are strings")


COMPLETE = """
eval "$(cat)"
complete -p allied
for line in "$@"; do
    read -ra COMP_WORDS <<< "$line"
    [[ $line == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
    _allied
    echo "${COMPREPLY[*]}"
done
"""


def test_bash_completes_commands_options_and_their_words():
    with Alliance() as al:
        nowhere = al.site("Nulle part")
        script = nowhere.ok("completion", "bash").out
        equal(al.run(["bash", "-n"], stdin=script.encode()).err, "", "the script is good bash")
        equal(nowhere.ok("--lang", "fr", "completion", "bash").out, script, "in every language")
        for_lines = {
            "allied rec": "record", "allied report 2026 --f": "--format", "allied report --format ": "html pdf csv json",
            "allied means ": "declare list", "allied --data ici means de": "declare", "allied --lang = fr sta": "status",
            "allied concept export --format = t": "turtle", "allied --color ": "auto always never",
            "allied ledger --year ": "", "allied completion ": "bash"}
        r = al.run(["bash", "-c", COMPLETE, "bash", *for_lines], stdin=script.encode())
        equal(r.err, "", "completing")
        told = r.out.splitlines()
        check(told[0].endswith("-F _allied allied"), "complete -p", told)
        equal(dict(zip(for_lines, told[1:])), for_lines, "what is offered")
        listed = [w.split()[0] for w in nowhere.ok("--help").out.splitlines() if w.startswith("  ") and w[2].islower()]
        offered = al.run(["bash", "-c", COMPLETE, "bash", "allied "], stdin=script.encode()).out.splitlines()[1].split()
        equal([w for w in listed if w != "allied"], offered, "every command of the help")


def test_ids_may_be_shortened_while_they_are_unique():
    with Alliance() as al:
        a = al.found("Citego").start()
        ids = [a.add(str(i), f"Fiche {i}") for i in range(40)]
        ally = len(os.path.commonprefix(ids))
        short = next(i[:n] for i in ids for n in range(ally + 1, len(i)) if sum(x.startswith(i[:n]) for x in ids) == 1)
        check(a.show(short)["id"].startswith(short), "a unique prefix")
        r = a.run("record", "show", ids[0][:ally])
        equal(r.exit, 64, r.err)
        check("ALLIED-1211" in r.err, r.err)
