/*
 * Sockets, the same on POSIX systems and on Windows.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stddef.h>

#if defined(_WIN32)
#  include <winsock2.h>
#  include <ws2tcpip.h>

typedef SOCKET socket_handle;
typedef ULONG poll_count;
#  define NO_SOCKET INVALID_SOCKET

static inline int sockets_begin(void)
{
    WSADATA about;
    return WSAStartup(MAKEWORD(2, 2), &about) == 0;
}

static inline void socket_close(socket_handle socket)
{
    (void)closesocket(socket);
}

static inline int socket_poll(struct pollfd *polled, poll_count count)
{
    return WSAPoll(polled, count, -1);
}

/* How many bytes were sent; not more than 0 when the connection is gone. */
static inline long socket_send(socket_handle socket, const char *bytes, size_t len)
{
    return send(socket, bytes, (int)len, 0);
}

/* How many bytes came; not more than 0 when the connection is gone. */
static inline long socket_receive(socket_handle socket, char *bytes, size_t capacity)
{
    return recv(socket, bytes, (int)capacity, 0);
}
#else
#  include <arpa/inet.h>
#  include <netinet/in.h>
#  include <poll.h>
#  include <sys/socket.h>
#  include <unistd.h>

typedef int socket_handle;
typedef nfds_t poll_count;
#  define NO_SOCKET (-1)

static inline int sockets_begin(void)
{
    return 1;
}

static inline void socket_close(socket_handle socket)
{
    (void)close(socket);
}

static inline int socket_poll(struct pollfd *polled, poll_count count)
{
    return poll(polled, count, -1);
}

/* How many bytes were sent; not more than 0 when the connection is gone. */
static inline long socket_send(socket_handle socket, const char *bytes, size_t len)
{
    return (long)send(socket, bytes, len, MSG_NOSIGNAL);
}

/* How many bytes came; not more than 0 when the connection is gone. */
static inline long socket_receive(socket_handle socket, char *bytes, size_t capacity)
{
    return (long)recv(socket, bytes, capacity, 0);
}
#endif

#endif
