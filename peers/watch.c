#include "peers/watch.h"
#include <netinet/in.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#define SEALED_BYTES                                                                                                   \
    33 /* a frame's own: "MESSAGE", nonce, box and flags; before them flags and a length of 1 or 8 bytes */

uint64_t watch_frame_bytes(size_t len)
{
    uint64_t sealed = (uint64_t)len + SEALED_BYTES;
    return sealed + (sealed > 255 ? 9 : 2);
}

bool watch_exceeds(int fd, uint64_t most)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_bytes_received > most;
}
