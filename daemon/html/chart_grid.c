/* Charts that are grids of cells: the matrix, and the strip of days. */
#include "daemon/html/chart_draw.h"
#include <inttypes.h>

#define HEAD      16
#define CELL_MOST 260 /* tenths of a unit */
#define SHADES    5

static uint64_t most(const struct chart *c)
{
    uint64_t most = 0;
    for (size_t i = 0; i < c->rows_n * c->columns_n; i++)
        if (c->values[i] > most)
            most = c->values[i];
    return most;
}

struct grid {
    uint64_t cell, high; /* tenths */
    uint64_t most;
    struct chart_length letters; /* of the numbers */
};

static struct grid grid_of(const struct chart *c)
{
    struct grid g = {.most = most(c)};
    g.cell = (CHART_WIDTH - CHART_NAMES) * 10 / (c->columns_n ? c->columns_n : 1);
    g.cell = g.cell > CELL_MOST ? CELL_MOST : g.cell;
    g.high = g.cell < 140 ? 140 : g.cell > 180 ? 180 : g.cell;
    uint64_t fit = g.cell * 10 / (chart_digits(g.most) * 6 + 2); /* tenths: a digit is about 0.6 of its size wide */
    g.letters = chart_tenths(fit > 100 ? 100 : fit);
    return g;
}

static void heads(struct html *h, const struct chart *c, const struct grid *g)
{
    for (size_t k = 0; k < c->columns_n; k++) {
        struct chart_length x = chart_tenths(CHART_NAMES * 10 + g->cell * k + g->cell / 2);
        buf_printf(h->out, "<text x=\"%u.%u\" y=\"%u\" font-size=\"9\" text-anchor=\"middle\" fill=\"" CHART_INK "\">",
                   CHART_LENGTH(x), HEAD - 5);
        if (c->short_columns)
            chart_label(h, c->short_columns[k], 3);
        else
            buf_printf(h->out, "%zu", k + 1);
        buf_printf(h->out, "</text>\n");
    }
}

static void cell(struct html *h, const struct chart *c, const struct grid *g, size_t i, size_t k)
{
    uint64_t value = chart_at(c, i, k);
    bool self = c->square && i == k, marked = c->marked && c->marked[i * c->columns_n + k];
    struct chart_length x = chart_tenths(CHART_NAMES * 10 + g->cell * k), w = chart_tenths(g->cell);
    struct chart_length y = chart_tenths(HEAD * 10 + g->high * i), high = chart_tenths(g->high);
    uint64_t shade = value ? 1 + (value - 1) * SHADES / (g->most ? g->most : 1) : 0;
    buf_printf(h->out,
               "<rect x=\"%u.%u\" y=\"%u.%u\" width=\"%u.%u\" height=\"%u.%u\" fill=\"%s\" fill-opacity=\"0.%" PRIu64
               "\" stroke=\"%s\" stroke-width=\"0.5\"/>\n",
               CHART_LENGTH(x), CHART_LENGTH(y), CHART_LENGTH(w), CHART_LENGTH(high), self ? "#bbbbbb" : "#0072b2",
               self ? 5 : shade, CHART_FAINT);
    if (marked) /* within the cell, so that a neighbour's frame does not hide it */
        buf_printf(h->out,
                   "<rect x=\"%u.%u\" y=\"%u.%u\" width=\"%u.%u\" height=\"%u.%u\" fill=\"none\" stroke=\"" CHART_INK
                   "\" stroke-width=\"1.5\"/>\n",
                   CHART_LENGTH(chart_tenths(CHART_NAMES * 10 + g->cell * k + 10)),
                   CHART_LENGTH(chart_tenths(HEAD * 10 + g->high * i + 10)), CHART_LENGTH(chart_tenths(g->cell - 20)),
                   CHART_LENGTH(chart_tenths(g->high - 20)));
    if (!value || self)
        return;
    struct chart_length middle = chart_tenths(CHART_NAMES * 10 + g->cell * k + g->cell / 2);
    struct chart_length base = chart_tenths(HEAD * 10 + g->high * i + g->high / 2 + 32);
    buf_printf(h->out,
               "<text x=\"%u.%u\" y=\"%u.%u\" font-size=\"%u.%u\" text-anchor=\"middle\" fill=\"#000000\">%" PRIu64
               "</text>\n",
               CHART_LENGTH(middle), CHART_LENGTH(base), CHART_LENGTH(g->letters), value);
}

void chart_matrix(struct html *h, const struct chart *c)
{
    struct grid g = grid_of(c);
    chart_open(h, c, HEAD + (unsigned)((g.high * c->rows_n + 9) / 10) + 4);
    html_text(h, "");
    heads(h, c, &g);
    for (size_t i = 0; i < c->rows_n; i++) {
        chart_name(h, c->rows[i], c->square ? (unsigned)i + 1 : 0,
                   (unsigned)((HEAD * 10 + g.high * i + g.high / 2) / 10 + 4));
        for (size_t k = 0; k < c->columns_n; k++)
            cell(h, c, &g, i, k);
    }
    chart_close(h, c);
}

/* ---- strip ---- */

#define STRIP_ROW 18

enum chart_day chart_day_of(char letter)
{
    return letter == 'o'   ? CHART_DAY_GOOD
           : letter == 'd' ? CHART_DAY_FAIR
           : letter == 's' ? CHART_DAY_BAD
           : letter == '.' ? CHART_DAY_BEFORE
                           : CHART_DAY_UNKNOWN;
}

/* The worse the lower; unknown: a line; before it was there: nothing. So height says it, not colour alone. */
static void day(struct html *h, const struct chart *c, size_t i, size_t k, uint64_t wide)
{
    static const struct {
        unsigned above, high;
        const char *fill;
    } shapes[CHART_DAYS] = {
        {11, 1,  CHART_FAINT},
        {0,  12, "#009e73"  },
        {4,  8,  "#e69f00"  },
        {8,  4,  "#d55e00"  },
        {0,  0,  NULL       }
    };
    uint64_t what = chart_at(c, i, k);
    what = what < CHART_DAYS ? what : CHART_DAY_UNKNOWN;
    if (!shapes[what].fill)
        return;
    struct chart_length x = chart_tenths(CHART_NAMES * 10 + wide * k), w = chart_tenths(wide > 8 ? wide - 6 : wide);
    buf_printf(h->out, "<rect x=\"%u.%u\" y=\"%u\" width=\"%u.%u\" height=\"%u\" fill=\"%s\"/>\n", CHART_LENGTH(x),
               (unsigned)i * STRIP_ROW + 4 + shapes[what].above, CHART_LENGTH(w), shapes[what].high, shapes[what].fill);
}

static void strip_table(struct html *h, const struct chart *c, const char *const texts[CHART_DAYS])
{
    chart_table_open(h, c);
    for (size_t k = 0; k < CHART_DAYS; k++) {
        html_open(h, "th");
        html_attr(h, "scope", "col");
        html_text(h, texts[k]);
        html_close(h, "th");
    }
    html_table_body(h);
    for (size_t i = 0; i < c->rows_n; i++) {
        int64_t n[CHART_DAYS] = {0};
        for (size_t k = 0; k < c->columns_n; k++)
            n[chart_at(c, i, k) < CHART_DAYS ? chart_at(c, i, k) : CHART_DAY_UNKNOWN]++;
        html_row(h, c->rows[i]);
        for (size_t k = 0; k < CHART_DAYS; k++)
            html_cell_number(h, n[k]);
        html_close(h, "tr");
    }
    html_close_table(h);
}

void chart_strip(struct html *h, const struct chart *c, const char *const texts[CHART_DAYS])
{
    uint64_t wide = (CHART_WIDTH - CHART_NAMES) * 10 / (c->columns_n ? c->columns_n : 1);
    for (size_t k = 0; k < CHART_DAYS; k++)
        h->out->err = h->out->err || texts[k] ? h->out->err : ERR_USAGE;
    if (h->out->err)
        return;
    chart_open(h, c, (unsigned)c->rows_n * STRIP_ROW + 6);
    for (size_t i = 0; i < c->rows_n; i++) {
        chart_name(h, c->rows[i], 0, (unsigned)i * STRIP_ROW + 15);
        for (size_t k = 0; k < c->columns_n; k++)
            day(h, c, i, k, wide);
    }
    chart_close_svg(h);
    strip_table(h, c, texts);
    html_close(h, "figure");
}
