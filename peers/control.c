#include "peers/control.h"
#include "daemon/bus/sockpath.h"
#include "protocol/base/limits.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

static size_t take(char *at, size_t size, size_t n, void *ctx)
{
    struct buf *answer = ctx;
    return buf_append(answer, at, size * n) ? 0 : size * n;
}

static err_t why(CURL *curl, CURLcode code, const struct buf *answer)
{
    long number = 0, status = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK)
        return status == 200 ? ERR_OK : status == 413 ? ERR_TOO_LARGE : ERR_UNANSWERED;
    if (code == CURLE_COULDNT_CONNECT)
        return number == EACCES || number == EPERM ? ERR_OWNER : ERR_NO_DAEMON;
    return code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT
           : code == CURLE_OUT_OF_MEMORY    ? ERR_MEMORY
           : code == CURLE_WRITE_ERROR      ? (answer->err ? answer->err : ERR_UNANSWERED)
                                            : ERR_UNANSWERED;
}

static err_t exchange(CURL *curl, const char *path, struct slice request, long timeout_ms, struct buf *answer)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json"),
                      *all = headers ? curl_slist_append(headers, "Expect:") : NULL;
    err_t e = ERR_MEMORY;
    buf_clear(answer);
    if (all && !curl_easy_setopt(curl, CURLOPT_URL, "http://localhost" CONTROL_PATH) &&
        !curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, path) && !curl_easy_setopt(curl, CURLOPT_PROXY, "") &&
        !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) && !curl_easy_setopt(curl, CURLOPT_HTTPHEADER, all) &&
        !curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request.len) &&
        !curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)request.at) &&
        !curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                          timeout_ms < 0 ? 0
                          : timeout_ms   ? timeout_ms
                                         : 1) &&
        !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) && !curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer))
        e = why(curl, curl_easy_perform(curl), answer);
    curl_slist_free_all(all ? all : headers);
    return e;
}

err_t control_call(const char *dir, struct slice request, long timeout_ms, struct buf *answer)
{
    char full[4096];
    struct sockpath p;
    if (request.len > LIMIT_REQUEST_BYTES)
        return ERR_TOO_LARGE;
    int n = snprintf(full, sizeof full, "%s/%s", dir, CONTROL_SOCKET);
    if (n < 0 || (size_t)n >= sizeof full)
        return ERR_FILE;
    if (sockpath_open(full, &p))
        return ERR_NO_DAEMON;
    CURL *curl = curl_easy_init();
    err_t e = curl ? exchange(curl, p.path, request, timeout_ms, answer) : ERR_MEMORY;
    curl_easy_cleanup(curl);
    sockpath_close(&p);
    return e;
}
