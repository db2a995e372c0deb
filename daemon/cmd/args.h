/*
 * args: the words behind a command, taken apart by a table of its options. Pure: no output, no files.
 *
 * Forms: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, flags together (-qv), "--" ends the options, "-" is an operand. Options and operands may
 * mix. A command's own option hides a global one of the same name.
 */
#ifndef ALLIED_DAEMON_CMD_ARGS_H
#define ALLIED_DAEMON_CMD_ARGS_H

#include "protocol/base/err.h"
#include <stdbool.h>
#include <stddef.h>

#define ARGS_MAX 128 /* operands, and options, of one command */

struct arg_option {
    char letter;         /* 0: none */
    const char *name;    /* "map"; without dashes */
    const char *value;   /* what the help calls its value: "FILE"; NULL: a flag */
    bool many;           /* may stand more than once */
    const char *meaning; /* English sentence, a msgid */
};

/* One command, or one subcommand ("record import"), as its help shows it. */
struct arg_form {
    const char *name;
    const char *operands; /* "FILE", "" */
    const char *summary;  /* msgid */
    const struct arg_option *options;
    size_t options_n;
    unsigned min, max; /* operands */
    const char *notes; /* msgid shown below the options; NULL none */
};

struct arg_given {
    const struct arg_option *option;
    const char *value; /* NULL: a flag */
    bool global;       /* from the second table */
};
struct args {
    const char *operands[ARGS_MAX];
    size_t operands_n;
    struct arg_given given[ARGS_MAX];
    size_t given_n;
    int used;       /* words taken; less than argc only where args_parse was to stop */
    char guess[64]; /* after an error: what was perhaps meant ("--map"), or "" */
};

/*
 * Takes argv[0..argc) apart. `more` are the options that stand for every command. stop: ends at the first operand. Everything in `out` is
 * borrowed from argv. ERR_USAGE with the word in why; out->guess may say what was meant.
 */
err_t args_parse(const struct arg_form *form, const struct arg_option *more, size_t more_n, bool stop, int argc,
                 char *const *argv, struct args *out, struct why *why);
/* Is the number of operands one that the form takes? ERR_USAGE. */
err_t args_check(const struct arg_form *form, const struct args *args, struct why *why);

/* The form's own options, by name: the last value given, NULL where there is none. */
const char *args_value(const struct args *args, const char *name);
bool args_flag(const struct args *args, const char *name);
/* One value after the other: start with *at = 0; NULL at the end. */
const char *args_next(const struct args *args, const char *name, size_t *at);
/* A whole number from min to max; `fallback` where the option was not given. ERR_USAGE. */
err_t args_number(const struct args *args, const char *name, long min, long max, long fallback, long *out,
                  struct why *why);

bool args_year(const char *text, long *out); /* a whole number from 1 to 9999, and nothing else */

/* How many letters differ (insert, drop, change, swap of neighbours); `most` + 1 where it is more than that. */
size_t args_distance(const char *a, const char *b, size_t most);
/* Is `name` near enough to what was typed to be offered as a guess, nearer than *best? Then lowers *best. Start with ARGS_FAR. */
#define ARGS_FAR 99
bool args_nearer(const char *typed, const char *name, size_t *best);

#endif
