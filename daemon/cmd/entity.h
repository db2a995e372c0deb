/*
 * entity: what records and concepts share on the command line: their history, their fields shown, an edit's request.
 */
#ifndef ALLIED_DAEMON_CMD_ENTITY_H
#define ALLIED_DAEMON_CMD_ENTITY_H

#include "daemon/cmd/cli.h"
#include "protocol/op/op.h"

/* Appends the --set and --unset of a command to `object`. cli->why. */
err_t entity_sets(struct cli *cli, enum entity_type type, const struct args *args, json_t *object);
/* A request that changes one entity: `args` is taken over. Tells "done" with its dot, or an error. The exit code. */
int entity_change(struct cli *cli, const char *request, json_t *args, const char *done_msgid);
/* A request whose result is shown by `show` (or as JSON). The exit code. */
int entity_ask(struct cli *cli, const char *request, json_t *args,
               void (*show)(const struct out *o, const json_t *result));
/* The same for one entity, named by the command's one operand. */
int entity_about(struct cli *cli, const struct arg_form *form, const char *request, int argc, char **argv,
                 void (*show)(const struct out *o, const json_t *result));
/*
 * A list's request, with "limit" (1 to 500, else 50) and those of the n options `passed` that are given, as they are. ERR_USAGE; cli->why.
 */
err_t entity_list(struct cli *cli, const struct args *args, const char *const *passed, size_t n, json_t **request);
/* The fields of an entity that the table of its type names, in the table's order. */
void entity_fields(const struct out *o, enum entity_type type, const json_t *entity);
/* Appends what stands at a field, as a person reads it: pick_show, and a word for a merge or a retirement that is undone. */
void entity_value(const struct out *o, const char *field, const json_t *value, struct buf *to);
void entity_history(const struct out *o, const json_t *result);

#endif
