/*
 * table: rows of cells, printed in columns that fit the terminal. Off a terminal nothing is cut.
 */
#ifndef ALLIED_DAEMON_CMD_TABLE_H
#define ALLIED_DAEMON_CMD_TABLE_H

#include "daemon/cmd/out.h"

#define TABLE_COLUMNS_MAX 10

struct table_column {
    const char *head; /* msgid; "" none */
    bool right;       /* numbers */
    bool keep;        /* never cut: ids, codes, what one copies */
};
struct table {
    const struct table_column *columns;
    size_t columns_n;
    char **cells; /* owned, clean, one line */
    size_t cells_n, room;
    bool wrap_last; /* set after table_init: the last column wraps instead of being cut */
    bool failed;    /* no memory: what is there is printed */
};

/* A zeroed table with columns set is empty. `columns` is borrowed. */
void table_init(struct table *t, const struct table_column *columns, size_t columns_n);
void table_fini(struct table *t);
/* The next cell, row by row. NULL counts as "". */
void table_cell(struct table *t, const char *text);
/* Heads and rows on stdout; nothing where there is no row. */
void table_print(const struct table *t, const struct out *o);

#endif
