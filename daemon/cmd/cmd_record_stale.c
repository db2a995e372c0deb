/*
 * allied record list --stale: the records with translations that their source left behind, out of what record.check says of every record. A record that has none
 * costs a place in a page, so that no page of these could be as long as was asked for: they are gathered here, and there is no cursor.
 */
#include "conf/tr.h"
#include "daemon/cmd/pick.h"
#include "daemon/cmd/record.h"
#include "daemon/cmd/table.h"
#include "protocol/base/buf.h"
#include <limits.h>

#define PAGE       200 /* records in one request */
#define TEXTS_ROOM (64u * 1024)

struct stale {
    json_t *found; /* rows of record.list, with "stale" and "moved" */
    size_t most;   /* how many are asked for */
    bool more;
};

static void take(struct stale *s, const json_t *page)
{
    size_t i;
    json_t *r;
    json_array_foreach(json_object_get(page, "records"), i, r)
    {
        if (!json_array_size(json_object_get(r, "stale")) && !json_array_size(json_object_get(r, "moved")))
            continue;
        s->more = json_array_size(s->found) == s->most;
        if (s->more)
            return;
        json_object_del(r, "missed");
        json_array_append(s->found, r);
    }
}

static err_t gather(struct cli *cli, const char *ally, bool retired, struct stale *s)
{
    char cursor[128] = "";
    err_t err = ERR_OK;
    do {
        json_t *page = NULL;
        err = cli_ask(
            cli, "record.check",
            json_pack("{s:i, s:s, s:s, s:b}", "limit", PAGE, "cursor", cursor, "ally", ally, "retired", (int)retired),
            &page);
        take(s, page);
        snprintf(cursor, sizeof cursor, "%s", pick_text(page, "next"));
        json_decref(page);
    } while (!err && *cursor && !s->more);
    return err;
}

static void put_texts(struct buf *to, const json_t *texts)
{
    size_t i;
    json_t *text;
    json_array_foreach((json_t *)(uintptr_t)texts, i, text)
        buf_printf(to, "%s%s", to->len ? ", " : "", json_string_value(text));
}

static void show(const struct out *o, const struct stale *s)
{
    static const struct table_column columns[] = {
        {N_("id"),                  false, true },
        {N_("title"),               false, false},
        {N_("ally"),                false, false},
        {N_("translation to redo"), false, false},
        {N_("changed there since"), false, false}
    };
    struct table t;
    struct buf texts;
    size_t i, k;
    json_t *r, *source;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    buf_init(&texts, TEXTS_ROOM);
    json_array_foreach(s->found, i, r)
    {
        char id[64];
        record_list_id(o, r, id, sizeof id);
        table_cell(&t, id);
        table_cell(&t, pick_text(r, "title"));
        table_cell(&t, pick_either(r, "ally_name", "ally"));
        buf_clear(&texts);
        put_texts(&texts, json_object_get(r, "stale"));
        table_cell(&t, buf_text(&texts));
        buf_clear(&texts);
        json_array_foreach(json_object_get(r, "moved"), k, source)
            put_texts(&texts, json_object_get(source, "changed"));
        table_cell(&t, buf_text(&texts));
    }
    table_print(&t, o);
    table_fini(&t);
    buf_fini(&texts);
    if (i == 0)
        out_say(o, N_("no translation was left behind by its source"), NULL);
    if (s->more)
        out_say(o, N_("there are more: a greater --limit, or none, shows them"), NULL);
}

int record_list_stale(struct cli *cli, const struct args *args)
{
    const char *ally = args_value(args, "ally");
    long most;
    struct stale s = {.found = json_array()};
    err_t err = args_value(args, "cursor") ? why_set(&cli->why, ERR_USAGE, "--stale --cursor") : ERR_OK;
    err = err ? err : args_number(args, "limit", 1, LONG_MAX, LONG_MAX, &most, &cli->why);
    if (!err) {
        s.most = (size_t)most;
        err = gather(cli, ally ? ally : "", args_flag(args, "retired"), &s);
    }
    if (!err && cli->out.json) {
        json_t *result = json_pack("{s:O, s:b}", "records", s.found, "more", (int)s.more);
        out_json(&cli->out, result);
        json_decref(result);
    } else if (!err) {
        show(&cli->out, &s);
    }
    json_decref(s.found);
    return err ? cli_fail(cli, err) : 0;
}
