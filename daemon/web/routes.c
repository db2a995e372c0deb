#include "daemon/web/routes.h"
#include "daemon/web/api_allies.h"
#include "daemon/web/api_concepts.h"
#include "daemon/web/api_conflicts.h"
#include "daemon/web/api_ledger.h"
#include "daemon/web/api_records.h"
#include "daemon/web/atom_serve.h"
#include "daemon/web/events.h"
#include "daemon/web/metrics.h"
#include "daemon/web/oai_serve.h"
#include "daemon/web/openapi.h"
#include "daemon/web/ops.h"
#include "daemon/web/page_concept.h"
#include "daemon/web/page_conflicts.h"
#include "daemon/web/page_history.h"
#include "daemon/web/page_home.h"
#include "daemon/web/page_ledger.h"
#include "daemon/web/page_one_record.h"
#include "daemon/web/page_records.h"
#include "daemon/web/page_report.h"
#include "daemon/web/page_sites.h"
#include "daemon/web/page_thesaurus.h"
#include "daemon/web/routes.def"
#include "daemon/web/sheet.h"
#include "daemon/web/skos_serve.h"
#include "protocol/base/limits.h"

static const struct route table[] = {
#define X(method, path, suffixes, scope, takes, bytes, query, gives, schema, handle, what)                             \
    {method, path, suffixes, HTTP_##scope, takes, bytes, query, gives, schema, what, handle},
    ROUTES(X)
#undef X
};

struct routes routes_all(void)
{
    return (struct routes){table, sizeof table / sizeof *table};
}
