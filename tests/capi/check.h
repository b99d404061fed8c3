/* What the C programs share: checks that end the program, and words for strings. */
#ifndef CHECK_H
#define CHECK_H

#include "lampjack/lampjack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

/* Checks that a call gives that status; needs a variable `err`. */
#define GIVES(expected, call)                                                                    \
    do {                                                                                         \
        const ljk_status given_ = (call);                                                        \
        if (given_ != (expected) || err.status != given_) {                                      \
            fprintf(stderr, "%s:%d: %s gives %d (%s), expected %d\n", __FILE__, __LINE__, #call, \
                    (int)given_, err.message, (int)(expected));                                  \
            exit(1);                                                                             \
        }                                                                                        \
    } while (0)

static inline ljk_str text(const char* literal) {
    ljk_str out;
    out.ptr = literal;
    out.len = strlen(literal);
    return out;
}

static inline int is(ljk_str found, const char* expected) {
    return found.len == strlen(expected) && memcmp(found.ptr, expected, found.len) == 0;
}

static inline int holds(ljk_str found, const char* part) {
    const size_t size = strlen(part);
    size_t i;
    for (i = 0; i + size <= found.len; ++i)
        if (memcmp(found.ptr + i, part, size) == 0) return 1;
    return 0;
}

/* The text of the first member of that name in compact JSON, in `out`; fails the program when there is none. */
static inline ljk_str member(ljk_str json, const char* name, char* out, size_t room) {
    char key[64];
    size_t i, end;
    CHECK(snprintf(key, sizeof key, "\"%s\":\"", name) < (int)sizeof key);
    for (i = 0; i + strlen(key) <= json.len; ++i)
        if (memcmp(json.ptr + i, key, strlen(key)) == 0) break;
    CHECK(i + strlen(key) <= json.len);
    i += strlen(key);
    for (end = i; end < json.len && json.ptr[end] != '"'; ++end) {}
    CHECK(end - i < room);
    memcpy(out, json.ptr + i, end - i);
    out[end - i] = '\0';
    return text(out);
}

#endif
