/*
 * problems: what is not as it should be. Each has a code, a sentence, who can mend it, and the next command (INTERFACE.md, status), all out of one table,
 * problems.def: what has no row there cannot be told. In status: {"code", "name" (the error's), "problem" (the row's, as the metric's label), "level", "of" (the group), "role", "who", "text",
 * "detail", "action"}; the worst level first.
 */
#ifndef ALLIED_DAEMON_CORE_PROBLEMS_H
#define ALLIED_DAEMON_CORE_PROBLEMS_H

#include "daemon/core/problems.def"
#include "daemon/core/req.h"

enum problem {
#define X(id, err, group, who, level, name, next) PROBLEM_##id,
    PROBLEMS(X)
#undef X
        PROBLEM_COUNT
};
enum problem_group {
    PROBLEMS_HERE,
    PROBLEMS_KEY,
    PROBLEMS_WRITING,
    PROBLEMS_LOGS,
    PROBLEMS_SITES,
    PROBLEMS_ANSWER,
    PROBLEMS_WAIT,
    PROBLEMS_HOSTED,
    PROBLEMS_PEER
};
enum problem_level { LEVEL_INFO, LEVEL_WARNING, LEVEL_DEGRADED };

struct problems {
    struct req *req;
    json_t *list; /* the caller's */
    enum problem_level worst;
    size_t n;
};
void problems_init(struct problems *p, struct req *r, json_t *list);
/* `detail` is data: a name, a path, a number. `name` is who can mend it where the row says NAMED, and "{1}" of its next command; "": nobody is known, and the secretariat is named. */
void problems_add(struct problems *p, enum problem id, const char *name, const char *detail);
/* One that came from outside as an error of this group. */
void problems_add_err(struct problems *p, enum problem_group group, err_t e, const char *name, const char *detail);

/* Those of the alliance, of this site's key and of this machine: what the logs hold and what peers do req_status.c tells itself. */
void problems_put(struct problems *p);
/* Those of clocks, and of other sites by what they say of themselves (problems_sites.c). */
void problems_put_sites(struct problems *p);
/* A name as problems tell it: what there is room for, in whole characters, and a zero. `size` at least 1. */
void problems_name(struct slice name, char *out, size_t size);
/* "NAME, 3599 s": who is named with it, and a number about it. */
void problems_add_named(struct problems *p, enum problem id, struct slice name, uint64_t number, const char *unit);

const char *problem_name(enum problem id);
err_t problem_err(enum problem id);
/* How bad an error of that number is, the worst of its rows; LEVEL_DEGRADED where it has none. */
enum problem_level problems_level_of(int number);
/* Is an error of that number nobody's to mend, by all of its rows? */
bool problems_mends_itself(int number);

#endif
