#include "daemon/cmd/args.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parse {
    const struct arg_form *form;
    const struct arg_option *more;
    size_t more_n;
    int argc;
    char *const *argv;
    struct args *out;
    struct why *why;
};

#define WORD_MAX 40

size_t args_distance(const char *a, const char *b, size_t most)
{
    size_t rows[3][WORD_MAX + 1] = {{0}};
    size_t la = strlen(a), lb = strlen(b);
    if (la > WORD_MAX || lb > WORD_MAX)
        return most + 1;
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t cost = last[j - 1] + (a[i - 1] != b[j - 1]);
            cost = last[j] + 1 < cost ? last[j] + 1 : cost;
            cost = now[j - 1] + 1 < cost ? now[j - 1] + 1 : cost;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < cost)
                cost = before[j - 2] + 1;
            now[j] = cost;
        }
    }
    size_t d = rows[la % 3][lb];
    return d <= most ? d : most + 1;
}

bool args_nearer(const char *typed, const char *name, size_t *best)
{
    size_t length = strlen(typed), most = length < 4 ? 1 : length < 8 ? 2 : 3;
    size_t d = args_distance(typed, name, most);
    /* "stat" for "status": a beginning counts as one slip, so that a real slip elsewhere does not win over it. */
    if (d > most && length >= 2 && strncmp(typed, name, length) == 0)
        d = most;
    if (d > most || d >= *best)
        return false;
    *best = d;
    return true;
}

static bool same_name(const char *name, const char *typed, size_t len)
{
    return strlen(name) == len && memcmp(name, typed, len) == 0;
}

static const struct arg_option *by_name(const struct parse *p, const char *typed, size_t len, bool *global)
{
    *global = false;
    for (size_t i = 0; i < p->form->options_n; i++)
        if (same_name(p->form->options[i].name, typed, len))
            return &p->form->options[i];
    *global = true;
    for (size_t i = 0; i < p->more_n; i++)
        if (same_name(p->more[i].name, typed, len))
            return &p->more[i];
    return NULL;
}

static const struct arg_option *by_letter(const struct parse *p, char letter, bool *global)
{
    *global = false;
    for (size_t i = 0; i < p->form->options_n; i++)
        if (p->form->options[i].letter == letter)
            return &p->form->options[i];
    *global = true;
    for (size_t i = 0; i < p->more_n; i++)
        if (p->more[i].letter == letter)
            return &p->more[i];
    return NULL;
}

static err_t unknown_option(struct parse *p, const char *name, size_t len)
{
    char typed[WORD_MAX + 1];
    size_t best = ARGS_FAR;
    snprintf(typed, sizeof typed, "%.*s", (int)(len > WORD_MAX ? WORD_MAX : len), name);
    for (size_t i = 0; i < p->form->options_n + p->more_n; i++) {
        const struct arg_option *o = i < p->form->options_n ? &p->form->options[i] : &p->more[i - p->form->options_n];
        if (args_nearer(typed, o->name, &best))
            snprintf(p->out->guess, sizeof p->out->guess, "--%s", o->name);
    }
    return why_set(p->why, ERR_USAGE, "--%s", typed);
}

static err_t give(struct parse *p, const struct arg_option *option, bool global, const char *value)
{
    struct args *out = p->out;
    /* Of a global one the last counts: an alias may hold one already. */
    for (size_t i = 0; i < out->given_n && !option->many && option->value && !global; i++)
        if (out->given[i].option == option)
            return why_set(p->why, ERR_USAGE, "--%s (2×)", option->name);
    if (out->given_n == ARGS_MAX)
        return why_set(p->why, ERR_USAGE, "--%s (> %d)", option->name, ARGS_MAX);
    out->given[out->given_n++] = (struct arg_given){option, value, global};
    return ERR_OK;
}

static err_t long_option(struct parse *p, int *at)
{
    const char *name = p->argv[*at] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    bool global;
    const struct arg_option *option = by_name(p, name, len, &global);
    if (!option)
        return unknown_option(p, name, len);
    if (!option->value)
        return equals ? why_set(p->why, ERR_USAGE, "--%s", name) : give(p, option, global, NULL);
    if (equals)
        return give(p, option, global, equals + 1);
    if (*at + 1 >= p->argc)
        return why_set(p->why, ERR_USAGE_MISSING, "--%s %s", option->name, option->value);
    return give(p, option, global, p->argv[++*at]);
}

static err_t letters(struct parse *p, int *at)
{
    for (const char *c = p->argv[*at] + 1; *c; c++) {
        bool global;
        const struct arg_option *option = by_letter(p, *c, &global);
        if (!option)
            return why_set(p->why, ERR_USAGE, "-%c", *c);
        const char *value = NULL;
        if (option->value) {
            value = c[1] ? c + 1 : *at + 1 < p->argc ? p->argv[++*at] : NULL;
            if (!value)
                return why_set(p->why, ERR_USAGE_MISSING, "-%c %s", *c, option->value);
        }
        err_t err = give(p, option, global, value);
        if (err || option->value)
            return err;
    }
    return ERR_OK;
}

static err_t operand(struct parse *p, const char *word)
{
    if (p->out->operands_n == ARGS_MAX)
        return why_set(p->why, ERR_USAGE, "%.100s", word);
    p->out->operands[p->out->operands_n++] = word;
    return ERR_OK;
}

err_t args_parse(const struct arg_form *form, const struct arg_option *more, size_t more_n, bool stop, int argc,
                 char *const *argv, struct args *out, struct why *why)
{
    struct parse p = {form, more, more_n, argc, argv, out, why};
    *out = (struct args){0};
    err_t err = ERR_OK;
    bool ended = false;
    int at = 0;
    for (; at < argc && !err; at++) {
        const char *word = argv[at];
        bool option = !ended && word[0] == '-' && word[1];
        if (!option && stop)
            break;
        if (!option)
            err = operand(&p, word);
        else if (strcmp(word, "--") == 0)
            ended = true;
        else
            err = word[1] == '-' ? long_option(&p, &at) : letters(&p, &at);
    }
    out->used = at;
    return err;
}

err_t args_check(const struct arg_form *form, const struct args *args, struct why *why)
{
    if (args->operands_n < form->min)
        return why_set(why, ERR_USAGE_MISSING, "%s %s", form->name, form->operands);
    if (args->operands_n > form->max)
        return why_set(why, ERR_USAGE, "%.100s", args->operands[form->max]);
    return ERR_OK;
}

const char *args_value(const struct args *args, const char *name)
{
    const char *value = NULL, *next;
    for (size_t at = 0; (next = args_next(args, name, &at));)
        value = next;
    return value;
}

bool args_flag(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->given_n; i++)
        if (!args->given[i].global && strcmp(args->given[i].option->name, name) == 0)
            return true;
    return false;
}

const char *args_next(const struct args *args, const char *name, size_t *at)
{
    while (*at < args->given_n) {
        const struct arg_given *g = &args->given[(*at)++];
        if (!g->global && strcmp(g->option->name, name) == 0)
            return g->value;
    }
    return NULL;
}

err_t args_number(const struct args *args, const char *name, long min, long max, long fallback, long *out,
                  struct why *why)
{
    const char *text = args_value(args, name);
    long n = fallback;
    if (text) {
        char *end;
        errno = 0;
        n = strtol(text, &end, 10);
        if (errno || end == text || *end || n < min || n > max)
            return why_set(why, ERR_USAGE, "--%s %.60s (%ld … %ld)", name, text, min, max);
    }
    *out = n;
    return ERR_OK;
}

bool args_year(const char *text, long *out)
{
    char *end;
    *out = strtol(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == 0 && *out >= 1 && *out <= 9999;
}
