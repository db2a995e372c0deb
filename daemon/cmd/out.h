/*
 * out: how the program speaks. Data on stdout, all else on stderr; colour on a terminal only; texts written by others are cleaned of control
 * characters, so that nobody's record can drive a terminal.
 *
 * Sentences are msgids with places {1} to {9} for values: out_say(o, N_("{1} of {2} lines refused"), NUM(3), NUM(7), NULL).
 */
#ifndef ALLIED_DAEMON_CMD_OUT_H
#define ALLIED_DAEMON_CMD_OUT_H

#include "protocol/base/buf.h"
#include "protocol/base/err.h"
#include <jansson.h>
#include <stdio.h>

struct out {
    FILE *data, *say; /* stdout, stderr */
    const char *lang; /* of sentences */
    bool json;        /* --json */
    bool quiet, verbose;
    bool color_data, color_say;
    bool terminal_say; /* progress may overwrite its line */
    size_t columns;    /* of stdout's terminal; 0: no terminal, no limit */
};

enum out_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW };

/* color: auto, always, never. auto looks at the terminal, NO_COLOR and TERM=dumb. */
void out_init(struct out *o, FILE *data, FILE *say, const char *lang, const char *color);

/* One translated line with its values (const char *, NULL ends them), to people: stderr, unless --quiet. */
__attribute__((sentinel)) void out_say(const struct out *o, const char *msgid, ...);
/* The same on stdout. */
__attribute__((sentinel)) void out_print(const struct out *o, const char *msgid, ...);
/* Appends a pattern with its values. */
void out_fill(struct buf *to, const char *pattern, const char *const *values, size_t n);

struct out_number {
    char text[24];
};
const char *out_number(struct out_number *room, long long n);
#define NUM(n) out_number(&(struct out_number){{0}}, (long long)(n))

/* Text of somebody else on stdout: control characters become "·"; line breaks stay and are followed by `indent` blanks; wrapped on a terminal. */
void out_text(const struct out *o, const char *text, size_t indent);
/* The same in one line, in a style, at most `width` columns wide (0: no limit). */
void out_cell(const struct out *o, const char *text, enum out_style style, size_t width);
/* Appends text without control characters (line breaks too become blanks where `one_line`). Invalid UTF-8 becomes U+FFFD. */
void out_clean(struct buf *to, const char *text, bool one_line);
/* Appends as much of a clean text as fits, "…" where something was cut. */
void out_cut(struct buf *to, const char *text, size_t width);
/* "label   value" */
void out_pair(const struct out *o, const char *label_msgid, const char *value);
/* The same for a key or a digest: cut where the terminal is narrower, for it has no words to break between. */
void out_pair_cut(const struct out *o, const char *label_msgid, const char *value);
/* A heading, in bold. */
void out_head(const struct out *o, const char *msgid);

/* Appends what follows an error's code, with the colons of the language: ": text: detail". */
void out_behind_code(const struct out *o, struct buf *to, const char *text, const char *detail);
/* A result as it is: --json. */
void out_json(const struct out *o, const json_t *value);
/* An error, as a person reads it on stderr, or as JSON on stdout. `next` (may be NULL) replaces the table's next step; already translated. */
void out_error(const struct out *o, err_t err, const struct why *why, const char *next);
/* {"error": {"code", "name", "text", "detail", "next"}} */
json_t *out_error_json(const struct out *o, err_t err, const struct why *why, const char *next);

#endif
