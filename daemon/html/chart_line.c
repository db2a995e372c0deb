#include "daemon/html/chart_draw.h"
#include <inttypes.h>

#define LINES  4
#define LEFT   40
#define RIGHT  10
#define TOP    8
#define HIGH   130
#define LEGEND 16

/* Colour, dashes and the mark on each figure tell lines apart, any one of them alone. */
static const struct line {
    const char *ink, *dash;
} lines[LINES] = {
    {"#0072b2", "none"   },
    {"#d55e00", "6 3"    },
    {"#009e73", "2 2"    },
    {"#1a1a1a", "8 2 2 2"}
};

static void mark(struct html *h, size_t line, uint64_t x, uint64_t y)
{
    struct chart_length cx = chart_tenths(x), cy = chart_tenths(y), ax = chart_tenths(x - 30),
                        ay = chart_tenths(y - 30);
    if (line % 2)
        buf_printf(h->out, "<rect x=\"%u.%u\" y=\"%u.%u\" width=\"6\" height=\"6\" fill=\"#ffffff\" stroke=\"%s\"/>\n",
                   CHART_LENGTH(ax), CHART_LENGTH(ay), lines[line].ink);
    else
        buf_printf(h->out, "<circle cx=\"%u.%u\" cy=\"%u.%u\" r=\"3\" fill=\"%s\"/>\n", CHART_LENGTH(cx),
                   CHART_LENGTH(cy), lines[line].ink);
}

static uint64_t most(const struct chart *c)
{
    uint64_t most = 1;
    for (size_t i = 0; i < c->rows_n && i < LINES; i++)
        for (size_t k = 0; k < c->columns_n; k++)
            if (chart_at(c, i, k) > most)
                most = chart_at(c, i, k);
    return most + most % 2; /* so that half of it is a whole number */
}

static uint64_t x_of(const struct chart *c, size_t k)
{
    return LEFT * 10 + (c->columns_n > 1 ? (CHART_WIDTH - LEFT - RIGHT) * 10 * k / (c->columns_n - 1) : 0);
}

static uint64_t y_of(uint64_t value, uint64_t top)
{
    return (TOP + HIGH) * 10 - chart_length_tenths(value, top, HIGH);
}

static void axes(struct html *h, const struct chart *c, uint64_t top)
{
    for (uint64_t i = 0; i <= 2; i++) {
        unsigned y = TOP + HIGH - (unsigned)i * (HIGH / 2);
        buf_printf(h->out,
                   "<path d=\"M%u %uH%u\" stroke=\"%s\" stroke-width=\"0.5\"/><text x=\"%u\" y=\"%u\" font-size=\"10\" "
                   "text-anchor=\"end\" fill=\"" CHART_INK "\">%" PRIu64 "</text>\n",
                   LEFT - 4, y, CHART_WIDTH - RIGHT, CHART_FAINT, LEFT - 6, y + 4, top * i / 2);
    }
    size_t step = (c->columns_n + 17) / 18;
    for (size_t k = 0; k < c->columns_n; k += step ? step : 1) {
        buf_printf(h->out, "<text x=\"%u.%u\" y=\"%u\" font-size=\"10\" text-anchor=\"middle\" fill=\"" CHART_INK "\">",
                   CHART_LENGTH(chart_tenths(x_of(c, k))), TOP + HIGH + 14);
        if (c->short_columns)
            chart_label(h, c->short_columns[k], 4);
        else
            buf_printf(h->out, "%zu", k + 1);
        buf_printf(h->out, "</text>\n");
    }
}

static void line(struct html *h, const struct chart *c, size_t i, uint64_t top)
{
    buf_printf(h->out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" points=\"",
               lines[i].ink, lines[i].dash);
    for (size_t k = 0; k < c->columns_n; k++)
        buf_printf(h->out, "%s%u.%u,%u.%u", k ? " " : "", CHART_LENGTH(chart_tenths(x_of(c, k))),
                   CHART_LENGTH(chart_tenths(y_of(chart_at(c, i, k), top))));
    buf_printf(h->out, "\"/>\n");
    for (size_t k = 0; k < c->columns_n; k++)
        mark(h, i, x_of(c, k), y_of(chart_at(c, i, k), top));
}

static void legend(struct html *h, const struct chart *c, size_t i)
{
    unsigned x = LEFT + (unsigned)i % 2 * (CHART_WIDTH / 2), y = TOP + HIGH + 22 + (unsigned)i / 2 * LEGEND;
    buf_printf(h->out, "<path d=\"M%u %uh24\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>\n", x, y + 6,
               lines[i].ink, lines[i].dash);
    mark(h, i, (x + 12) * 10, (y + 6) * 10);
    buf_printf(h->out, "<text x=\"%u\" y=\"%u\" font-size=\"11\" fill=\"" CHART_INK "\">", x + 30, y + 10);
    chart_label(h, c->rows[i], 28);
    buf_printf(h->out, "</text>\n");
}

void chart_line(struct html *h, const struct chart *c)
{
    size_t n = c->rows_n < LINES ? c->rows_n : LINES;
    uint64_t top = most(c);
    chart_open(h, c, TOP + HIGH + 24 + (unsigned)(n + 1) / 2 * LEGEND);
    axes(h, c, top);
    for (size_t i = 0; i < n; i++) {
        line(h, c, i, top);
        legend(h, c, i);
    }
    chart_close(h, c);
}
