/* A platform on loopback: an HTTP server of one thread that answers every request alike and remembers it. */
#ifndef SERVER_H
#define SERVER_H

#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SERVER_ROOM = 8192, SERVER_REQUESTS = 16 };

typedef struct server {
    int listener;
    unsigned port;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t came;
    char requests[SERVER_REQUESTS][SERVER_ROOM]; /* head and body, NUL-terminated */
    size_t count;
    int status; /* of every answer; 200 unless somebody sets another */
} server;

static inline size_t server_content_length(const char* head) {
    const char* line = head;
    for (; line != NULL; line = strchr(line, '\n')) {
        if (*line == '\n') ++line;
        if (strncasecmp(line, "content-length:", 15) == 0)
            return (size_t)strtoul(line + 15, NULL, 10);
    }
    return 0;
}

/* Reads one request; 0 when the connection ended before that. */
static inline int server_read(int connection, char* request) {
    size_t size = 0;
    request[0] = '\0';
    for (;;) {
        const char* end = strstr(request, "\r\n\r\n");
        ssize_t got;
        if (end != NULL && size - (size_t)(end + 4 - request) >= server_content_length(request))
            return 1;
        CHECK(size < SERVER_ROOM - 1);
        got = recv(connection, request + size, SERVER_ROOM - 1 - size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return 0;
        size += (size_t)got;
        request[size] = '\0';
    }
}

static inline void server_answer(server* self, int connection) {
    static char request[SERVER_ROOM];
    char answer[128];
    size_t size;
    if (!server_read(connection, request)) return;
    pthread_mutex_lock(&self->mutex);
    CHECK(self->count < SERVER_REQUESTS);
    memcpy(self->requests[self->count++], request, SERVER_ROOM);
    size = (size_t)snprintf(answer, sizeof answer,
                            "HTTP/1.1 %d Said\r\nContent-Type: application/json\r\n"
                            "Content-Length: 2\r\nConnection: close\r\n\r\n{}",
                            self->status);
    pthread_cond_broadcast(&self->came);
    pthread_mutex_unlock(&self->mutex);
    CHECK(size < sizeof answer);
    CHECK(send(connection, answer, size, MSG_NOSIGNAL) == (ssize_t)size);
}

static inline void* server_run(void* argument) {
    server* self = argument;
    for (;;) {
        const int connection = accept(self->listener, NULL, NULL);
        if (connection < 0 && errno == EINTR) continue;
        if (connection < 0) return NULL; /* the listener was shut down */
        server_answer(self, connection);
        close(connection);
    }
}

static inline void server_start(server* self) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    self->count = 0;
    self->status = 200;
    self->listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(self->listener >= 0);
    CHECK(bind(self->listener, (struct sockaddr*)&address, sizeof address) == 0);
    CHECK(listen(self->listener, 16) == 0);
    CHECK(getsockname(self->listener, (struct sockaddr*)&address, &size) == 0);
    self->port = ntohs(address.sin_port);
    CHECK(pthread_mutex_init(&self->mutex, NULL) == 0);
    CHECK(pthread_cond_init(&self->came, NULL) == 0);
    CHECK(pthread_create(&self->thread, NULL, server_run, self) == 0);
}

static inline void server_answers(server* self, int status) {
    pthread_mutex_lock(&self->mutex);
    self->status = status;
    pthread_mutex_unlock(&self->mutex);
}

/* Waits until so many requests came; the number that came within the time. */
static inline size_t server_wait(server* self, size_t count, unsigned timeout_ms) {
    struct timespec until;
    size_t came;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        ++until.tv_sec;
    }
    pthread_mutex_lock(&self->mutex);
    while (self->count < count)
        if (pthread_cond_timedwait(&self->came, &self->mutex, &until) != 0) break;
    came = self->count;
    pthread_mutex_unlock(&self->mutex);
    return came;
}

static inline void server_stop(server* self) {
    shutdown(self->listener, SHUT_RDWR);
    CHECK(pthread_join(self->thread, NULL) == 0);
    close(self->listener);
    pthread_cond_destroy(&self->came);
    pthread_mutex_destroy(&self->mutex);
}

#endif
