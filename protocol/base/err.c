/*
 * err: five lookups in one table, made from err.def in its order, so that the enum is the index. A number that is no row of the table (it can
 * only come from a mistake of ours) reads as ERR_INTERNAL, never as success.
 */
#include "protocol/base/err.h"
#include "protocol/base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct err_row {
    int number, exit_code;
    const char *name, *what, *next;
};

static const struct err_row rows[ERR_COUNT] = {
#define X(id, number, exit_code, name, what, next) [id] = {number, exit_code, name, what, next},
    ERR_TABLE(X)
#undef X
};

static const struct err_row *row(err_t e)
{
    return (unsigned)e < (unsigned)ERR_COUNT ? &rows[e] : &rows[ERR_INTERNAL];
}

const char *err_name(err_t e)
{
    return row(e)->name;
}

int err_number(err_t e)
{
    return row(e)->number;
}

int err_exit(err_t e)
{
    return row(e)->exit_code;
}

const char *err_what(err_t e)
{
    return row(e)->what;
}

const char *err_next(err_t e)
{
    return row(e)->next;
}

err_t err_by_name(const char *name)
{
    for (unsigned i = 0; name && i < (unsigned)ERR_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return (err_t)i;
    return ERR_COUNT;
}

err_t err_by_number(int number)
{
    for (unsigned i = 0; i < (unsigned)ERR_COUNT; i++)
        if (rows[i].number == number)
            return (err_t)i;
    return ERR_COUNT;
}

err_t err_of_errno(int number, err_t otherwise)
{
    static const struct {
        int number;
        err_t err;
    } known[] = {
        {ENOENT,  ERR_FILE_NONE     },
        {ENOTDIR, ERR_FILE_NONE     },
        {EACCES,  ERR_FILE_DENIED   },
        {EPERM,   ERR_FILE_DENIED   },
        {EISDIR,  ERR_FILE_DIRECTORY},
        {ENOSPC,  ERR_DISK_FULL     },
        {EDQUOT,  ERR_DISK_FULL     },
        {EIO,     ERR_DISK          },
        {ENOMEM,  ERR_MEMORY        },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == number)
            return known[i].err;
    return otherwise;
}

err_t why_set(struct why *why, err_t e, const char *format, ...)
{
    if (!why)
        return e;
    struct why fresh = {.code = e}; /* the arguments may point into *why */
    va_list args;
    va_start(args, format);
    int n = vsnprintf(fresh.text, sizeof fresh.text, format, args);
    va_end(args);
    if (n < 0)
        fresh.text[0] = 0;
    utf8_drop_halves(fresh.text); /* JSON takes none */
    *why = fresh;
    return e;
}
