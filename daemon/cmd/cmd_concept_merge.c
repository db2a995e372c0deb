/*
 * allied concept merge, retire.
 */
#include "conf/tr.h"
#include "daemon/cmd/concept.h"
#include "daemon/cmd/entity.h"

#define ADOPT_OPTION                                                                                                   \
    {                                                                                                                  \
        0, "adopt", NULL, false, N_("adopt what is written, where the charter lets this ally")                         \
    }
#define MOTIVE_OPTION                                                                                                  \
    {                                                                                                                  \
        0, "motive", "RECORD", false, N_("the record that motivates it")                                               \
    }

static const struct arg_option merge_options[] = {
    {0, "undo", NULL, false, N_("take the merge back")},
    ADOPT_OPTION,
    MOTIVE_OPTION,
};
const struct arg_form concept_merge_form = {"concept merge",
                                            "ID INTO",
                                            N_("propose to merge a concept into another"),
                                            merge_options,
                                            sizeof merge_options / sizeof *merge_options,
                                            1,
                                            2,
                                            NULL};
static const struct arg_option retire_options[] = {
    {0, "reason", "TEXT", false, N_("why, for those who look for it")},
    {0, "undo",   NULL,   false, N_("bring it back")                 },
    ADOPT_OPTION,
    MOTIVE_OPTION,
};
const struct arg_form concept_retire_form = {"concept retire",
                                             "ID",
                                             N_("propose to use a concept no more"),
                                             retire_options,
                                             sizeof retire_options / sizeof *retire_options,
                                             1,
                                             1,
                                             NULL};

static json_t *request_of(const struct args *args, const char *key, const char *value)
{
    const char *motive = args_value(args, "motive");
    json_t *request = json_pack("{s:s, s:b, s:b}", "id", args->operands[0], "undo", args_flag(args, "undo"), "adopt",
                                args_flag(args, "adopt"));
    if (value)
        json_object_set_new(request, key, json_string(value));
    if (motive)
        json_object_set_new(request, "motive", json_string(motive));
    return request;
}

int concept_merge(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &concept_merge_form, argc, argv, &args, &code))
        return code;
    const char *into = args.operands_n > 1 ? args.operands[1] : NULL;
    if (!into && !args_flag(&args, "undo"))
        return cli_lacks(cli, "INTO | --undo");
    return entity_change(cli, "concept.merge", request_of(&args, "into", into), N_("{1} changed (dot {2})"));
}

int concept_retire(struct cli *cli, int argc, char **argv)
{
    struct args args;
    int code;
    if (!cli_begin(cli, &concept_retire_form, argc, argv, &args, &code))
        return code;
    return entity_change(cli, "concept.retire", request_of(&args, "reason", args_value(&args, "reason")),
                         N_("{1} changed (dot {2})"));
}
