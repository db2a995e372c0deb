/*
 * allied dues: the least that each territory owes a year, out of a list of members with their inhabitants and a table of factors.
 */
#include "daemon/cmd/cmd.h"
#include "daemon/cmd/csv.h"
#include "daemon/cmd/table.h"
#include "daemon/ledger/dues.h"
#include "protocol/base/cell.h"
#include <errno.h>
#include <stdlib.h>

#define COLUMNS_MAX 5

/* A CSV whose first line names columns, of which we take those in `names`; the first `needed` of them have to be there. */
struct list {
    struct cli *cli;
    const char *path;
    FILE *in;
    struct csv csv;
    const char *const *names;
    size_t at[COLUMNS_MAX]; /* the cell of each name, + 1; 0: no such column */
};

static err_t wrong(struct list *l, err_t err, const char *what)
{
    return why_set(&l->cli->why, err, "%.80s:%llu%s%.60s", l->path, (unsigned long long)l->csv.line, *what ? " " : "",
                   what);
}

static err_t next(struct list *l)
{
    err_t err = csv_next(&l->csv, &l->cli->why);
    return err && err != ERR_NOT_FOUND ? wrong(l, err, "") : err;
}

static struct slice cell(const struct list *l, size_t name)
{
    size_t at = l->at[name];
    struct slice text = at && at <= l->csv.cells_n ? cell_plain(l->csv.cells[at - 1]) : slice_text("");
    while (text.len && text.at[0] == ' ')
        text = slice_of(text.at + 1, text.len - 1);
    while (text.len && text.at[text.len - 1] == ' ')
        text.len--;
    return text;
}

static err_t list_open(struct list *l, struct cli *cli, const char *path, const char *const *names, size_t needed)
{
    *l = (struct list){.cli = cli, .path = path, .names = names};
    l->in = fopen(path, "re");
    csv_init(&l->csv, l->in);
    if (!l->in)
        return why_set(&cli->why, err_of_errno(errno, ERR_FILE), "%.150s", path);
    err_t err = next(l);
    for (size_t c = 0; !err && c < l->csv.cells_n; c++)
        for (size_t i = 0; names[i]; i++)
            if (slice_equal(l->csv.cells[c], slice_text(names[i])))
                l->at[i] = c + 1;
    for (size_t i = 0; !err && i < needed; i++)
        if (!l->at[i])
            err = wrong(l, ERR_CSV_HEADER, names[i]);
    return err == ERR_NOT_FOUND ? wrong(l, ERR_CSV_HEADER, names[0]) : err;
}

static void list_close(struct list *l)
{
    csv_fini(&l->csv);
    if (l->in)
        fclose(l->in);
}

/* Digits, and where `decimals` allows it as many behind a dot or a comma, as one whole number. */
static bool whole(struct slice text, unsigned decimals, uint64_t most, uint64_t *out)
{
    uint64_t n = 0;
    size_t i = 0, digits = 0;
    bool behind = false;
    for (; i < text.len; i++) {
        if (!behind && decimals && (text.at[i] == '.' || text.at[i] == ',')) {
            behind = true;
            continue;
        }
        if (text.at[i] < '0' || text.at[i] > '9' || (behind && decimals == 0) || n > most)
            return false;
        n = n * 10 + (uint64_t)(text.at[i] - '0');
        decimals -= behind;
        digits++;
    }
    for (; decimals > 0; decimals--)
        n *= 10;
    *out = n;
    return digits > 0 && n <= most;
}

/* Another element behind those that are there, in the arena: as much room again where it is used up. */
static void *more(struct arena *arena, void **items, size_t n, size_t size)
{
    if (n & (n - 1)) /* neither 0 nor a power of two */
        return (uint8_t *)*items + n * size;
    void *room = arena_alloc(arena, n ? n * 2 : 1, size);
    if (room && n)
        memcpy(room, *items, n * size);
    *items = room ? room : *items;
    return room ? (uint8_t *)room + n * size : NULL;
}

struct dues {
    struct arena arena;
    struct dues_row *rows;
    struct dues_factor *factors;
    size_t rows_n, factors_n;
    struct dues_line *lines;
};

static err_t take_member(struct list *l, struct dues *d)
{
    void *rows = d->rows;
    struct dues_row *row = more(&d->arena, &rows, d->rows_n, sizeof *row);
    d->rows = rows;
    if (!row)
        return ERR_MEMORY;
    struct slice *texts[] = {&row->country, &row->territory, NULL, &row->college, &row->scale};
    struct slice people = cell(l, 2);
    err_t err = ERR_OK;
    for (size_t i = 0; !err && i < sizeof texts / sizeof *texts; i++)
        if (texts[i])
            err = arena_copy(&d->arena, cell(l, i), texts[i]);
    row->counted = people.len > 0;
    if (!err && row->counted && !whole(people, 0, DUES_POPULATION_MAX, &row->population))
        err = wrong(l, ERR_RANGE, "population");
    d->rows_n++;
    return err;
}

static err_t take_factor(struct list *l, struct dues *d)
{
    uint64_t factor = 0;
    void *factors = d->factors;
    struct dues_factor *f = more(&d->arena, &factors, d->factors_n, sizeof *f);
    d->factors = factors;
    if (!f)
        return ERR_MEMORY;
    err_t err = arena_copy(&d->arena, cell(l, 0), &f->country);
    if (!err && !whole(cell(l, 1), 3, DUES_FACTOR_MAX, &factor))
        err = wrong(l, ERR_RANGE, "factor");
    f->factor = (unsigned)factor;
    d->factors_n++;
    return err;
}

static err_t read_all(struct cli *cli, const char *path, const char *const *names, size_t needed,
                      err_t (*take)(struct list *l, struct dues *d), struct dues *d)
{
    struct list l;
    err_t err = list_open(&l, cli, path, names, needed);
    while (!err) {
        err = next(&l);
        if (!err)
            err = take(&l, d);
    }
    list_close(&l);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* ---- showing ---- */

static json_t *text_of(struct slice text)
{
    return json_stringn((const char *)text.at, text.len);
}

static json_t *as_json(const struct dues *d, long year)
{
    json_t *members = json_array();
    uint64_t total = 0;
    for (size_t i = 0; i < d->rows_n; i++) {
        const struct dues_row *row = &d->rows[i];
        const struct dues_line *line = &d->lines[i];
        bool owed = line->state == DUES_OWED;
        json_array_append_new(members,
                              json_pack("{s:I, s:o, s:o, s:o, s:o, s:s, s:o}", "row", (json_int_t)i + 1, "country",
                                        text_of(row->country), "territory", text_of(row->territory), "population",
                                        row->counted ? json_integer((json_int_t)row->population) : json_null(),
                                        "factor_thousandths", line->factor ? json_integer(line->factor) : json_null(),
                                        "state", dues_state_name(line->state), "euros",
                                        owed ? json_integer((json_int_t)line->euros) : json_null()));
        total += line->euros;
    }
    return json_pack("{s:I, s:o, s:I}", "year", (json_int_t)year, "members", members, "total_euros", (json_int_t)total);
}

static void put_text(struct table *t, struct slice text)
{
    struct buf b;
    buf_init(&b, CSV_MOST);
    buf_add(&b, text);
    table_cell(t, buf_text(&b));
    buf_fini(&b);
}

static void put_factor(struct table *t, const struct out *o, unsigned factor)
{
    char text[24] = "";
    if (factor)
        snprintf(text, sizeof text, "%u%s%03u", factor / 1000, strcmp(o->lang, "fr") == 0 ? "," : ".", factor % 1000);
    table_cell(t, text);
}

static void show(const struct out *o, const struct dues *d, long year)
{
    static const struct table_column columns[] = {
        {N_("country"),     false, false},
        {N_("territory"),   false, false},
        {N_("inhabitants"), true,  true },
        {N_("factor"),      true,  true },
        {N_("euros"),       true,  true },
        {"",                false, false}
    };
    struct table t;
    long long total = 0, owing = 0, asked = 0;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < d->rows_n; i++) {
        const struct dues_row *row = &d->rows[i];
        const struct dues_line *line = &d->lines[i];
        bool owed = line->state == DUES_OWED;
        put_text(&t, row->country);
        put_text(&t, row->territory);
        table_cell(&t, row->counted ? NUM(row->population) : "");
        put_factor(&t, o, line->factor);
        table_cell(&t, owed ? NUM(line->euros) : "");
        table_cell(&t, owed ? "" : tr(o->lang, dues_state_text(line->state)));
        total += (long long)line->euros;
        owing += owed;
        asked += line->state == DUES_NO_POPULATION || line->state == DUES_UNEQUAL;
    }
    table_print(&t, o);
    table_fini(&t);
    out_print(o, N_("{1}: at least {3} euros in all; territories that owe: {2}"), NUM(year), NUM(owing), NUM(total),
              NULL);
    out_print(o, N_("inhabitants by 1000, in euros, times the country's factor, to the nearest euro"), NULL);
    if (asked)
        out_say(o,
                N_("inhabitants not known: {1}. Ask these members, fill in the column population, and run this "
                   "again"),
                NUM(asked), NULL);
}

static const struct arg_option options[] = {
    {0, "population", "FILE", false,
     N_("CSV of the members: country, territory, population, college, scale (local, or larger)")},
    {0, "ppp",        "FILE", false, N_("CSV of the factors: country, factor")                  },
};
static const struct arg_form form = {
    "dues",
    "YEAR",
    N_("the least that each territory owes a year"),
    options,
    sizeof options / sizeof *options,
    1,
    1,
    N_("The files are CSV with a first line that names the columns, in any order: country, territory, population, "
       "college, scale; country, factor. Associates, and scales other than local, owe nothing; college and scale may "
       "be left out.")};

static err_t compute(struct cli *cli, const struct args *args, struct dues *d)
{
    static const char *const members[] = {"country", "territory", "population", "college", "scale", NULL};
    static const char *const factors[] = {"country", "factor", NULL};
    err_t err = read_all(cli, args_value(args, "population"), members, 2, take_member, d);
    if (!err)
        err = read_all(cli, args_value(args, "ppp"), factors, 2, take_factor, d);
    return err ? err : dues_make(d->rows, d->rows_n, d->factors, d->factors_n, &d->arena, &d->lines);
}

int cmd_dues(struct cli *cli, int argc, char **argv)
{
    struct args args;
    struct dues d = {0};
    long year = 0;
    int code;
    if (!cli_begin(cli, &form, argc, argv, &args, &code))
        return code;
    if (!args_value(&args, "population") || !args_value(&args, "ppp"))
        return cli_lacks(cli, args_value(&args, "population") ? "--ppp" : "--population");
    err_t err = args_year(args.operands[0], &year) ? ERR_OK : why_set(&cli->why, ERR_YEAR, "%.20s", args.operands[0]);
    if (!err)
        err = compute(cli, &args, &d);
    if (!err && cli->out.json) {
        json_t *result = as_json(&d, year);
        out_json(&cli->out, result);
        json_decref(result);
    } else if (!err) {
        show(&cli->out, &d, year);
    }
    arena_fini(&d.arena);
    return err ? cli_fail(cli, err) : 0;
}
