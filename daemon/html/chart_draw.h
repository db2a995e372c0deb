/*
 * chart_draw: what the charts share: the figure around the drawing, its table, lengths in tenths of a unit. Only chart*.c use this header.
 */
#ifndef ALLIED_DAEMON_HTML_CHART_DRAW_H
#define ALLIED_DAEMON_HTML_CHART_DRAW_H

#include "daemon/html/chart.h"
#include "daemon/html/html.h"

#define CHART_WIDTH       480u /* of every drawing, in its own units */
#define CHART_NAMES       150u /* of which names take this much, */
#define CHART_NAME_LETTER 21   /* in so many columns of a terminal */
#define CHART_INK         "#1a1a1a"
#define CHART_FAINT       "#767676"

struct chart_length { /* in tenths, to print as %u.%u */
    unsigned whole, tenth;
};
#define CHART_LENGTH(l) (l).whole, (l).tenth
/* `value` of `most` (0: nothing) along so many units. */
struct chart_length chart_length(uint64_t value, uint64_t most, unsigned units);
struct chart_length chart_tenths(uint64_t tenths);
uint64_t chart_length_tenths(uint64_t value, uint64_t most, unsigned units);

void chart_open(struct html *h, const struct chart *c, unsigned height);         /* <figure>, <svg>, a white ground */
void chart_close(struct html *h, const struct chart *c);                         /* </svg>, the table, </figure> */
void chart_close_svg(struct html *h);                                            /* </svg> alone */
void chart_table_open(struct html *h, const struct chart *c);                    /* up to the head's first cell */
void chart_name(struct html *h, struct slice name, unsigned number, unsigned y); /* of a row; number 0: none */
void chart_fill_defs(struct html *h, const struct chart *c, size_t n);           /* patterns 0 … n - 1 */
/* A piece of the column's colour and pattern; box: its x, y, width and height, as attributes. */
void chart_fill(struct html *h, const struct chart *c, size_t fill, const char *box);
unsigned chart_digits(uint64_t value);

static inline uint64_t chart_at(const struct chart *c, size_t row, size_t column)
{
    return c->values[row * c->columns_n + column];
}

#endif
