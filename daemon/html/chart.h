/*
 * chart: figures as SVG that reads in grey and to colour-blind readers (patterns beside the colours of Okabe and Ito, numbers in the drawing), with all of them in a table
 * below. One <figure>; drawn in integers, so that equal figures give equal bytes. Presentation attributes alone: no style, no script. Texts of a chart are ready to be shown: translated.
 */
#ifndef ALLIED_DAEMON_HTML_CHART_H
#define ALLIED_DAEMON_HTML_CHART_H

#include "daemon/html/html.h"

#define CHART_FILLS 10 /* columns of a stacked chart that can be told apart; further ones begin again */

struct chart {
    const char *id;     /* unique in its page: lower-case letters, digits, hyphens */
    const char *title;  /* over it, the table's caption, and what it is called to who cannot see it */
    const char *desc;   /* a sentence: what is to be seen in it */
    const char *corner; /* what a row is: "ally" */
    const struct slice *rows, *columns;
    size_t rows_n, columns_n;
    const struct slice *short_columns; /* over the cells of a matrix, under a line; NULL: numbers from 1 */
    const struct slice *heads;         /* over the table's columns in place of `columns`, with a key; NULL: `columns` */
    const uint64_t *values;            /* rows_n × columns_n, row after row */
    const bool *marked;                /* matrix: the same shape: framed, and a * in the table; NULL: none */
    /* Matrix: rows are columns, the diagonal is no figure. Its table lists for each row the figures that are not 0, under corner, `across` and `amount` (their sum). */
    bool square;
    const char *across, *amount;
    const char *total; /* head of a last column, and of a last row, that sum up; NULL: none */
};

/* One bar a row: its columns_n is 1. */
void chart_bars(struct html *h, const struct chart *c);
/* One bar a row, a piece of it each column; with a legend. */
void chart_stacked(struct html *h, const struct chart *c);
/* One cell a figure, shaded, with the number in it. */
void chart_matrix(struct html *h, const struct chart *c);
/* One line a row, along the columns; at most 4 lines. */
void chart_line(struct html *h, const struct chart *c);
/* A row of days each, of enum chart_day; the table has how many of each, under `heads`: a kind without one is refused (the buf's err: ERR_USAGE). */
enum chart_day { CHART_DAY_UNKNOWN, CHART_DAY_GOOD, CHART_DAY_FAIR, CHART_DAY_BAD, CHART_DAY_BEFORE, CHART_DAYS };
enum chart_day chart_day_of(char letter); /* 'o', 'd', 's', '.'; anything else: unknown */
void chart_strip(struct html *h, const struct chart *c, const char *const heads[CHART_DAYS]);

/* A text in at most so many columns of a terminal, ended by "…" where it is longer; never within a character or before its marks; the
 * widest letters count twice. Escaped. */
void chart_label(struct html *h, struct slice text, size_t columns);

#endif
