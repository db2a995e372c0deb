/*
 * allied journal: the last lines of DATA/journal.1 and DATA/journal. It reads the files, so that it works whatever state the daemon is in.
 */
#include "conf/tr.h"
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/since.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINES_DEFAULT 50
#define LINES_LIMIT   100000
#define LINE_BYTES    8192

static const struct arg_option options[] = {
    {'n', "lines", "N",                     false, N_("how many at most, the newest (default 50)")                    },
    {0,   "since", "T",                     false, N_("from then on: 2026-11-21, 2026-11-21T21:41:00Z, or 2h, 7d ago")},
    {0,   "level", "error|warn|info|debug", false, N_("this grave, or graver")                                        },
};
static const struct arg_form form = {
    "journal", "", N_("what the daemon noted about itself"), options, sizeof options / sizeof *options, 0, 0, NULL};

static const char *const levels[] = {"error", "warn", "info", "debug"};
#define LEVELS (sizeof levels / sizeof *levels)

/* The newest lines, in a ring. */
struct tail {
    char **lines;
    size_t room, next, n;
    char since[RFC3339_LEN + 1]; /* "" from the start */
    size_t level;                /* rows of `levels` up to which lines count */
};

static void keep(struct tail *t, const char *line)
{
    char *own = strdup(line);
    if (!own)
        return;
    free(t->lines[t->next]);
    t->lines[t->next] = own;
    t->next = (t->next + 1) % t->room;
    t->n += t->n < t->room;
}

/* Time and level stand first in a text line; a JSON line names them. Copies them; false where there are none. */
static bool head_of(const char *line, char *time, size_t time_room, char *level, size_t level_room)
{
    if (line[0] != '{') {
        size_t a = strcspn(line, " "), gap = strspn(line + a, " "), b = strcspn(line + a + gap, " \n");
        snprintf(time, time_room, "%.*s", (int)a, line);
        snprintf(level, level_room, "%.*s", (int)b, line + a + gap);
        return line[a] == ' ';
    }
    json_t *o = json_loads(line, 0, NULL);
    const char *t = json_string_value(json_object_get(o, "time")), *l = json_string_value(json_object_get(o, "level"));
    snprintf(time, time_room, "%s", t ? t : "");
    snprintf(level, level_room, "%s", l ? l : "");
    json_decref(o);
    return t && l;
}

static bool wanted(const struct tail *t, const char *line)
{
    char time[40], level[16];
    if (!*t->since && t->level + 1 >= LEVELS)
        return true;
    if (!head_of(line, time, sizeof time, level, sizeof level))
        return false;
    /* RFC 3339 in UTC sorts as text. */
    if (strcmp(time, t->since) < 0)
        return false;
    for (size_t i = 0; i <= t->level; i++)
        if (strcmp(level, levels[i]) == 0)
            return true;
    return false;
}

static err_t read_file(struct cli *cli, struct tail *t, const char *name, bool *found)
{
    char path[CLI_PATH_MAX + 16], line[LINE_BYTES];
    snprintf(path, sizeof path, "%s/%s", cli->data, name);
    FILE *f = fopen(path, "re");
    if (!f)
        return errno == ENOENT ? ERR_OK : why_set(&cli->why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    *found = true;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (*line && wanted(t, line))
            keep(t, line);
    }
    fclose(f);
    return ERR_OK;
}

static err_t level(struct cli *cli, const char *text, struct tail *t)
{
    t->level = LEVELS - 1;
    for (size_t i = 0; text && i < LEVELS; i++)
        if (strcmp(levels[i], text) == 0) {
            t->level = i;
            return ERR_OK;
        }
    return text ? why_set(&cli->why, ERR_USAGE, "--level %.60s", text) : ERR_OK;
}

static void show(const struct cli *cli, const struct tail *t)
{
    const struct out *o = &cli->out;
    json_t *all = json_array();
    for (size_t i = 0; i < t->n; i++) {
        const char *line = t->lines[(t->next + t->room - t->n + i) % t->room];
        json_t *object = o->json && line[0] == '{' ? json_loads(line, 0, NULL) : NULL;
        if (o->json)
            json_array_append_new(all, object ? object : json_string(line));
        else {
            out_cell(o, line, STYLE_PLAIN, 0);
            fputc('\n', o->data);
        }
    }
    json_t *result = json_pack("{s:o}", "lines", all);
    if (o->json)
        out_json(o, result);
    json_decref(result);
}

int cmd_journal(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    struct tail t = {0};
    long lines = 0;
    bool found = false;
    err_t err = cli_check_site(cli);
    err = err ? err : args_number(&args, "lines", 1, LINES_LIMIT, LINES_DEFAULT, &lines, &cli->why);
    const char *since = args_value(&args, "since");
    if (!err && since)
        err = since_read(since, since_now(), t.since, &cli->why);
    err = err ? err : level(cli, args_value(&args, "level"), &t);
    t.room = err ? 0 : (size_t)lines;
    t.lines = err ? NULL : calloc(t.room, sizeof *t.lines);
    if (!err && !t.lines)
        err = why_set(&cli->why, ERR_MEMORY, "journal");
    err = err ? err : read_file(cli, &t, "journal.1", &found);
    err = err ? err : read_file(cli, &t, "journal", &found);
    if (!err && !found)
        out_say(&cli->out, N_("no journal in {1}: no daemon has run there yet"), cli->data, NULL);
    if (!err && found && t.n == 0)
        out_say(&cli->out, N_("nothing of that kind was noted"), NULL);
    if (!err)
        show(cli, &t);
    for (size_t i = 0; i < t.room && t.lines; i++)
        free(t.lines[i]);
    free(t.lines);
    return err ? cli_fail(cli, err) : 0;
}
