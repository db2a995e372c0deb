/*
 * cli: whole command lines against a core that is played by this file: what is asked of it, what is printed, the exit code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cmd/cmd.h"
#include "daemon/cmd/table.h"
#include "daemon/core/request.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the core's part ---- */

struct door {
    int unused;
};
static struct door the_door;
static struct played {
    char dir[64];       /* the data directory */
    json_t *asked;      /* array of [what, args] */
    const char *answer; /* JSON; NULL: as an import would be answered */
    err_t refuse;       /* of every request */
    const char *detail;
    err_t closed; /* of door_open */
    bool no_daemon;
} played;

err_t door_open(const char *dir, const struct settings *settings, const char *lang, long timeout_ms, struct door **out,
                struct why *why)
{
    assert_non_null(settings);
    assert_non_null(lang);
    assert_true(timeout_ms > 0);
    if (played.closed)
        return why_set(why, played.closed, "%s", dir);
    *out = &the_door;
    return ERR_OK;
}

void door_close(struct door *d)
{
    (void)d;
}

bool door_has_daemon(const struct door *d)
{
    (void)d;
    return !played.no_daemon;
}

/* Every line with a title is added, every other one refused. */
static json_t *written(const json_t *args)
{
    json_t *errors = json_array(), *ids = json_array(), *unknown = json_object(), *row;
    size_t i;
    int added = 0;
    json_array_foreach(json_object_get(args, "lines"), i, row)
    {
        json_t *line = json_object_get(row, "line"), *record = json_object_get(row, "record");
        if (json_object_get(record, "foreign"))
            json_object_set_new(unknown, "foreign",
                                json_integer(1 + json_integer_value(json_object_get(unknown, "foreign"))));
        if (json_object_get(record, "title") && ++added)
            json_array_append_new(ids, json_pack("{s:O, s:s, s:s}", "line", line, "id", "abc", "dot", "d-0"));
        else
            json_array_append_new(errors,
                                  json_pack("{s:O, s:s, s:s, s:s, s:s}", "line", line, "field", "title", "code",
                                            "ALLIED-1203", "name", "title_missing", "text", "a record needs a title"));
    }
    return json_pack("{s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "added", added, "updated", 0, "unchanged", 0, "rejected",
                     (int)json_array_size(errors), "errors", errors, "ids", ids, "unknown", unknown);
}

err_t door_call(struct door *d, const char *what, json_t *args, json_t **result, struct why *why)
{
    assert_ptr_equal(d, &the_door);
    if (!played.refuse)
        *result = played.answer ? json_loads(played.answer, 0, NULL) : written(args);
    json_array_append_new(played.asked, json_pack("[s, o]", what, args ? args : json_null()));
    return played.refuse ? why_set(why, played.refuse, "%s", played.detail ? played.detail : "") : ERR_OK;
}

/* ---- running a line ---- */

static const struct cli_command commands[] = {
    {"invite",    cmd_invite,    GROUP_ALLIANCE, false, "", "invite an ally: one line to send"                 },
    {"ally",      cmd_ally,      GROUP_ALLIANCE, false, "", "the allies and their sites"                       },
    {"status",    cmd_status,    GROUP_SERVICE,  false, "", "how this site is, and what to do"                 },
    {"ping",      cmd_ping,      GROUP_SERVICE,  true,  "", "ask a peer for an answer"                         },
    {"journal",   cmd_journal,   GROUP_SERVICE,  false, "", "what the daemon noted about itself"               },
    {"record",    cmd_record,    GROUP_COMMONS,  false, "", "experience records"                               },
    {"concept",   cmd_concept,   GROUP_COMMONS,  false, "", "the common thesaurus"                             },
    {"conflicts", cmd_conflicts, GROUP_COMMONS,  false, "", "values that allies wrote at the same time"        },
    {"verify",    cmd_verify,    GROUP_CARE,     false, "", "check every signature and every sum"              },
    {"rebuild",   cmd_rebuild,   GROUP_CARE,     false, "", "make everything derived anew from the signed logs"},
    {"config",    cmd_config,    GROUP_CARE,     false, "", "the settings"                                     },
};

struct said {
    char *out, *err;
    int code;
};

/* Words up to NULL, behind "allied --data DIR --lang en". */
static struct said run(const char *first, ...)
{
    char *argv[32] = {(char[]){"allied"}, (char[]){"--data"}, played.dir, (char[]){"--lang"}, (char[]){"en"}};
    char *copies[32] = {0};
    int argc = 5, n = 0;
    va_list words;
    va_start(words, first);
    for (const char *w = first; w; w = va_arg(words, const char *)) {
        copies[n] = strdup(w);
        argv[argc++] = copies[n++];
    }
    va_end(words);
    struct said said = {0};
    size_t out_len, err_len;
    FILE *out = open_memstream(&said.out, &out_len), *err = open_memstream(&said.err, &err_len);
    struct cli cli;
    cli_open(&cli, commands, sizeof commands / sizeof *commands, out, err);
    cli.terminal_in = false;
    said.code = cli_run(&cli, argc, argv);
    cli_close(&cli);
    fclose(out);
    fclose(err);
    while (n)
        free(copies[--n]);
    return said;
}

static void has(const char *text, const char *part)
{
    assert_non_null(text);
    if (text && !strstr(text, part)) {
        print_error("no \"%s\" in:\n%s\n", part, text);
        fail();
    }
}

static void forget(struct said *said)
{
    free(said->out);
    free(said->err);
    *said = (struct said){0};
}

/* The line ends with this code; both streams hold these parts ("" any). */
static void ended(struct said said, int code, const char *on_out, const char *on_err)
{
    if (said.code != code)
        print_error("%s\n%s\n", said.out ? said.out : "", said.err ? said.err : "");
    assert_int_equal(said.code, code);
    has(said.out, on_out);
    has(said.err, on_err);
    forget(&said);
}
#define ENDS(code, on_out, on_err, ...) ended(run(__VA_ARGS__, NULL), code, on_out, on_err)

static void asked_last(const char *what, const char *args)
{
    json_t *last = json_array_get(played.asked, json_array_size(played.asked) - 1), *wanted = json_loads(args, 0, NULL);
    assert_non_null(last);
    assert_non_null(wanted);
    assert_string_equal(json_string_value(json_array_get(last, 0)), what);
    char *got = json_dumps(json_array_get(last, 1), JSON_SORT_KEYS | JSON_COMPACT);
    if (!json_equal(json_array_get(last, 1), wanted))
        assert_string_equal(got, args);
    free(got);
    json_decref(wanted);
}

static char *file(const char *name, const char *bytes, size_t len)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", played.dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
    return path;
}
#define FILE_OF(name, text) file(name, text, strlen(text))

static int setup(void **state)
{
    (void)state;
    played = (struct played){.asked = json_array()};
    snprintf(played.dir, sizeof played.dir, "/tmp/allied-cli-XXXXXX");
    assert_non_null(mkdtemp(played.dir));
    return 0;
}

static int teardown(void **state)
{
    static const char *const files[] = {"allied.conf", "journal", "journal.1", "in.jsonl",
                                        "map",         "c.ttl",   "r.json",    "out.ttl"};
    (void)state;
    json_decref(played.asked);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", played.dir, files[i]);
        unlink(path);
    }
    return rmdir(played.dir);
}

/* ---- usage ---- */

static void a_mistyped_command_is_guessed(void **state)
{
    (void)state;
    ENDS(64, "", "did you mean allied status?", "statsu");
    ENDS(64, "", "did you mean allied status?", "stat");
    ENDS(64, "", "did you mean allied record import?", "record", "imprt", "x");
    ENDS(64, "", "did you mean --dry-run?", "record", "import", "--dryrun", "x");
    ENDS(64, "", "see: allied record import --help", "record", "import", "--dryrun", "x");
    struct said said = run("xyzzy", NULL);
    assert_int_equal(said.code, 64);
    assert_null(strstr(said.err, "did you mean"));
    forget(&said);
    assert_int_equal(json_array_size(played.asked), 0);
}

static void usage_errors_name_the_word(void **state)
{
    (void)state;
    ENDS(64, "", "ALLIED-1619", "record");
    ENDS(64, "", "record import FILE", "record", "import");
    ENDS(64, "", "extra", "status", "extra");
    ENDS(64, "", "--map FILE", "record", "import", "x", "--map");
    ENDS(64, "", "--map (2×)", "record", "import", "x", "--map", "a", "--map", "b");
    ENDS(64, "", "--limit 0", "record", "list", "--limit", "0");
    ENDS(64, "", "--limit 12x", "record", "list", "--limit=12x");
    ENDS(64, "", "--timeout 0", "--timeout", "0", "status");
    ENDS(64, "", "--color red", "--color=red", "status");
    ENDS(64, "", "--lang xx", "status", "--lang", "xx");
    ENDS(64, "", "-z", "status", "-qz");
    ENDS(64, "", "--json=yes", "status", "--json=yes");
    assert_int_equal(json_array_size(played.asked), 0);
}

static void help_speaks_both_languages_and_goes_to_stdout(void **state)
{
    (void)state;
    ENDS(0, "experience records", "", "--help");
    ENDS(0, "--map FILE", "", "record", "import", "--help");
    ENDS(0, "--map FILE", "", "help", "record", "import");
    ENDS(0, "record retire ID", "", "record", "--help");
    ENDS(0, "allied 0.1.0", "", "--version");
    ENDS(0, "put in records", "", "record", "import", "--help");
    ENDS(0, "enregistrer des fiches", "", "--lang", "fr", "record", "import", "--help");
    ENDS(0, "enregistrer des fiches", "", "record", "import", "--help", "--lang", "fr");
    struct said fr = run("--help", "--lang", "fr", NULL);
    assert_int_equal(fr.code, 0);
    assert_null(strstr(fr.out, "experience records"));
    assert_string_equal(fr.err, "");
    forget(&fr);
}

static void an_error_is_json_where_json_was_asked_for(void **state)
{
    (void)state;
    played.refuse = ERR_NOT_FOUND;
    played.detail = "zz";
    struct said said = run("record", "show", "zz", "--json", NULL);
    assert_int_equal(said.code, 1);
    json_t *whole = json_loads(said.out, 0, NULL), *e = json_object_get(whole, "error");
    assert_non_null(e);
    assert_string_equal(json_string_value(json_object_get(e, "code")), "ALLIED-1210");
    assert_string_equal(json_string_value(json_object_get(e, "name")), "not_found");
    assert_string_equal(json_string_value(json_object_get(e, "detail")), "zz");
    has(json_string_value(json_object_get(e, "next")), "allied record list");
    assert_string_equal(said.err, "");
    json_decref(whole);
    forget(&said);
    ENDS(64, "\"name\":\"usage\"", "", "record", "list", "--bogus", "--json");
    ENDS(64, "did you mean allied status?", "", "statsu", "--json");
    ENDS(1, "", "allied: ALLIED-1210 : rien ne porte cet identifiant : zz\n", "record", "show", "zz", "--lang", "fr");
    ENDS(1, "", "allied: ALLIED-1210: nothing has this id: zz\n  → list what there is", "record", "show", "zz");
}

static void exit_codes_are_the_errors_own(void **state)
{
    (void)state;
    static const err_t errors[] = {ERR_UNREACHABLE, ERR_STALE,   ERR_NOT_OURS, ERR_NO_DAEMON,
                                   ERR_WAITING,     ERR_RETIRED, ERR_AMBIGUOUS};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        played.refuse = errors[i];
        ENDS(err_exit(errors[i]), "", "allied: ALLIED-", "record", "show", "a");
    }
    played.closed = ERR_NO_DATA;
    ENDS(1, "", played.dir, "status");
}

static void ping_needs_a_daemon(void **state)
{
    (void)state;
    played.answer = "{\"peer\":\"b\",\"rtt_ms\":3,\"digest_equal\":true}";
    ENDS(0, "b answered in 3 ms", "", "ping", "b");
    played.no_daemon = true;
    ENDS(69, "", "ALLIED-1506", "ping", "b");
}

/* ---- records ---- */

static void an_import_refuses_bad_lines_and_takes_the_rest(void **state)
{
    (void)state;
    char *path = FILE_OF("in.jsonl",
                         "{\"title\":\"a\"}\n{oops\n{\"text\":\"no "
                         "title\",\"foreign\":1}\n{\"title\":\"b\",\"foreign\":2}\n{\"title\":\"\xff\"}\n{\"title\":");
    struct said said = run("record", "import", path, "--json", NULL);
    assert_int_equal(said.code, 2);
    json_t *r = json_loads(said.out, 0, NULL), *errors = json_object_get(r, "errors");
    assert_int_equal(json_integer_value(json_object_get(r, "added")), 2);
    assert_int_equal(json_integer_value(json_object_get(r, "rejected")), 4);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(r, "unknown"), "foreign")), 2);
    static const char *const wanted[] = {"json", "title_missing", "utf8", "truncated"};
    static const int lines[] = {2, 3, 5, 6};
    assert_int_equal(json_array_size(errors), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(json_string_value(json_object_get(json_array_get(errors, i), "name")), wanted[i]);
        assert_int_equal(json_integer_value(json_object_get(json_array_get(errors, i), "line")), lines[i]);
    }
    json_decref(r);
    forget(&said);
    ENDS(2, "added 2, updated 0, unchanged 0, refused 4", "line 3: ALLIED-1203: a record needs a title (title)",
         "record", "import", path);
    ENDS(2, "", "foreign  2", "record", "import", path);
}

static void an_import_of_nothing_is_fine_and_one_of_nothing_good_is_bad_data(void **state)
{
    (void)state;
    ENDS(0, "added 0", "", "record", "import", FILE_OF("in.jsonl", ""));
    ENDS(65, "refused 2", "", "record", "import", FILE_OF("in.jsonl", "{\"x\":1}\n[]\n"));
    ENDS(1, "", "no such file or directory: /nowhere/in.jsonl\n", "record", "import", "/nowhere/in.jsonl");
    ENDS(1, "", "ALLIED-1028", "record", "import", played.dir);
}

static void an_import_that_was_refused_whole_counts_nothing(void **state)
{
    (void)state;
    played.refuse = ERR_RETIRED;
    struct said said = run("record", "import", FILE_OF("in.jsonl", "{\"title\":\"a\"}\n"), NULL);
    assert_int_equal(said.code, err_exit(ERR_RETIRED));
    assert_string_equal(said.out, "");
    forget(&said);
    said = run("concept", "import",
               FILE_OF("c.ttl", "<http://x.org/a> "
                                "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                                "<http://www.w3.org/2004/02/skos/core#Concept> .\n"),
               NULL);
    assert_int_equal(said.code, err_exit(ERR_RETIRED));
    assert_string_equal(said.out, "");
    forget(&said);
    ENDS(err_exit(ERR_RETIRED), "refused 1", "", "record", "import", FILE_OF("in.jsonl", "[]\n{\"title\":\"a\"}\n"));
}

static void an_import_maps_names_and_sends_what_was_asked(void **state)
{
    (void)state;
    char map[160];
    snprintf(map, sizeof map, "%s", FILE_OF("map", "title=titre\nsource_id=id\n"));
    char *path = FILE_OF("in.jsonl", "{\"titre\":\"a\",\"id\":7}\n");
    ENDS(0, "added 1", "dry run", "record", "import", path, "--map", map, "--text-lang", "fr", "--type", "analysis",
         "--dry-run");
    asked_last("record.write", "{\"lines\":[{\"line\":1,\"record\":{\"lang\":\"fr\",\"source_id\":\"7\",\"title\":"
                               "\"a\",\"type\":\"analysis\"}}],"
                               "\"mode\":\"import\",\"dry_run\":true,\"unknown_ok\":true}");
    ENDS(65, "", "line 1: titel=t", "record", "import", path, "--map", FILE_OF("map", "titel=t\n"));
}

static void an_import_goes_in_requests_of_a_bounded_size(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 64u << 20);
    for (int i = 0; i < 1201; i++)
        buf_printf(&text, "{\"title\":\"%d\"}\n", i);
    ENDS(0, "added 1201", "", "record", "import", file("in.jsonl", (const char *)text.at, text.len));
    assert_int_equal(json_array_size(played.asked), 3);
    json_array_clear(played.asked);
    buf_clear(&text);
    for (int i = 0; i < 10; i++)
        buf_printf(&text, "{\"title\":\"%0900000d\"}\n", i);
    ENDS(0, "added 10", "", "record", "import", file("in.jsonl", (const char *)text.at, text.len));
    assert_int_equal(json_array_size(played.asked), 3);
    buf_fini(&text);
}

static void one_record_is_added_by_its_values(void **state)
{
    (void)state;
    ENDS(0, "abc\n", "", "record", "add", "--set", "type=experience", "--set", "title@fr=T", "--set", "place.lat=1.5");
    asked_last("record.write", "{\"lines\":[{\"line\":1,\"record\":{\"type\":\"experience\",\"title\":{\"fr\":\"T\"},"
                               "\"place\":{\"lat\":1.5}}}],"
                               "\"mode\":\"add\",\"dry_run\":false,\"unknown_ok\":false}");
    ENDS(65, "", "ALLIED-1203: a record needs a title: title", "record", "add", "--set", "type=experience");
    ENDS(65, "", "ALLIED-1207", "record", "add", "--set", "titel=x");
    ENDS(65, "", "r.json:2:", "record", "add", "--file", FILE_OF("r.json", "{\n\"title\": x}"));
    ENDS(64, "", "--file | --set", "record", "add");
}

static void an_edit_of_a_part_keeps_the_other_parts(void **state)
{
    (void)state;
    played.answer =
        "{\"id\":\"abc\",\"dot\":\"d-0\",\"place\":{\"name\":\"Sofia\",\"lat\":1.0},\"changed\":[\"place\"]}";
    ENDS(0, "abc changed (dot d-0)", "", "record", "edit", "abc", "--set", "place.lat=2.5", "--unset", "limits@fr");
    asked_last("record.edit", "{\"id\":\"abc\",\"set\":{\"place\":{\"lat\":2.5,\"name\":\"Sofia\"},\"limits\":{\"fr\":"
                              "null}},\"revive\":false}");
    ENDS(64, "", "--revive", "record", "edit", "abc");
}

static void texts_of_others_cannot_drive_the_terminal(void **state)
{
    (void)state;
    played.answer = "{\"id\":\"a\",\"title\":{\"fr\":\"x\\u001b]0;y\\u0007\\u009b2J\\u202e\"}}";
    struct said said = run("record", "show", "a", NULL);
    assert_int_equal(said.code, 0);
    assert_null(strchr(said.out, 0x1b));
    assert_null(strchr(said.out, 0x07));
    assert_null(strstr(said.out, "\xc2\x9b"));
    assert_null(strstr(said.out, "\u202e"));
    has(said.out, "x·]0;y··2J·");
    forget(&said);
}

/* ---- concepts, conflicts ---- */

static void a_concept_is_added_by_its_labels(void **state)
{
    (void)state;
    played.answer = "{\"added\":1,\"ids\":[{\"line\":1,\"id\":\"c1\",\"dot\":\"d-0\"}]}";
    ENDS(0, "c1\n", "", "concept", "add", "--label", "Sol@fr", "--label", "Soil@en", "--broader", "b1", "--notation",
         "1.2", "--adopt");
    asked_last(
        "concept.write",
        "{\"concepts\":[{\"line\":1,\"concept\":{\"prefLabel\":{\"fr\":\"Sol\",\"en\":\"Soil\"},\"broader\":[\"b1\"],"
        "\"notation\":[{\"value\":\"1.2\"}],\"kind\":\"descriptor\"}}],\"mode\":\"add\",\"dry_run\":false,\"adopt\":"
        "true}");
    ENDS(65, "", "ALLIED-1218", "concept", "add", "--uri", "http://x");
    ENDS(65, "", "ALLIED-1216", "concept", "relate", "a", "wider", "b");
}

static void a_thesaurus_goes_in_and_out_as_skos(void **state)
{
    (void)state;
    static const char turtle[] = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
                                 "<http://x.org/a> a skos:Concept ; skos:prefLabel \"Sol\"@fr ; <http://x.org/p> 1 .\n";
    played.answer = "{\"added\":1,\"updated\":0,\"unchanged\":0,\"rejected\":0,\"errors\":[],\"ids\":[]}";
    struct said said = run("concept", "import", FILE_OF("c.ttl", turtle), "--json", "--adopt", NULL);
    assert_int_equal(said.code, 0);
    has(said.out, "\"lost\":[{");
    forget(&said);
    json_t *sent = json_array_get(json_array_get(played.asked, 0), 1),
           *row = json_array_get(json_object_get(sent, "concepts"), 0);
    assert_true(json_is_true(json_object_get(sent, "adopt")));
    assert_true(json_is_integer(json_object_get(row, "line")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(row, "concept"), "uri")), "http://x.org/a");
    assert_null(json_object_get(json_object_get(row, "concept"), "line"));
    ENDS(0, "added 1", "statements that allied does not keep", "concept", "import", FILE_OF("c.ttl", turtle));
    ENDS(65, "", "ALLIED-1215", "concept", "import", FILE_OF("c.ttl", "@prefix\n<a"));
    ENDS(64, "", ".ttl, .nt", "concept", "import", "thesaurus.doc");
    played.answer =
        "{\"concepts\":[{\"id\":\"a\",\"uri\":\"http://x.org/a\",\"prefLabel\":{\"fr\":\"Sol\"}}],\"next\":null}";
    ENDS(0, "\"Sol\"@fr", "", "concept", "export");
    ENDS(0, "<http://x.org/a>", "", "concept", "export", "--format", "nt");
    char path[128];
    snprintf(path, sizeof path, "%s/out.ttl", played.dir);
    ENDS(0, "", "out.ttl: 1 concept\n", "concept", "export", path);
    ENDS(0, "", ": 1 concept\n", "concept", "export", path, "--lang", "fr");
    ENDS(64, "", "--format rdf", "concept", "export", "--format", "rdf");
}

static void lists_and_single_things_are_laid_out(void **state)
{
    (void)state;
    played.answer =
        "{\"records\":[{\"id\":\"aa\",\"title\":\"Un "
        "titre\",\"ally_name\":\"Citego\",\"updated\":\"2026\",\"conflicts\":1},"
        "{\"id\":\"bb\",\"title\":\"T2\",\"ally\":\"x\",\"updated\":\"2025\",\"retired\":true}],\"next\":\"cc\"}";
    ENDS(0, "aa  Un titre  Citego  2026     conflict\nbb  T2        x       2025     retired\n", "--cursor cc",
         "record", "list", "-n", "2", "--ally", "Citego");
    asked_last("record.list", "{\"limit\":2,\"retired\":false,\"ally\":\"Citego\"}");
    played.answer = "{\"id\":\"c\",\"status\":\"proposed\",\"prefLabel\":{\"fr\":\"Sol\"},\"broader\":[{\"id\":\"b\","
                    "\"label\":\"Terre\","
                    "\"adopted\":true,\"suppressed\":true}],\"proposals\":[{\"field\":\"prefLabel\",\"lang\":\"fr\","
                    "\"value\":\"Sol\","
                    "\"dot\":\"d-0\",\"ally_name\":\"B\"}],\"conflicts\":0}";
    ENDS(0, "Terre (set aside: it closes a circle)", "", "concept", "show", "c");
    ENDS(0, "prefLabel@fr: Sol  (B, d-0)", "", "concept", "show", "c");
    played.answer =
        "{\"id\":\"c\",\"status\":\"merged_into\",\"proposals\":[{\"field\":\"merge\",\"lang\":\"\",\"value\":null,"
        "\"dot\":\"d-0\",\"ally_name\":\"B\"},{\"field\":\"retire\",\"lang\":\"\",\"value\":{\"retired\":false,"
        "\"reason\":\"\"},\"dot\":\"e-0\",\"ally_name\":\"B\"}],\"conflicts\":0}";
    ENDS(0, "  merge: taken back  (B, d-0)\n  retire: taken back  (B, e-0)\n", "", "concept", "show", "c");
    played.answer = "{\"id\":\"a\",\"history\":[{\"dot\":\"d-0\",\"at\":\"2026\",\"kind\":\"record.put\",\"ally_name\":"
                    "\"A\",\"site_name\":\"S\","
                    "\"counts\":false,\"writes\":[{\"field\":\"title\",\"lang\":\"fr\",\"add\":true,\"target\":null,"
                    "\"value\":\"T\"}]}]}";
    ENDS(0, "2026  record.put  A / S  d-0  (does not count)\n    title@fr T", "", "record", "history", "a");
    played.answer = "{\"id\":\"a\",\"discipline\":{\"missed\":[{\"rule\":\"limits\",\"text\":\"say its "
                    "limits\"}]},\"concepts\":[{\"label\":\"Sol\"}]}";
    ENDS(0, "to complete         say its limits", "", "record", "show", "a");
    played.answer = "{\"allies\":[{\"id\":\"i\",\"name\":\"A\",\"college\":\"effectif\",\"standing\":\"ratified\","
                    "\"suspended\":true,"
                    "\"sites\":[{\"name\":\"s1\"},{\"site\":\"k2\"}]}]}";
    ENDS(0, "s1, k2  suspended", "", "ally", "list");
    played.answer =
        "{\"allies\":[{\"name\":\"Beta\",\"college\":\"droit\",\"standing\":\"ratified\",\"suspended\":true,"
        "\"sites\":[{\"name\":\"s1\",\"ended\":true},{\"name\":\"s1\"}]}]}";
    ENDS(0, "ratified  s1     suspended", "", "ally", "list");
    played.answer = "{\"entities\":3,\"ops\":4,\"before\":\"aa\",\"after\":\"aa\",\"same\":true}";
    ENDS(0, "the same as before", "", "rebuild");
}

static void a_choice_without_a_terminal_needs_yes(void **state)
{
    (void)state;
    played.answer =
        "{\"id\":\"c1\",\"dot\":\"n-0\",\"resolved\":[\"prefLabel@fr\"],\"fields\":[{\"field\":\"prefLabel\",\"lang\":"
        "\"fr\",\"values\":["
        "{\"dot\":\"a-0\",\"value\":\"Sol\",\"shown\":true},{\"dot\":\"b-0\",\"value\":\"Sols\",\"shown\":false}]}]}";
    ENDS(64, "", "add --yes", "conflicts", "resolve", "c1");
    ENDS(0, "c1 resolved: prefLabel@fr", "", "conflicts", "resolve", "c1", "--yes");
    asked_last("conflicts.resolve", "{\"id\":\"c1\",\"adopt\":false,\"keep\":\"a-0\"}");
    ENDS(0, "", "", "conflicts", "resolve", "c1", "--field", "prefLabel@fr", "--value", "[Sol");
    asked_last("conflicts.resolve",
               "{\"id\":\"c1\",\"adopt\":false,\"field\":\"prefLabel\",\"lang\":\"fr\",\"value\":\"[Sol\"}");
    ENDS(64, "", "--keep --value", "conflicts", "resolve", "c1", "--keep", "a-0", "--value", "x");
    ENDS(0, "* Sol", "", "conflicts", "show", "c1");
    played.answer = "{\"conflicts\":[]}";
    ENDS(0, "", "no conflicts", "conflicts");
}

/* ---- care ---- */

static void status_tells_by_its_exit_code(void **state)
{
    (void)state;
    played.answer = "{\"name\":\"A\",\"state\":\"ok\",\"digest\":\"00ff\",\"records\":3,\"peers\":[{\"name\":\"B\","
                    "\"state\":\"live\",\"digest_equal\":true}]}";
    ENDS(0, "all is well", "", "status");
    played.answer = "{\"name\":\"A\",\"state\":\"degraded\",\"problems\":[{\"code\":\"ALLIED-1501\",\"text\":\"t\","
                    "\"who\":\"w\",\"action\":\"do\"}]}";
    ENDS(2, "→ do (w)", "", "status");
    ENDS(2, "\"degraded\"", "", "status", "--json");
}

static void verify_shows_faults_and_fails(void **state)
{
    (void)state;
    played.answer = "{\"ok\":true,\"commits\":2,\"signatures\":2,\"digest\":\"aa\",\"faults\":[]}";
    ENDS(0, "Everything matches", "", "verify");
    played.answer = "{\"ok\":false,\"commits\":2,\"signatures\":1,\"digest\":\"aa\",\"faults\":[{\"where\":\"commit "
                    "2\",\"code\":\"ALLIED-1113\",\"name\":\"signature\"}]}";
    ENDS(1, "commit 2: ALLIED-1113: a signature does not match", "ALLIED-1406", "verify");
    ENDS(1, "\"ok\":false", "", "verify", "--json");
}

static void the_invitation_code_is_the_last_line_of_stdout(void **state)
{
    (void)state;
    played.answer = "{\"code\":\"allied:xyz\",\"words\":\"w\",\"expires\":\"2026-11-28T00:00:00Z\"}";
    struct said said = run("invite", "B", "--expires", "12h", NULL);
    assert_int_equal(said.code, 0);
    assert_string_equal(said.out, "allied:xyz\n");
    forget(&said);
    asked_last("invite", "{\"ally\":\"B\",\"expires_s\":43200}");
    ENDS(64, "", "--expires soon", "invite", "B", "--expires", "soon");
}

static void the_journal_is_cut_to_what_was_asked(void **state)
{
    (void)state;
    FILE_OF("journal.1", "2026-11-20T10:00:00Z info start a=1\n");
    FILE_OF("journal", "2026-11-21T10:00:00Z warn drop a=2\n2026-11-21T11:00:00Z info stop a=3\n");
    ENDS(0, "a=1\n2026-11-21T10:00:00Z warn drop a=2\n2026-11-21T11", "", "journal");
    struct said said = run("journal", "-n", "1", NULL);
    assert_string_equal(said.out, "2026-11-21T11:00:00Z info stop a=3\n");
    forget(&said);
    said = run("journal", "--since", "2026-11-21", "--level", "warn", NULL);
    assert_string_equal(said.out, "2026-11-21T10:00:00Z warn drop a=2\n");
    forget(&said);
    ENDS(64, "", "--since noon", "journal", "--since", "noon");
}

static void the_configuration_is_checked_shown_and_set(void **state)
{
    (void)state;
    ENDS(0, ": right", "", "config", "check", "--config", FILE_OF("allied.conf", ""));
    ENDS(0, "is set", "", "config", "set", "site.name", "Chez nous");
    ENDS(0, "is set", "storage.backup_dir is not used yet", "config", "set", "storage.backup_dir", "/var/backups");
    ENDS(0, ": right", "storage.backup_dir is not used yet", "config", "check");
    ENDS(0, "\"unused\":[\"site.name\",\"storage.backup_dir\"]", "", "config", "check", "--json");
    ENDS(0, "\"used\":false", "", "config", "show", "storage.backup_dir", "--json");
    ENDS(0, "not used yet", "", "config", "show");
    ENDS(0, "Chez nous\n", "", "config", "show", "site.name");
    ENDS(0, "autre\n", "", "config", "show", "site.name", "-o", "site.name=autre");
    ENDS(78, "", "zeromq.listen", "config", "show", "zeromq.lisen");
    FILE_OF("allied.conf", "site { nmae = \"x\" }\n");
    ENDS(78, "", "allied.conf", "config", "check");
    ENDS(78, "", "ALLIED-16", "status");
    assert_int_equal(json_array_size(played.asked), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_mistyped_command_is_guessed),
        T(usage_errors_name_the_word),
        T(help_speaks_both_languages_and_goes_to_stdout),
        T(an_error_is_json_where_json_was_asked_for),
        T(exit_codes_are_the_errors_own),
        T(ping_needs_a_daemon),
        T(an_import_refuses_bad_lines_and_takes_the_rest),
        T(an_import_of_nothing_is_fine_and_one_of_nothing_good_is_bad_data),
        T(an_import_that_was_refused_whole_counts_nothing),
        T(an_import_maps_names_and_sends_what_was_asked),
        T(an_import_goes_in_requests_of_a_bounded_size),
        T(one_record_is_added_by_its_values),
        T(an_edit_of_a_part_keeps_the_other_parts),
        T(texts_of_others_cannot_drive_the_terminal),
        T(a_concept_is_added_by_its_labels),
        T(a_thesaurus_goes_in_and_out_as_skos),
        T(lists_and_single_things_are_laid_out),
        T(a_choice_without_a_terminal_needs_yes),
        T(status_tells_by_its_exit_code),
        T(verify_shows_faults_and_fails),
        T(the_invitation_code_is_the_last_line_of_stdout),
        T(the_journal_is_cut_to_what_was_asked),
        T(the_configuration_is_checked_shown_and_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
