/*
 * todo: what is still to be completed, in groups by the rule that asks for it: kinder than a list of faults by record.
 */
#ifndef ALLIED_DAEMON_CMD_TODO_H
#define ALLIED_DAEMON_CMD_TODO_H

#include "daemon/cmd/out.h"
#include "daemon/commons/discipline.h"

struct todo {
    const char *lang;
    json_t *
        groups; /* [{"rule", "text", "count", "lines": [line] | "records": [{"id", "title"}], "concepts": [{"text", "status", …, "lines"}]}] */
    json_t *stale; /* [{"id", "title", "stale": ["title@en"], "moved": [{"id", "changed"}]}] */
};

void todo_init(struct todo *t, const char *lang);
void todo_fini(struct todo *t);
/* A line of a file, for each rule that it misses; `line` is taken over. */
void todo_add(struct todo *t, const struct discipline *d, json_t *line);
/* A term that no rule could judge line by line: `term` as concept.known gives it, with the lines that name it. */
void todo_terms(struct todo *t, enum discipline_id rule, const json_t *term, json_t *lines);
/* That line is refused: it stands in no group any more. */
void todo_drop(struct todo *t, json_int_t line);
/* A page of record.check. How many records stand in it. */
size_t todo_take(struct todo *t, const json_t *page);
size_t todo_lines(const struct todo *t); /* lines that stand in any group */
void todo_show(const struct todo *t, const struct out *o);

#endif
