/*
 * A scripted HTTP/1.1 server on loopback, on one thread of its own: answers by method and path, records what it is
 * asked, and can keep silent.
 */
#ifndef SERVER_H
#define SERVER_H

#include <stddef.h>

typedef struct server server;

/* Starts listening on a free port; ends the program when it cannot. */
server *server_start(void);

/* The URL of a port of this machine that nobody listens on: bound, then given back. */
void server_refusing_url(char *out, size_t capacity);

/* Closes all connections, joins the thread and frees the server. */
void server_stop(server *self);

/* "http://127.0.0.1:port", valid until the server is stopped. */
const char *server_url(const server *self);

/*
 * What a request to this path gets from now on. Unknown paths get 404. `headers` are whole lines with "\r\n", or "";
 * a status of 0 keeps the request unanswered until server_release.
 */
void server_answer(server *self, const char *method, const char *path, int status, const char *headers, const char *body);

/* The same, for the next such request only; those come first, in order. */
void server_answer_once(server *self, const char *method, const char *path, int status, const char *headers,
                        const char *body);

/* From now on connections are accepted and never read. */
void server_go_silent(server *self);

/* Answers the requests that were kept unanswered by what is scripted now. */
void server_release(server *self);

/* How many requests came so far. */
size_t server_count(server *self);

/* How many connections were accepted so far. */
size_t server_connections(server *self);

/* How many requests are kept unanswered now. */
size_t server_held(server *self);

/* How many requests with this method and path came so far. */
size_t server_count_of(server *self, const char *method, const char *path);

/* The whole head of a request, from 0, with its body, copied out; "" when there is none. */
void server_request(server *self, size_t index, char *out, size_t capacity);

/* The body of the newest request with this method and path, copied out; "" when there is none. */
void server_body(server *self, const char *method, const char *path, char *out, size_t capacity);

#endif
