/* What users may plug into Lampjack from C: an HTTP client of their own. The rules of lampjack.h hold here, too, except
 * that this header is stable within one minor version only.
 */
#ifndef LAMPJACK_EXTEND_H
#define LAMPJACK_EXTEND_H

#include "lampjack.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One request to send. The client owns it from the moment its `send` returned LJK_OK, and ends it exactly once, by
 *  ljk_http_call_answer or ljk_http_call_fail. Until then its fields may be read from any thread. */
typedef struct ljk_http_call ljk_http_call;

LJK_API ljk_str ljk_http_call_method(const ljk_http_call* call);
/** Absolute. It may hold a secret: never log it. */
LJK_API ljk_str ljk_http_call_url(const ljk_http_call* call);
LJK_API size_t ljk_http_call_header_count(const ljk_http_call* call);
LJK_API ljk_header ljk_http_call_header(const ljk_http_call* call, size_t index);
LJK_API ljk_str ljk_http_call_body(const ljk_http_call* call);
/** Until connected, TLS handshake included; and up to the last byte of the answer. */
LJK_API uint32_t ljk_http_call_connect_timeout_ms(const ljk_http_call* call);
LJK_API uint32_t ljk_http_call_total_timeout_ms(const ljk_http_call* call);
/** Whether a connection to that numeric address ("203.0.113.7", "2001:db8::1") is allowed: 1 or 0. To be asked after the
 *  name is resolved, immediately before connecting. @param tls 1 for https, 0 for plain http */
LJK_API int32_t ljk_http_call_allows(const ljk_http_call* call, ljk_str address, int32_t tls);

/** How far a request got that has no complete answer. That decides what may be repeated. */
enum {
    LJK_HTTP_REFUSED_BY_POLICY =
        0,                /**< never sent: address, scheme, method or header not allowed */
    LJK_HTTP_CONNECT = 1, /**< no connection, or lost before the whole request was written */
    LJK_HTTP_TLS = 2,     /**< the handshake failed; nothing was sent */
    LJK_HTTP_TIMEOUT_BEFORE_SENT = 3, /**< time ran out before the whole request was written */
    LJK_HTTP_UNKNOWN_AFTER_SENT = 4,  /**< written and not answered: it may have taken effect */
    LJK_HTTP_CUT_BODY = 5,            /**< an answer began and did not end */
    LJK_HTTP_TOO_LARGE = 6,           /**< the answer exceeds the client's limit */
    LJK_HTTP_CANCELLED = 7,           /**< cancel or close came first */
    LJK_HTTP_TLS_VERIFICATION = 8     /**< the certificate is not trusted; nothing was sent */
};

/** Ends a call with a complete answer, whatever its status. The call is gone afterwards; inputs are copied.
 *  Thread: any of the client's own, one call at a time, never inside `send`: a thread that sends may hold the client's
 *  lock. NULL is a no-op. */
LJK_API void ljk_http_call_answer(ljk_http_call* call, int32_t status, const ljk_header* headers,
                                  size_t header_count, ljk_str body);
/** Ends a call without one. The call is gone afterwards. An unknown kind counts as LJK_HTTP_UNKNOWN_AFTER_SENT.
 *  @param written 1 when the whole request had been written: it may have taken effect
 *  @param message one line for logs; never an address, a header or a body
 *  Thread: as above. */
LJK_API void ljk_http_call_fail(ljk_http_call* call, int32_t kind, int32_t written,
                                ljk_str message);

/** A client. The structure is copied when the hub is opened; send, cancel and close are required. A client puts each
 *  request on the wire at most once, follows no redirects, hands over every response header and does not decompress. */
typedef struct ljk_http_client {
    size_t struct_size; /**< sizeof(ljk_http_client) */
    /** Handed to each function as it is; must stay valid until ljk_hub_free returned. */
    void* user;
    /** Takes a call and returns at once, before anything is sent. LJK_OK: the client owns the call. Anything else: it
     *  was not taken, stays the library's and is tried again later.
     *  @param id names the call for `cancel`; never reused
     *  Thread: any of the hub's; may overlap with itself and with cancel. No lock of the hub is held. */
    ljk_status (*send)(void* user, uint64_t id, ljk_http_call* call);
    /** Asks for a call to end soon; it is still ended by the client, with LJK_HTTP_CANCELLED unless something else came
     *  first. An id that is unknown or over is ignored. Thread: any, overlapping; returns without waiting. */
    void (*cancel)(void* user, uint64_t id);
    /** Ends every call with LJK_HTTP_CANCELLED and refuses new ones. When it returns every call has been ended. Called
     *  once, by ljk_hub_close or ljk_hub_free, on their thread; it may overlap with send and cancel. */
    void (*close)(void* user);
} ljk_http_client;

#ifdef __cplusplus
}
#endif
#endif /* LAMPJACK_EXTEND_H */
