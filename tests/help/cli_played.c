#include "tests/help/cli_played.h"

#include "daemon/cmd/cmd.h"
#include "daemon/cmd/door.h"
#include "daemon/cmd/table.h"
#include "tests/help/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct door {
    int unused;
};
static struct door the_door;
struct played played;

/* In the place of the real door: see the Makefile. */
err_t __wrap_door_open(const char *dir, const struct settings *settings, const char *lang, long timeout_ms,
                       struct door **out, struct why *why);
void __wrap_door_close(struct door *d);
bool __wrap_door_has_daemon(const struct door *d);
err_t __wrap_door_call(struct door *d, const char *what, json_t *args, json_t **result, struct why *why);

err_t __wrap_door_open(const char *dir, const struct settings *settings, const char *lang, long timeout_ms,
                       struct door **out, struct why *why)
{
    assert_non_null(settings);
    assert_non_null(lang);
    assert_true(timeout_ms > 0);
    if (played.closed)
        return why_set(why, played.closed, "%s", dir);
    *out = &the_door;
    return ERR_OK;
}

void __wrap_door_close(struct door *d)
{
    (void)d;
}

bool __wrap_door_has_daemon(const struct door *d)
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

err_t __wrap_door_call(struct door *d, const char *what, json_t *args, json_t **result, struct why *why)
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

struct said played_run(const char *first, ...)
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

void played_has(const char *text, const char *part)
{
    assert_non_null(text);
    if (text && !strstr(text, part)) {
        print_error("no \"%s\" in:\n%s\n", part, text);
        fail();
    }
}

void played_forget(struct said *said)
{
    free(said->out);
    free(said->err);
    *said = (struct said){0};
}

void played_ended(struct said said, int code, const char *on_out, const char *on_err)
{
    if (said.code != code)
        print_error("%s\n%s\n", said.out ? said.out : "", said.err ? said.err : "");
    assert_int_equal(said.code, code);
    played_has(said.out, on_out);
    played_has(said.err, on_err);
    played_forget(&said);
}

void played_asked_last(const char *what, const char *args)
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

char *played_file(const char *name, const char *bytes, size_t len)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", played.dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
    return path;
}

int played_setup(void **state)
{
    (void)state;
    played = (struct played){.asked = json_array()};
    snprintf(played.dir, sizeof played.dir, "/tmp/allied-cli-XXXXXX");
    scratch_make(played.dir);
    return 0;
}

int played_teardown(void **state)
{
    (void)state;
    json_decref(played.asked);
    scratch_remove(played.dir);
    return 0;
}
