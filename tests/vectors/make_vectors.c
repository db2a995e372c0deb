/*
 * make_vectors: writes tests/vectors/{commit,op,charter,roster,authority,join,exchange,inputs,beacon}.json from fixed seeds. Run from the repository's root:
 *   make build/tests/vectors/make_vectors && build/tests/vectors/make_vectors
 * Run twice, it writes the same bytes.
 */
#include "tests/help/op_vectors.h"

#include <stdio.h>

static const struct {
    const char *path;
    json_t *(*make)(void);
} files[] = {
    {"tests/vectors/commit.json",    vectors_commit   },
    {"tests/vectors/op.json",        vectors_op       },
    {"tests/vectors/charter.json",   vectors_charter  },
    {"tests/vectors/roster.json",    vectors_roster   },
    {"tests/vectors/authority.json", vectors_authority},
    {"tests/vectors/join.json",      vectors_join     },
    {"tests/vectors/exchange.json",  vectors_exchange },
    {"tests/vectors/inputs.json",    vectors_inputs   },
    {"tests/vectors/beacon.json",    vectors_beacon   },
};

int main(void)
{
    if (sign_start() != ERR_OK)
        return 1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        json_t *file = files[i].make();
        int bad = json_dump_file(file, files[i].path, JSON_INDENT(1));
        json_decref(file);
        if (bad) {
            perror(files[i].path);
            return 1;
        }
    }
    return 0;
}
