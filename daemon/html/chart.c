#include "daemon/html/chart_draw.h"
#include "protocol/base/markup.h"
#include "protocol/base/utf8.h"
#include <stdio.h>

/* ---- lengths ---- */

uint64_t chart_length_tenths(uint64_t value, uint64_t most, unsigned units)
{
    while (most > UINT64_MAX / 100000) { /* so large that its last bits cannot be seen */
        most >>= 8;
        value >>= 8;
    }
    return most ? value * units * 10 / most : 0;
}

struct chart_length chart_tenths(uint64_t tenths)
{
    return (struct chart_length){(unsigned)(tenths / 10), (unsigned)(tenths % 10)};
}

struct chart_length chart_length(uint64_t value, uint64_t most, unsigned units)
{
    return chart_tenths(chart_length_tenths(value, most, units));
}

unsigned chart_digits(uint64_t value)
{
    unsigned n = 1;
    for (; value >= 10; value /= 10)
        n++;
    return n;
}

/* ---- texts ---- */

static size_t letter_bytes(struct slice text)
{
    size_t n = 1;
    while (n < text.len && (text.at[n] & 0xc0) == 0x80)
        n++;
    return n;
}

void chart_label(struct html *h, struct slice text, size_t columns)
{
    size_t width = 0, end = 0, at = 0;
    while (at < text.len) {
        size_t n = letter_bytes(slice_of(text.at + at, text.len - at));
        size_t wide = utf8_width(slice_of(text.at + at, n)) + (strchr("MWmw@%", text.at[at]) != NULL);
        if (width + wide > columns)
            break;
        at += n;
        width += wide;
        if (width < columns) /* what is left is for the ellipsis */
            end = at;
    }
    html_text(h, "");
    markup_text(h->out, slice_of(text.at, at == text.len ? at : end));
    if (at < text.len)
        buf_printf(h->out, "\u2026");
}

void chart_name(struct html *h, struct slice name, unsigned number, unsigned y)
{
    html_text(h, "");
    buf_printf(h->out, "<text x=\"0\" y=\"%u\" font-size=\"11\" fill=\"" CHART_INK "\">", y);
    if (number)
        buf_printf(h->out, "%u ", number);
    chart_label(h, name, CHART_NAME_LETTER - (number ? chart_digits(number) : 0));
    buf_printf(h->out, "</text>\n");
}

/* ---- fills ---- */

/* Okabe and Ito's colours, grey and white, each with lines that tell it apart without its colour. */
static const struct fill {
    const char *ground, *line, *path;
} fills[CHART_FILLS] = {
    {"#0072b2", NULL,      NULL                          },
    {"#e69f00", "#1a1a1a", "M-2 2L2 -2M0 8L8 0M6 10L10 6"},
    {"#ffffff", "#1a1a1a", "M1 1h2v2h-2zM5 5h2v2h-2z"    },
    {"#009e73", "#ffffff", "M-2 6L2 10M0 0L8 8M6 -2L10 2"},
    {"#f0e442", "#1a1a1a", "M0 2H8M0 6H8"                },
    {"#d55e00", "#1a1a1a", "M2 0V8M6 0V8"                },
    {"#56b4e9", "#1a1a1a", "M3 3h2v2h-2z"                },
    {"#cc79a7", "#1a1a1a", "M0 0L8 8M0 8L8 0"            },
    {"#000000", "#ffffff", "M0 4H8"                      },
    {"#bbbbbb", "#1a1a1a", "M4 0V8M0 4H8"                },
};

void chart_fill_defs(struct html *h, const struct chart *c, size_t n)
{
    html_text(h, "");
    buf_printf(h->out, "<defs>\n");
    for (size_t i = 0; i < n && i < CHART_FILLS; i++)
        if (fills[i].path)
            buf_printf(h->out,
                       "<pattern id=\"%s-%zu\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
                       "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1\"/></pattern>\n",
                       c->id, i, fills[i].path, fills[i].line);
    buf_printf(h->out, "</defs>\n");
}

/* The ground lies below the pattern, in one piece: between tiles that bring their own, some programs leave seams. */
void chart_fill(struct html *h, const struct chart *c, size_t fill, const char *box)
{
    fill %= CHART_FILLS;
    buf_printf(h->out, "<rect %s fill=\"%s\"/>\n", box, fills[fill].ground);
    buf_printf(h->out, "<rect %s fill=\"", box);
    if (fills[fill].path)
        buf_printf(h->out, "url(#%s-%zu)", c->id, fill);
    else
        buf_printf(h->out, "none");
    buf_printf(h->out, "\" stroke=\"" CHART_INK "\" stroke-width=\"0.5\"/>\n");
}

/* ---- the figure ---- */

static void said(struct html *h, const char *element, const char *id, const char *text)
{
    html_open(h, element);
    html_attr(h, "id", id);
    html_text(h, text);
    html_close(h, element);
}

void chart_open(struct html *h, const struct chart *c, unsigned height)
{
    char box[32], title[64], desc[64], both[130];
    snprintf(box, sizeof box, "0 0 %u %u", CHART_WIDTH, height);
    snprintf(title, sizeof title, "%s-title", c->id);
    snprintf(desc, sizeof desc, "%s-desc", c->id);
    snprintf(both, sizeof both, "%s %s", title, desc);
    html_open_class(h, "figure", "chart");
    html_element(h, "figcaption", c->title);
    html_open(h, "svg");
    html_attr(h, "viewBox", box);
    html_attr(h, "role", "img");
    html_attr(h, "aria-labelledby", both);
    html_attr(h, "font-family", "sans-serif");
    said(h, "title", title, c->title);
    said(h, "desc", desc, c->desc);
    buf_printf(h->out, "<rect width=\"%u\" height=\"%u\" fill=\"#ffffff\"/>\n", CHART_WIDTH, height);
}

void chart_close_svg(struct html *h)
{
    html_close(h, "svg");
}

void chart_table_open(struct html *h, const struct chart *c)
{
    html_open_table(h, c->title);
    html_open(h, "th");
    html_attr(h, "scope", "col");
    html_text(h, c->corner);
    html_close(h, "th");
}

static void head(struct html *h, struct slice text)
{
    html_open(h, "th");
    html_attr(h, "scope", "col");
    html_name(h, text);
    html_close(h, "th");
}

static void cell(struct html *h, const struct chart *c, size_t row, size_t column)
{
    html_open_class(h, "td", "num");
    html_number(h, (int64_t)chart_at(c, row, column));
    if (c->marked && c->marked[row * c->columns_n + column])
        html_text(h, " *");
    html_close(h, "td");
}

/* The columns that a row has figures for, with them. */
static void across(struct html *h, const struct chart *c, size_t row, uint64_t *sum)
{
    html_open(h, "td");
    for (size_t k = 0; k < c->columns_n; k++) {
        uint64_t n = row == k ? 0 : chart_at(c, row, k);
        if (!n)
            continue;
        html_text(h, *sum ? ", " : "");
        html_name(h, c->columns[k]);
        html_text(h, "\u00a0(");
        html_number(h, (int64_t)n);
        html_text(h, c->marked && c->marked[row * c->columns_n + k] ? ")*" : ")");
        *sum += n;
    }
    html_close(h, "td");
}

/* As wide as long, it would not go onto a page: a line for each row, that lists its figures. */
static void lines(struct html *h, const struct chart *c)
{
    chart_table_open(h, c);
    head(h, slice_text(c->across));
    head(h, slice_text(c->amount));
    html_table_body(h);
    for (size_t i = 0; i < c->rows_n; i++) {
        uint64_t sum = 0;
        html_row(h, c->rows[i]);
        across(h, c, i, &sum);
        html_cell_number(h, (int64_t)sum);
        html_close(h, "tr");
    }
    html_close_table(h);
}

static void total_row(struct html *h, const struct chart *c)
{
    uint64_t all = 0;
    html_open(h, "tfoot");
    html_row(h, slice_text(c->total));
    for (size_t k = 0; k < c->columns_n; k++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < c->rows_n; i++)
            sum += chart_at(c, i, k);
        all += sum;
        html_cell_number(h, (int64_t)sum);
    }
    if (c->columns_n > 1)
        html_cell_number(h, (int64_t)all);
    html_close(h, "tr");
    html_close(h, "tfoot");
}

static void short_head(struct html *h, struct slice in_short, struct slice whole)
{
    html_open_class(h, "th", "num");
    html_attr(h, "scope", "col");
    html_open(h, "abbr");
    html_attr_slice(h, "title", whole);
    html_slice(h, in_short);
    html_close(h, "abbr");
    html_close(h, "th");
}

static bool is_short(const struct chart *c, size_t column)
{
    return c->heads && !slice_equal(c->heads[column], c->columns[column]);
}

static void key(struct html *h, const struct chart *c)
{
    bool any = false;
    for (size_t k = 0; k < c->columns_n; k++) {
        if (!is_short(c, k))
            continue;
        if (!any)
            html_open_class(h, "p", "key");
        html_text(h, any ? " \u00b7 " : "");
        html_slice(h, c->heads[k]);
        html_text(h, "\u00a0= ");
        html_name(h, c->columns[k]);
        any = true;
    }
    if (any)
        html_close(h, "p");
}

static void table(struct html *h, const struct chart *c)
{
    chart_table_open(h, c);
    for (size_t k = 0; k < c->columns_n; k++) {
        if (is_short(c, k))
            short_head(h, c->heads[k], c->columns[k]);
        else
            head(h, c->columns[k]);
    }
    if (c->total && c->columns_n > 1)
        head(h, slice_text(c->total));
    html_table_body(h);
    for (size_t i = 0; i < c->rows_n; i++) {
        uint64_t sum = 0;
        html_row(h, c->rows[i]);
        for (size_t k = 0; k < c->columns_n; k++) {
            sum += chart_at(c, i, k);
            cell(h, c, i, k);
        }
        if (c->total && c->columns_n > 1)
            html_cell_number(h, (int64_t)sum);
        html_close(h, "tr");
    }
    html_close(h, "tbody");
    if (c->total)
        total_row(h, c);
    html_close(h, "table");
    html_close(h, "div");
    key(h, c);
}

void chart_close(struct html *h, const struct chart *c)
{
    chart_close_svg(h);
    if (c->square)
        lines(h, c);
    else
        table(h, c);
    html_close(h, "figure");
}
