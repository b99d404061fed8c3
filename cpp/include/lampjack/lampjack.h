/* Lampjack: connects bots to humans. The stable C interface; extend.h holds what users may plug in.
 *
 * Rules that hold for every function:
 *
 *  - Strings are UTF-8 bytes with a length (ljk_str). Those passed in are borrowed for the call and never kept; those
 *    returned are borrowed from the first argument and live as long as it does.
 *  - What comes out through a pointer to a pointer belongs to the caller, who ends it with the type's own _free function.
 *    Freeing NULL is a no-op. Handles may be freed in any order, also after the hub they came from. Nothing of the
 *    library's is ever freed with free().
 *  - A function that can fail returns an ljk_status and fills *err, unless err is NULL. After a failure every output is
 *    NULL or zero; the one exception, the receipt of a refused command, is told at ljk_receipt. Each function names the
 *    codes that are particular to it; besides, each may return LJK_E_ARGUMENT (a NULL where none is allowed, a structure
 *    without its struct_size, text that is not UTF-8), LJK_E_INTERNAL (out of memory, or a bug in this library) and,
 *    when it reads or writes the store, LJK_E_STORE.
 *  - Accessors cannot fail: out of range, or of NULL, they give an empty string or zero.
 *  - Threads: functions that take a hub may be called from any thread at any time, except ljk_hub_free, which comes last.
 *    Every other handle is immutable and may be read from any thread, but freed by one, once; an ljk_reception
 *    and an ljk_head are used by one thread at a time. There is no state that belongs to a thread, no signal handler and no output.
 *  - JSON stands for what is rich: configuration, events (the canonical form, version 1), items, conversations and
 *    deliveries. New keys may be added to what comes out.
 */
#ifndef LAMPJACK_H
#define LAMPJACK_H

#include <stddef.h>
#include <stdint.h>

#include "version.h"

#define LJK_ABI_VERSION 1u /* changes when a caller compiled before would break */

#ifndef LJK_API
#if defined(LJK_BUILDING_LIBRARY) && defined(__GNUC__)
#define LJK_API __attribute__((visibility("default")))
#else
#define LJK_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status and errors --------------------------------------------------------------------------------------------- */

/** Outcome of every call that can fail. Values are only ever added, never renumbered. */
typedef int32_t ljk_status;
enum {
    LJK_OK = 0,
    LJK_E_ARGUMENT = 1,      /**< the caller broke a documented precondition */
    LJK_E_CONFIG = 2,        /**< the configuration is incomplete or names something unknown */
    LJK_E_AUTH = 3,          /**< the sender is not who it must be: answer 401 */
    LJK_E_JSON = 4,          /**< the body is not acceptable JSON: answer 400 */
    LJK_E_PAYLOAD = 5,       /**< valid JSON, but not what the platform documents: answer 400 */
    LJK_E_TOO_LARGE = 6,     /**< the body or one of its parts exceeds a limit: answer 413 */
    LJK_E_NOT_FOUND = 7,     /**< no such account, conversation or delivery */
    LJK_E_NOT_OWNER = 8,     /**< another agent, or the bot, owns the conversation */
    LJK_E_STALE_OWNER = 9,   /**< decided under an epoch that is over */
    LJK_E_UNSUPPORTED = 10,  /**< the platform or the state does not allow this */
    LJK_E_TIMEOUT = 11,      /**< nothing happened within the given time */
    LJK_E_STORE = 12,        /**< the store cannot be read or written now: answer 503 */
    LJK_E_CLOSED = 13,       /**< the hub was closed */
    LJK_E_NETWORK = 14,      /**< the other side could not be reached or did not answer */
    LJK_E_CONFLICT = 15,     /**< somebody else changed it at the same time: run the change again */
    LJK_E_LIMIT = 16,        /**< more than a limit allows for now: try again later, answer 429 */
    LJK_E_LEASE_LOST = 17,   /**< the lease of an item or message has ended */
    LJK_E_KEY_CONFLICT = 18, /**< the key was given before with another command: answer 409 */
    LJK_E_INTERNAL = 99      /**< out of memory, or a bug in this library */
};

/** Why a call failed, in the caller's memory. The layout is frozen. */
typedef struct ljk_error {
    ljk_status status;
    /** One line of UTF-8 without control characters, NUL-terminated; never a secret, a payload or a person's data. */
    char message[252];
} ljk_error;

/** UTF-8 bytes with a length, not NUL-terminated. A NULL ptr is the empty string. The layout is frozen. */
typedef struct ljk_str {
    const char* ptr;
    size_t len;
} ljk_str;

/** The ljk_str of a string literal. */
#ifdef __cplusplus
#define LJK_S(literal) (ljk_str{"" literal, sizeof(literal) - 1})
#else
#define LJK_S(literal) ((ljk_str){"" literal, sizeof(literal) - 1})
#endif

/** One HTTP header. The layout is frozen. */
typedef struct ljk_header {
    ljk_str name; /**< in any case */
    ljk_str value;
} ljk_header;

/** The ABI of the loaded library. Refuse to go on unless it is LJK_ABI_VERSION. */
LJK_API uint32_t ljk_abi_version(void);
/** The release of the loaded library, such as "0.1.0". Static. */
LJK_API ljk_str ljk_version(void);
/** A status by its name, such as "not_owner"; empty for a number that is none. Static. */
LJK_API ljk_str ljk_status_name(ljk_status status);
/** 1 when the same call may succeed later without any change by the caller, else 0. */
LJK_API int32_t ljk_status_is_retryable(ljk_status status);

/** Text that the library made for the caller: JSON, or a request body. */
typedef struct ljk_text ljk_text;
LJK_API ljk_str ljk_text_str(const ljk_text* text);
LJK_API void ljk_text_free(ljk_text* text);

/* ---- Requests and answers ------------------------------------------------------------------------------------------ */

/** One request that reached the caller's web server. Start from LJK_REQUEST_INIT; fields are only ever appended. */
typedef struct ljk_request {
    size_t struct_size;
    ljk_str method;            /**< upper case; empty is "POST" */
    ljk_str path;              /**< below {prefix}/{account}, as received; empty is "/" */
    ljk_str query;             /**< as received, without '?' */
    const ljk_header* headers; /**< may be NULL when header_count is 0 */
    size_t header_count;
    ljk_str body; /**< the bytes as received; nothing in a request need be UTF-8 */
    ljk_str peer; /**< the sender's IP address, for allow_senders; may be empty */
} ljk_request;
#define LJK_REQUEST_INIT                                                                      \
    {                                                                                         \
        sizeof(ljk_request), {NULL, 0}, {NULL, 0}, {NULL, 0}, NULL, 0, {NULL, 0}, { NULL, 0 } \
    }

/** What the web server must answer. */
typedef struct ljk_answer ljk_answer;
LJK_API int32_t ljk_answer_status(const ljk_answer* answer);
LJK_API size_t ljk_answer_header_count(const ljk_answer* answer);
LJK_API ljk_header ljk_answer_header(const ljk_answer* answer, size_t index);
LJK_API ljk_str ljk_answer_body(const ljk_answer* answer);
LJK_API void ljk_answer_free(ljk_answer* answer);

/* ---- Events: pure functions, no hub needed ------------------------------------------------------------------------- */

/** Which way a body travels: from the vendor's platform to us, or from us to it. */
enum { LJK_IN = 0, LJK_OUT = 1 };

/** Kinds of events. New ones may come: treat a number you do not know as LJK_KIND_UNKNOWN. */
enum {
    LJK_KIND_UNKNOWN = 0,
    LJK_KIND_MESSAGE = 1,
    LJK_KIND_HANDOVER_REQUESTED = 2,
    LJK_KIND_HANDOVER = 3,
    LJK_KIND_SESSION = 4
};
/** Who did it. */
enum {
    LJK_ROLE_UNKNOWN = 0,
    LJK_ROLE_USER = 1,
    LJK_ROLE_BOT = 2,
    LJK_ROLE_AGENT = 3,
    LJK_ROLE_SYSTEM = 4
};
/** Whether the conversation is a real user's or a rehearsal. */
enum { LJK_MODE_UNKNOWN = 0, LJK_MODE_LIVE = 1, LJK_MODE_TEST = 2 };
/** Types of the parts of a message. */
enum {
    LJK_PART_UNKNOWN = 0,
    LJK_PART_TEXT = 1,
    LJK_PART_CHOICE = 2,
    LJK_PART_CARDS = 3,
    LJK_PART_FILE = 4,
    LJK_PART_LOCATION = 5,
    LJK_PART_POSTBACK = 6,
    LJK_PART_START = 7
};
/** How far a verified sender may go. */
enum {
    LJK_TRUST_NONE = 0,
    LJK_TRUST_FULL = 1,
    LJK_TRUST_HANDOVER_ONLY = 2 /**< accept a handover request, refuse everything else */
};
/** What ljk_event_sent_at gives when the sender told no time. */
#define LJK_NO_TIME INT64_MIN

/** The events of one body, in order. */
typedef struct ljk_batch ljk_batch;

/** Reads a body of a platform. Verifies nothing. The body's shape tells direction and dialect; path, query and headers of
 *  the request are used where a platform puts something there, its method is not looked at.
 *  @param account stands in the events' conversations and counts in their ids; may be empty
 *  @return LJK_OK, LJK_E_JSON, LJK_E_PAYLOAD, LJK_E_TOO_LARGE, LJK_E_CONFIG (unknown platform) */
LJK_API ljk_status ljk_parse(ljk_str platform, ljk_str account, const ljk_request* request,
                             ljk_batch** out, ljk_error* err);
/** Reads events back from their canonical JSON: one object, or an array of events of one platform.
 *  @return LJK_OK, LJK_E_JSON, LJK_E_PAYLOAD */
LJK_API ljk_status ljk_read_events(ljk_str events_json, ljk_batch** out, ljk_error* err);
LJK_API void ljk_batch_free(ljk_batch* batch);

LJK_API size_t ljk_batch_count(const ljk_batch* batch);
/** The platform's name; empty when the events are of none. */
LJK_API ljk_str ljk_batch_platform(const ljk_batch* batch);
/** All events in their canonical JSON, one a line, each line ended by '\n'. Made when first asked for. */
LJK_API ljk_str ljk_batch_lines(const ljk_batch* batch);

/** One event in its canonical JSON. */
LJK_API ljk_str ljk_event_json(const ljk_batch* batch, size_t event);
LJK_API int32_t ljk_event_kind(const ljk_batch* batch, size_t event); /**< LJK_KIND_… */
LJK_API int32_t ljk_event_role(const ljk_batch* batch,
                               size_t event); /**< LJK_ROLE_… of the actor */
LJK_API int32_t ljk_event_mode(const ljk_batch* batch,
                               size_t event); /**< LJK_MODE_…; unknown without a conversation */
/** The vendor's id of the conversation, of the bot, of the user or agent who acted, of the message. */
LJK_API ljk_str ljk_event_conversation(const ljk_batch* batch, size_t event);
LJK_API ljk_str ljk_event_bot(const ljk_batch* batch, size_t event);
LJK_API ljk_str ljk_event_actor(const ljk_batch* batch, size_t event);
LJK_API ljk_str ljk_event_vendor_id(const ljk_batch* batch, size_t event);
/** Milliseconds since 1970-01-01T00:00:00Z, or LJK_NO_TIME. */
LJK_API int64_t ljk_event_sent_at(const ljk_batch* batch, size_t event);
LJK_API size_t ljk_event_part_count(const ljk_batch* batch, size_t event);
LJK_API int32_t ljk_event_part_type(const ljk_batch* batch, size_t event,
                                    size_t part); /**< LJK_PART_… */
/** The words of a part: the text of a text or choice, the title of a location or postback, the address of a file. */
LJK_API ljk_str ljk_event_part_text(const ljk_batch* batch, size_t event, size_t part);

/** The words that stand for these numbers in JSON, such as "handover_requested". Static. */
LJK_API ljk_str ljk_kind_name(int32_t kind);
LJK_API ljk_str ljk_role_name(int32_t role);
LJK_API ljk_str ljk_part_type_name(int32_t type);

/** All events of the batch as one body of its own platform; what was read comes back up to the order of keys.
 *  @param direction LJK_IN or LJK_OUT
 *  @return LJK_OK, LJK_E_UNSUPPORTED (the platform has no such body), LJK_E_PAYLOAD */
LJK_API ljk_status ljk_batch_write(const ljk_batch* batch, int32_t direction, ljk_text** out,
                                   ljk_error* err);
/** The same from canonical JSON: ljk_read_events and ljk_batch_write in one step. `platform` must be that of the events,
 *  or the events of none. Events of another platform go through ljk_convert, which tells what gets lost.
 *  @return as both, and LJK_E_CONFIG (unknown platform), LJK_E_UNSUPPORTED (events of another platform) */
LJK_API ljk_status ljk_write(ljk_str platform, ljk_str events_json, int32_t direction,
                             ljk_text** out, ljk_error* err);
/** One event of any platform as one body of another. What that one cannot carry is downgraded by fixed rules. Parts that
 *  have no place beside each other in one body become lines of one text: two files become two links.
 *  @param losses a JSON array of the places of the event that the body does not give back, {"part","field","what"}; "part"
 *  is there for a place of a part. "what" is "missing", "changed", "made_up" (the platform requires it, and the event does
 *  not say it) or "file_not_ready" (the platform ignores such a file). A part that became another has the field "type", with
 *  the types as "before" and "after" (no "after" where nothing is left of it); what the new part does not say of the old one
 *  follows. The field "content" is "changed" where parts were joined or reordered. [] when nothing is lost. What a request
 *  says in its address instead counts as lost. May be NULL
 *  @return LJK_OK, LJK_E_ARGUMENT (no such event), LJK_E_CONFIG (unknown platform), LJK_E_UNSUPPORTED */
LJK_API ljk_status ljk_convert(const ljk_batch* batch, size_t event, ljk_str platform,
                               ljk_text** body, ljk_text** losses, ljk_error* err);
/** What a bot's own script at the platform gets of an event: {"text"?,"variables":{name:value}}. The text of a file is its
 *  token (Omnichannel: `file:type|id|url`), of a pressed button its label; a file that is not ready has none.
 *  @return LJK_OK, LJK_E_ARGUMENT (no such event), LJK_E_UNSUPPORTED (the vendor documents nothing of the kind) */
LJK_API ljk_status ljk_batch_script(const ljk_batch* batch, size_t event, ljk_text** out,
                                    ljk_error* err);
/** What a text of such a script stands for, as a canonical part: a file for a file token, else a text. Never give it a
 *  user's own text, where anybody can type a token.
 *  @return LJK_OK, LJK_E_ARGUMENT, LJK_E_CONFIG (unknown platform) */
LJK_API ljk_status ljk_script_part(ljk_str platform, ljk_str text, ljk_text** out, ljk_error* err);
/** Tells whether a raw request comes from the account's platform. No byte of the body is parsed.
 *  @param account_json the account's settings, as under "account" in a hub's configuration
 *  @param trust LJK_TRUST_…, how far the sender may go; may be NULL
 *  @return LJK_OK, LJK_E_AUTH, LJK_E_CONFIG, LJK_E_NOT_FOUND (no such path), LJK_E_UNSUPPORTED (no such method there) */
LJK_API ljk_status ljk_verify(ljk_str account_json, const ljk_request* request, int32_t* trust,
                              ljk_error* err);

/* ---- Hub: life ----------------------------------------------------------------------------------------------------- */

/** The engine of one process. */
typedef struct ljk_hub ljk_hub;

/** Which background threads a process wants. LJK_RUN_NOTHING starts neither of the two. The two threads that keep leases
 *  start with the first lease, whatever the flags: see ljk_hub_open. */
enum { LJK_RUN_NOTHING = 0, LJK_RUN_SENDER = 1, LJK_RUN_TIMERS = 2 };

/** A handover request that waits for a decision. Borrowed: see ljk_decide and ljk_reception_question. */
typedef struct ljk_question ljk_question;
LJK_API ljk_str ljk_question_ref(const ljk_question* question);
/** The event in its canonical JSON, with its transcript. */
LJK_API ljk_str ljk_question_json(const ljk_question* question);
/** How long a decision may take, in milliseconds. A later one is ignored and logged: the platform's default holds. */
LJK_API int64_t ljk_question_deadline_ms(const ljk_question* question);

/** Decisions. */
enum {
    LJK_UNDECIDED = -1, /**< no decision: the platform's default holds */
    LJK_DECLINE = 0,
    LJK_ACCEPT = 1,
    LJK_ACCEPT_MUTED = 2 /**< accept, and the bot falls silent at once where the platform can do
                            that; the account's `mute` "on_take" or "never" wins */
};
/** Decides about a handover request. Returns LJK_ACCEPT, LJK_ACCEPT_MUTED or LJK_DECLINE. Any other number, and a decision
 *  later than ljk_question_deadline_ms, is no decision. The platform's default then holds: the request is declined where
 *  the answer carries the decision (Chatlayer offloading), and elsewhere accepted as by LJK_ACCEPT: the bot is muted when
 *  an agent takes the conversation, unless the account's `mute` is "never".
 *  Thread: the one inside ljk_hub_receive; overlaps with itself when the host receives on several threads. No lock is
 *  held: it may call every function of the hub but close and free. `question` lives until it returns. */
typedef int32_t (*ljk_decide)(void* user, const ljk_question* question);
/** Takes one line for an operator. `level` is "info", "warning" or "error". The text is `name key=value …`, such as
 *  `delivery.dead account=shop conversation=7f3a… reason=status_422 attempts=12`: a dotted event name, then its keys. A
 *  value with a space, a quote, a backslash, an equals sign or a control character is a JSON string. Names and keys do not
 *  change within a major version; new ones may be added. `conversation` is a keyed hash: the text holds no secret and no
 *  personal data. Thread: any, overlapping; no lock is held. Both strings live until it returns. It must not call the hub. */
typedef void (*ljk_log)(void* user, ljk_str level, ljk_str text);

struct ljk_http_client; /* extend.h */

/** Start from LJK_HUB_OPTIONS_INIT. Fields are only ever appended. Each `user` pointer is handed back as it is and must
 *  stay valid until the hub, and every item, sink delivery and reception of it, is freed. Where the safe default declines, a
 *  missing `decide` is logged as `decide.missing`, once for each account. */
typedef struct ljk_hub_options {
    size_t struct_size;
    ljk_log log; /**< may be NULL */
    void* log_user;
    ljk_decide
        decide; /**< NULL: ljk_hub_receive gives every handover request the platform's safe default */
    void* decide_user;
    const struct ljk_http_client*
        http_client; /**< NULL: the built-in client. The structure is copied */
} ljk_hub_options;
#define LJK_HUB_OPTIONS_INIT \
    { sizeof(ljk_hub_options), NULL, NULL, NULL, NULL, NULL }

/** Opens a hub from its configuration, such as {"store":"memory:","account":{"shop":{"platform":…}}}. `lampjack settings`
 *  prints every key with its kind, default, range and meaning.
 *  A text "env:NAME" stands for that environment variable, "file:PATH" for the content of that file: at most 64 KiB of UTF-8,
 *  the newlines at its end removed. PATH is absolute, or relative to the folder in the key "config_dir". With
 *  "secrets":"literal" such a text stands for itself.
 *  With the first lease (ljk_hub_next, ljk_hub_next_sink, or something to send) two more threads start, whatever `run` says:
 *  one writes the heartbeat, every five seconds; the other ends the leases of items held for too long, and those of hubs that
 *  are dead. Neither calls a callback but `log`. They end with ljk_hub_close.
 *  @param run which threads it starts at once: LJK_RUN_SENDER sends what is due, LJK_RUN_TIMERS ends waits and what idle
 *  agents hold, and warns of requests that nobody hears; LJK_RUN_NOTHING starts none
 *  @return LJK_OK, LJK_E_JSON, LJK_E_CONFIG (the message is `account.shop.t_accept: what is wrong`; it holds no secret), LJK_E_STORE */
LJK_API ljk_status ljk_hub_open(ljk_str config_json, uint32_t run, ljk_hub** out, ljk_error* err);
/** The same with callbacks; NULL options are none. */
LJK_API ljk_status ljk_hub_open_with(ljk_str config_json, uint32_t run,
                                     const ljk_hub_options* options, ljk_hub** out, ljk_error* err);
/** Does once, on this thread, what the sender and the timers would do now. For hubs opened with LJK_RUN_NOTHING. Threads that
 *  step at once do so one after the other. No callback may call it. */
LJK_API ljk_status ljk_hub_step(ljk_hub* hub, ljk_error* err);
/** Stops sending anything new and waits for what is under way: the first thing to do on SIGTERM.
 *  @return LJK_OK, LJK_E_TIMEOUT (something is still under way; it is sent again after a restart, under the same key),
 *          LJK_E_CLOSED (the hub was closed meanwhile) */
LJK_API ljk_status ljk_hub_drain(ljk_hub* hub, uint32_t timeout_ms, ljk_error* err);
/** Wakes every waiting call with LJK_E_CLOSED, cancels what is under way and ends the threads. Twice is a no-op. Not from
 *  a callback. */
LJK_API ljk_status ljk_hub_close(ljk_hub* hub, ljk_error* err);
/** Closes and ends the hub. No call may be running on it: with several threads close first, then join them. */
LJK_API void ljk_hub_free(ljk_hub* hub);

/* ---- Hub: requests in ---------------------------------------------------------------------------------------------- */

/** Verifies, reads, decides, stores and answers one request, from any web server. Every fault of the sender is an answer
 *  (401, 400, 404 …) and LJK_OK. Blocks for as long as `decide` takes.
 *  @return LJK_OK */
LJK_API ljk_status ljk_hub_receive(ljk_hub* hub, ljk_str account, const ljk_request* request,
                                   ljk_answer** out, ljk_error* err);

/** What the head of a request alone decides. For web servers that read the body themselves: nobody who may not send a body
 *  makes them hold one. Used by one thread at a time; may outlive its hub. */
typedef struct ljk_head ljk_head;
/** Checks a request before its body is read: path, method, limits, sender, media type. Reads nothing of the store. The member
 *  `body` of the request is ignored; how long the body will be is read from its header Content-Length, if it has one.
 *  Either ljk_head_answer then returns the finished answer: 404, 405, 413, 401 (or what the platform documents instead), 415,
 *  429 for too many without a token, 503 while this process holds too many bytes of bodies; also that of a health check. Or the body may be read: at most
 *  ljk_head_max_body bytes within ljk_head_timeout_ms, each piece counted by ljk_head_take. Give the whole request to
 *  ljk_hub_receive or ljk_hub_begin afterwards: they believe nothing of this and verify again. Free the head when the body is
 *  freed. Keys of the configuration: body_timeout_ms, bodies_in_flight, account_bodies_in_flight, max_anonymous_body.
 *  @return LJK_OK, also with an answer that refuses */
LJK_API ljk_status ljk_hub_check_head(ljk_hub* hub, ljk_str account, const ljk_request* request,
                                      ljk_head** out, ljk_error* err);
/** The finished answer, borrowed from the head; NULL while the body may be read. Once there is one it stays. Send it, and read
 *  nothing more. */
LJK_API const ljk_answer* ljk_head_answer(const ljk_head* head);
/** How many bytes of the body may be read; a body without a token may have fewer than one with. */
LJK_API size_t ljk_head_max_body(const ljk_head* head);
/** How long reading the whole body may take, in milliseconds. The clock is the caller's. */
LJK_API int64_t ljk_head_timeout_ms(const ljk_head* head);
/** Counts so many bytes more of the body, before they are kept. Look for ljk_head_answer afterwards: 413 when the body is
 *  too large, 503 with Retry-After while this process, or the account, holds too many bytes of bodies.
 *  @return LJK_OK, also when there is an answer now */
LJK_API ljk_status ljk_head_take(ljk_head* head, size_t bytes, ljk_error* err);
/** The body was not complete in time: ljk_head_answer is 408 now, unless there was an answer.
 *  @return LJK_OK */
LJK_API ljk_status ljk_head_late(ljk_head* head, ljk_error* err);
/** Gives back the bytes that were counted. */
LJK_API void ljk_head_free(ljk_head* head);

/** A request between begin and finish: verified and read, not stored. For hosts that decide asynchronously. */
typedef struct ljk_reception ljk_reception;
/** The first half of ljk_hub_receive. The request's bytes are not needed afterwards.
 *  @return LJK_OK, also for a request that finish will refuse */
LJK_API ljk_status ljk_hub_begin(ljk_hub* hub, ljk_str account, const ljk_request* request,
                                 ljk_reception** out, ljk_error* err);
/** The question to decide, borrowed from the reception; NULL when there is none: then finish needs no decision. */
LJK_API const ljk_question* ljk_reception_question(const ljk_reception* reception);
/** The raw body that only the host understands (relays of a Chatlayer app); empty when there is none. */
LJK_API ljk_str ljk_reception_untranslated(const ljk_reception* reception);
/** Tells what such a body means, as canonical events. They have the effects they would have from the platform; where one
 *  names no conversation its actor's id does, and those without either are refused, with a line in the log. A handover request
 *  among them makes a question: ask ljk_reception_question again, with what is left of the deadline. The answer holds what the
 *  platform's bot is to get, in the order of the events. Without this call the body is kept as an unknown event. After an
 *  error the reception is as it was before the call: translate again, finish or free it; a question that it had is still
 *  valid. After LJK_OK only what ljk_reception_question returns then is.
 *  @return LJK_OK, LJK_E_ARGUMENT (nothing to translate, or its answer is known), LJK_E_JSON, LJK_E_PAYLOAD, LJK_E_STORE */
LJK_API ljk_status ljk_reception_translate(ljk_reception* reception, ljk_str events_json,
                                           ljk_error* err);
/** Decides about the question. ljk_reception_question then returns the next one, or NULL. Only a translation has more than one:
 *  each of its users who asks for a human is asked about. A host that calls ljk_reception_finish alone decides about the first
 *  one, and the platform's default holds for the others. ljk_hub_receive asks `decide` about each.
 *  @param decision as of ljk_reception_finish
 *  @return LJK_OK, LJK_E_ARGUMENT (no question, or no such decision) */
LJK_API ljk_status ljk_reception_decide(ljk_reception* reception, int32_t decision, ljk_str reason,
                                        ljk_error* err);
/** The second half: stores and answers. A second call gives the first answer again. The decision is about the question.
 *  @param decision LJK_UNDECIDED, LJK_DECLINE, LJK_ACCEPT or LJK_ACCEPT_MUTED
 *  @param reason why it was declined, for the records; may be empty */
LJK_API ljk_status ljk_reception_finish(ljk_reception* reception, int32_t decision, ljk_str reason,
                                        ljk_answer** out, ljk_error* err);
/** Without finish the request counts as never received. */
LJK_API void ljk_reception_free(ljk_reception* reception);

/* ---- Hub: items out ------------------------------------------------------------------------------------------------ */

/** An event or an engine fact, leased to this process: nobody else gets it meanwhile. */
typedef struct ljk_item ljk_item;

/** What became of an item or sink delivery. */
enum { LJK_DONE = 1, LJK_RETRY = 2 };

/** Declares a subscription. A new one starts with the oldest item kept. The name is permanent; processes that use the
 *  same one compete for its items. Items come in order within one subscription and conversation; two subscriptions do not
 *  wait for each other.
 *  @param filter_json {"to":"desk"|"bot"|"nobody","kinds":[…],"accounts":[…],"include_bot":bool,"start":"now"}, each key
 *  optional; empty for all. What is for both is for the desk and for the bot; "include_bot", with "to":"desk", adds what the
 *  bot says while a human is wanted (flag "bot_line"). "accounts" are those of this process; without them it gets items of
 *  all accounts of its hub. "start":"now" lets a new subscription begin with what comes from now on, else with the oldest
 *  item kept; for a known one it has no effect, and the log says so
 *  @return LJK_OK, LJK_E_JSON, LJK_E_ARGUMENT (an unknown key, kind or "to"), LJK_E_CONFIG (another live process has it with
 *  other "kinds", "to" or "include_bot": the message names both; or an account is not configured) */
LJK_API ljk_status ljk_hub_subscribe(ljk_hub* hub, ljk_str subscription, ljk_str filter_json,
                                     ljk_error* err);
/** Waits for the next item: in order within a conversation, one at a time there. A name that was never declared is
 *  subscribed to everything. An item is this process's from here to ljk_item_done or ljk_item_free, for `item_hold_ms` (five
 *  minutes) at most. It then comes again: the try counts, and LJK_E_LEASE_LOST meets who is done with it later. Where the
 *  process dies it comes again within 15 seconds, in any hub that uses the store. While this hub cannot write its heartbeat
 *  no item comes.
 *  @param timeout_ms 0 only looks
 *  @return LJK_OK, LJK_E_TIMEOUT (no item came), LJK_E_CLOSED, LJK_E_NOT_FOUND (another process had declared the name and it
 *  was dropped since: declare it again) */
LJK_API ljk_status ljk_hub_next(ljk_hub* hub, ljk_str subscription, uint32_t timeout_ms,
                                ljk_item** out, ljk_error* err);
/** {"id","seq","epoch","episode","state","to","flags","ref","account","received_at","delivery","attempt","event" or
 *  "fact"}; "to" is desk, bot, both or nobody. The flag "rerouted": the user's words were for the bot and a human reads them
 *  instead, with "maybe_forwarded" when the bot may have had them. "delivery" is the id of the delivery that carries the
 *  item's words, the last one where they were queued again; absent where none does. The fact "delivery_changed" holds the
 *  delivery as ljk_hub_delivery gives it, without "ref". */
LJK_API ljk_str ljk_item_json(const ljk_item* item);
/** The conversation; as the "ref" of the JSON, for a command without reading it. */
LJK_API ljk_str ljk_item_ref(const ljk_item* item);
/** The kind of the event ("message", "handover_requested", …) or of the fact ("owner_changed", "delivery_changed", …): the
 *  words that "kinds" of ljk_hub_subscribe takes. */
LJK_API ljk_str ljk_item_kind(const ljk_item* item);
/** The item's number in the transcript: for ljk_hub_transcript_up_to and ljk_hub_why. */
LJK_API uint64_t ljk_item_seq(const ljk_item* item);
/** The epoch when it was recorded: for ljk_command_options. */
LJK_API uint64_t ljk_item_epoch(const ljk_item* item);
/** Acknowledges an item, or has it handed out again after a growing wait. The handle is still to be freed.
 *  @param outcome LJK_DONE or LJK_RETRY
 *  @return LJK_OK, LJK_E_LEASE_LOST (it may be in other hands by now; earlier releases returned LJK_E_UNSUPPORTED) */
LJK_API ljk_status ljk_item_done(ljk_item* item, int32_t outcome, ljk_error* err);
/** Without an outcome the item counts as LJK_RETRY, with the reason "freed without an outcome". After ljk_hub_close, and while
 *  the store cannot be written, its lease ends by itself instead, within five minutes. NULL is a no-op. */
LJK_API void ljk_item_free(ljk_item* item);

/** All subscriptions of the store, by name, with what waits of the hub's accounts: [{"name","kinds","to","include_bot","accounts","waiting","oldest_at",
 *  "served_at","holders","left_behind"}]. "waiting" counts items up to 1000, "oldest_at" is when the first of them was
 *  received, "served_at" when items were leased last, within a minute, "holders" are live processes as host:pid.
 *  "left_behind": items wait, and no process has leased any for 24 hours. "accounts" is what an earlier release stored. */
LJK_API ljk_status ljk_hub_subscriptions(ljk_hub* hub, ljk_text** out, ljk_error* err);
/** Removes a subscription with all that waits for it and what it has given up. One of that name declared later is new.
 *  @return LJK_OK, LJK_E_NOT_FOUND, LJK_E_UNSUPPORTED (a live process has it, or items of accounts of other hubs wait for it) */
LJK_API ljk_status ljk_hub_drop_subscription(ljk_hub* hub, ljk_str subscription, ljk_error* err);

/* ---- Hub: commands ------------------------------------------------------------------------------------------------- */

/** How a command is meant. Start from LJK_COMMAND_OPTIONS_INIT; fields are only ever appended. */
typedef struct ljk_command_options {
    size_t struct_size;
    ljk_str agent;  /**< who commands */
    uint64_t epoch; /**< the epoch of the item or snapshot it was decided on; 0: the present one */
    ljk_str
        key; /**< the same command again under this key gives the first receipt, for 14 days at least; another
                     *   command, agent or content is LJK_E_KEY_CONFLICT. Empty: each call is a new command */
    int32_t force;       /**< take although another has it */
    int32_t supervisor;  /**< the agent may act on what is another's */
    ljk_str by;          /**< request, cancel, close: agent, user, bot, rule, desk or platform */
    ljk_str target_kind; /**< pass, request, decline: anyone, agent or team */
    ljk_str target;      /**< which agent or team */
} ljk_command_options;
#define LJK_COMMAND_OPTIONS_INIT                                                            \
    {                                                                                       \
        sizeof(ljk_command_options), {NULL, 0}, 0, {NULL, 0}, 0, 0, {NULL, 0}, {NULL, 0}, { \
            NULL, 0                                                                         \
        }                                                                                   \
    }

/** What became of a command: accepted or refused. The command functions give it after LJK_OK and also after the refusals
 *  LJK_E_NOT_OWNER, LJK_E_STALE_OWNER and LJK_E_UNSUPPORTED, so that the caller can see who owns the conversation now. */
typedef struct ljk_receipt ljk_receipt;
/** {"ok","ref","seq","state","epoch","owner","delivery":{"id","status"},"losses","repeated"} or
 *  {"ok":false,"ref","refusal":{"code","why","owner","epoch","allowed"}}. "seq" is the transcript item that the command
 *  made. "delivery" is absent when nothing is sent; where the words leave in several messages it is the last. "losses" has
 *  the form of ljk_convert's: what those messages do not say of the words, and of the user who speaks; absent when nothing
 *  is lost. "repeated" is true when the key was known: the command was carried out before, state and owner are those of
 *  now. A release that waits for earlier messages has no delivery yet; repeated after them it has that of the return call. */
LJK_API ljk_str ljk_receipt_json(const ljk_receipt* receipt);
/** What to ask deliveries for; empty when nothing is sent. */
LJK_API ljk_str ljk_receipt_delivery(const ljk_receipt* receipt);
/** The conversation's present state: "bot", "requested", "agent", "returning" or "closed". */
LJK_API ljk_str ljk_receipt_state(const ljk_receipt* receipt);
/** The conversation's present epoch and owner ("bot", "agent" or "nobody"; the agent when it is one). */
LJK_API uint64_t ljk_receipt_epoch(const ljk_receipt* receipt);
LJK_API ljk_str ljk_receipt_owner(const ljk_receipt* receipt);
LJK_API ljk_str ljk_receipt_agent(const ljk_receipt* receipt);
LJK_API void ljk_receipt_free(ljk_receipt* receipt);

/* All commands: `ref` names the conversation; `options` and `out` may be NULL. They return when the command is stored,
 * not when it is sent (ljk_hub_wait waits for that), with LJK_OK, LJK_E_NOT_FOUND, LJK_E_NOT_OWNER, LJK_E_STALE_OWNER,
 * LJK_E_UNSUPPORTED, LJK_E_KEY_CONFLICT or LJK_E_CLOSED. Nothing is stored after LJK_E_ARGUMENT, whose message names the member
 * and quotes no value:
 *  - take and reply need an agent; a target of the kind agent or team needs its id;
 *  - content needs a part, and a text part words that are not blank. A file needs "url", a postback "title" or "payload", a choice
 *    "options", cards "cards", a location its coordinates. Only a user's words may hold a start, where the platform takes
 *    one. */

/** The agent takes the conversation. */
LJK_API ljk_status ljk_hub_take(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                                ljk_receipt** out, ljk_error* err);
/** The agent says something to the user; a reply by an agent who may take is a take, too. */
LJK_API ljk_status ljk_hub_reply(ljk_hub* hub, ljk_str ref, ljk_str text,
                                 const ljk_command_options* options, ljk_receipt** out,
                                 ljk_error* err);
/** The same with rich parts: one canonical part or an array of them. */
LJK_API ljk_status ljk_hub_reply_parts(ljk_hub* hub, ljk_str ref, ljk_str parts_json,
                                       const ljk_command_options* options, ljk_receipt** out,
                                       ljk_error* err);
/** The system says something to the user; ownership stays as it is. */
LJK_API ljk_status ljk_hub_notify(ljk_hub* hub, ljk_str ref, ljk_str text,
                                  const ljk_command_options* options, ljk_receipt** out,
                                  ljk_error* err);
LJK_API ljk_status ljk_hub_notify_parts(ljk_hub* hub, ljk_str ref, ljk_str parts_json,
                                        const ljk_command_options* options, ljk_receipt** out,
                                        ljk_error* err);
/** The bot answers again, after everything accepted before has left. */
LJK_API ljk_status ljk_hub_release(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                                   ljk_receipt** out, ljk_error* err);
/** Hands the conversation on to options->target. */
LJK_API ljk_status ljk_hub_pass(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                                ljk_receipt** out, ljk_error* err);
/** The agent stays for so much longer; 0 is the account's own time. */
LJK_API ljk_status ljk_hub_extend(ljk_hub* hub, ljk_str ref, int64_t milliseconds,
                                  const ljk_command_options* options, ljk_receipt** out,
                                  ljk_error* err);
/** Release, then ended. */
LJK_API ljk_status ljk_hub_close_conversation(ljk_hub* hub, ljk_str ref,
                                              const ljk_command_options* options, ljk_receipt** out,
                                              ljk_error* err);
LJK_API ljk_status ljk_hub_reopen(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                                  ljk_receipt** out, ljk_error* err);
/** Asks for a human. The desk gets a handover_requested item; nobody is asked to decide. */
LJK_API ljk_status ljk_hub_request(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                                   ljk_receipt** out, ljk_error* err);
/** Nobody comes: the bot goes on. */
LJK_API ljk_status ljk_hub_decline(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                                   ljk_receipt** out, ljk_error* err);
/** The wish for a human is taken back. */
LJK_API ljk_status ljk_hub_cancel(ljk_hub* hub, ljk_str ref, const ljk_command_options* options,
                                  ljk_receipt** out, ljk_error* err);
/** Tells the position in the waiting queue. */
LJK_API ljk_status ljk_hub_queue(ljk_hub* hub, ljk_str ref, int64_t position,
                                 const ljk_command_options* options, ljk_receipt** out,
                                 ljk_error* err);
/** On a channel account: brings a user's message in. It goes to the bot, the desk or both, as the
 *  item's "to" says. A new conversation is opened.
 *  @param user_json the user, {"id":…,"display_name":…}: an actor's members without "extra", each a text
 *  @param key as in ljk_command_options; may be empty */
LJK_API ljk_status ljk_hub_say(ljk_hub* hub, ljk_str account, ljk_str user_json, ljk_str text,
                               ljk_str key, ljk_receipt** out, ljk_error* err);
LJK_API ljk_status ljk_hub_say_parts(ljk_hub* hub, ljk_str account, ljk_str user_json,
                                     ljk_str parts_json, ljk_str key, ljk_receipt** out,
                                     ljk_error* err);

/** Where and how a user says something. Start from LJK_SAY_OPTIONS_INIT; fields are only ever appended. */
typedef struct ljk_say_options {
    size_t struct_size;
    /** The vendor's id of the conversation; empty: it is the user's id. Digits alone are sent as a number where the vendor
     *  documents one. */
    ljk_str conversation;
    ljk_str key; /**< as in ljk_command_options */
} ljk_say_options;
#define LJK_SAY_OPTIONS_INIT                            \
    {                                                   \
        sizeof(ljk_say_options), {NULL, 0}, { NULL, 0 } \
    }
/** As ljk_hub_say and ljk_hub_say_parts, for a user whose id is not the conversation's: one user may have several
 *  conversations.
 *  @param options may be NULL
 *  @return LJK_OK, LJK_E_ARGUMENT (also: a part lacks what the platform requires and only the caller knows),
 *  LJK_E_UNSUPPORTED, LJK_E_NOT_FOUND (no such account) */
LJK_API ljk_status ljk_hub_say_in(ljk_hub* hub, ljk_str account, ljk_str user_json, ljk_str text,
                                  const ljk_say_options* options, ljk_receipt** out,
                                  ljk_error* err);
LJK_API ljk_status ljk_hub_say_parts_in(ljk_hub* hub, ljk_str account, ljk_str user_json,
                                        ljk_str parts_json, const ljk_say_options* options,
                                        ljk_receipt** out, ljk_error* err);

/* ---- Hub: looking -------------------------------------------------------------------------------------------------- */

/* All of these give JSON, and LJK_E_NOT_FOUND for a conversation or delivery that does not exist. A hub sees its own accounts:
 * what a store holds of others does not exist for it. */

/** One conversation: state, owner, epoch, times. */
LJK_API ljk_status ljk_hub_conversation(ljk_hub* hub, ljk_str ref, ljk_text** out, ljk_error* err);
/** An array of them, newest first. @param state empty for all */
LJK_API ljk_status ljk_hub_conversations(ljk_hub* hub, ljk_str state, size_t limit, ljk_text** out,
                                         ljk_error* err);
/** What belongs to no conversation: events that name none. An array of entries as ljk_hub_conversation gives them, one for
 *  each account that has any; the ref is account:live:~unattributed, and ljk_hub_transcript gives its items. State and owner
 *  mean nothing there. It is emptied `t_retain` after the first of them came. */
LJK_API ljk_status ljk_hub_unattributed(ljk_hub* hub, ljk_text** out, ljk_error* err);
/** The conversation's items after that seq, in order. */
LJK_API ljk_status ljk_hub_transcript(ljk_hub* hub, ljk_str ref, uint64_t after, size_t limit,
                                      ljk_text** out, ljk_error* err);
/** The same without what came after the item `up_to`: for a handler, the transcript as it was at its item. */
LJK_API ljk_status ljk_hub_transcript_up_to(ljk_hub* hub, ljk_str ref, uint64_t after,
                                            uint64_t up_to, size_t limit, ljk_text** out,
                                            ljk_error* err);
/** Whether the agent may give that command ("reply", …) now, and why not. */
LJK_API ljk_status ljk_hub_explain(ljk_hub* hub, ljk_str ref, ljk_str command, ljk_str agent,
                                   ljk_text** out, ljk_error* err);
/** What became of a line and why: received, recorded, offered to subscriptions, handled, sent. Holds nothing that was said.
 *  {"ref","tag","state","epoch","lines":[{"seq","kind","role","sent_at","received_at","state","epoch","to","flags","reason",
 *  "offered":[{"subscription","status","attempts","next_at","reason"}],"deliveries":[…]}],"calls":[…]}
 *  "status" is handled (or older than the subscription), running, retrying, waiting, dead or not_wanted. Deliveries are as
 *  ljk_hub_delivery gives them, with "vendor_answer" and "reason"; "calls" are mutes and returns that are not over.
 *  @param seq the line; 0: the newest `limit` lines
 *  @return LJK_OK, LJK_E_ARGUMENT (it is no ref), LJK_E_NOT_FOUND (no such account, conversation or line) */
LJK_API ljk_status ljk_hub_why(ljk_hub* hub, ljk_str ref, uint64_t seq, size_t limit,
                               ljk_text** out, ljk_error* err);
/** Conversations that need a person, each with "why": return_fails (the bot is not taken back), mute_refused (it cannot be
 *  silenced), diverged (it speaks, or is silent, against what was decided), overdue (a timer should have fired), unsent (a
 *  message should have left), credentials (the platform refuses the account's) or handler (this process has worked on an
 *  item for a minute or more, or works on although its lease has ended); and with the "last_error" and "last_code" of its mute or return.
 *  Behind them stands an entry for each account with work that no live hub has: {"account","why":["no_hub"],"items",
 *  "deliveries","timers"}, with nothing else of it. */
LJK_API ljk_status ljk_hub_stuck(ljk_hub* hub, ljk_text** out, ljk_error* err);
/** One delivery: {"id","action","status","epoch","seq","agent","attempts","last_code","last_error","created_at","next_at",
 *  "ended_at","ref"}. "seq" is the transcript item whose words it carries; keys without a value are absent. "attempts" are the
 *  calls that ended since "created_at", but those whose credentials were refused: both begin anew when it is retried by hand,
 *  and when it moves again after credentials or an address were waited for. "next_at" is no sooner than the account may send. */
LJK_API ljk_status ljk_hub_delivery(ljk_hub* hub, ljk_str delivery, ljk_text** out, ljk_error* err);
/** An array of the conversation's deliveries, in order. "status" is pending, paused (as pending, while the platform refuses the
 *  account's credentials), sent, dead, refused or held; "vendor_answer" is what the platform said to a refused one. */
LJK_API ljk_status ljk_hub_deliveries(ljk_hub* hub, ljk_str ref, ljk_text** out, ljk_error* err);
/** Waits until the delivery is no longer pending: {"id","status":"sent"|"refused"|"dead"|"held",…}.
 *  @return LJK_OK, LJK_E_TIMEOUT, LJK_E_CLOSED, LJK_E_NOT_FOUND */
LJK_API ljk_status ljk_hub_wait(ljk_hub* hub, ljk_str delivery, uint32_t timeout_ms, ljk_text** out,
                                ljk_error* err);
/** What to configure at each vendor: an array of accounts with their addresses below `base`. "app_address" is there where an
 *  app of the platform asks for one address and makes the others itself. */
LJK_API ljk_status ljk_hub_urls(ljk_hub* hub, ljk_str base, ljk_text** out, ljk_error* err);
/** Counters since the hub was opened. */
LJK_API ljk_status ljk_hub_stats(ljk_hub* hub, ljk_text** out, ljk_error* err);

/* ---- Hub: sinks ---------------------------------------------------------------------------------------------------- */

/** On a channel account: a message for the user that the host delivers itself, leased to this process. */
typedef struct ljk_sink_delivery ljk_sink_delivery;

/** Waits for the next one.
 *  @return LJK_OK, LJK_E_TIMEOUT, LJK_E_CLOSED, LJK_E_NOT_FOUND (no such account), LJK_E_CONFIG (it is no channel account) */
LJK_API ljk_status ljk_hub_next_sink(ljk_hub* hub, ljk_str account, uint32_t timeout_ms,
                                     ljk_sink_delivery** out, ljk_error* err);
/** {"id","ref","account","conversation","epoch","agent","attempt","event"} */
LJK_API ljk_str ljk_sink_delivery_json(const ljk_sink_delivery* delivery);
/** Whether it may still be shown; ask immediately before.
 *  @return LJK_OK, LJK_E_STALE_OWNER (the conversation changed hands: do not show it, and say LJK_RETRY) */
LJK_API ljk_status ljk_sink_delivery_may_leave(const ljk_sink_delivery* delivery, ljk_error* err);
/** Shown, or to be tried again. The handle is still to be freed. A message that is not answered within `item_hold_ms` comes
 *  again.
 *  @param outcome LJK_DONE or LJK_RETRY
 *  @param why one line for the records when it failed; may be empty
 *  @return LJK_OK, LJK_E_LEASE_LOST (it may be in other hands by now; earlier releases returned LJK_E_UNSUPPORTED) */
LJK_API ljk_status ljk_sink_delivery_done(ljk_sink_delivery* delivery, int32_t outcome, ljk_str why,
                                          ljk_error* err);
/** Without an outcome the message counts as LJK_RETRY, with the reason "freed without an outcome"; else as ljk_item_free. */
LJK_API void ljk_sink_delivery_free(ljk_sink_delivery* delivery);

/* ---- Hub: dead letters --------------------------------------------------------------------------------------------- */

/** Deliveries that were given up ("dead") or wait for a person's word ("held"), oldest first: [{"id","ref","action",
 *  "status","epoch","seq","agent","attempts","last_code","last_error","vendor_answer","created_at","ended_at"}]. Each entry has
 *  all keys: null where there is no value, such as the code of a call that got no answer. */
LJK_API ljk_status ljk_hub_dead_letters(ljk_hub* hub, size_t limit, ljk_text** out, ljk_error* err);
/** The same with what they carry as "event", one JSON object a line. It holds what people said: keep it accordingly.
 *  Where there are more than `limit`, the last line is {"truncated":true}. */
LJK_API ljk_status ljk_hub_export_dead_letters(ljk_hub* hub, size_t limit, ljk_text** out,
                                               ljk_error* err);
/** Sends a dead or held delivery again, with its tries counted anew. A paused one is tried now. A return is also sent when
 *  the bot is active already: it stays active.
 *  @return LJK_OK, LJK_E_NOT_FOUND, LJK_E_UNSUPPORTED (it is neither dead nor held nor paused), LJK_E_STALE_OWNER (the
 *  conversation changed hands: it never leaves) */
LJK_API ljk_status ljk_hub_retry_delivery(ljk_hub* hub, ljk_str delivery, ljk_error* err);
/** Never sends it: it is "refused" from now on.
 *  @return LJK_OK, LJK_E_NOT_FOUND, LJK_E_UNSUPPORTED (it is neither dead nor held nor paused) */
LJK_API ljk_status ljk_hub_discard_delivery(ljk_hub* hub, ljk_str delivery, ljk_error* err);
/** Tries now what is "paused" because the platform refuses the account's credentials: one delivery as a probe where the
 *  whole account is paused, else the next one of each conversation that is. Call it after the credentials are corrected
 *  at the platform; Lampjack also tries by itself, every 30 seconds to 5 minutes.
 *  @return LJK_OK (also when nothing is paused), LJK_E_NOT_FOUND (no such account), LJK_E_STORE */
LJK_API ljk_status ljk_hub_resume(ljk_hub* hub, ljk_str account, ljk_error* err);

/* ---- Hub: what was given up ---------------------------------------------------------------------------------------- */

/** As ljk_item_done with LJK_RETRY, and says why. After the last try (item_tries) the item is set aside: its conversation
 *  goes on without it, its log gets a fact "item_dead", and the log an alarm.
 *  @param why one line without a person's data, kept with the item */
LJK_API ljk_status ljk_item_fail(ljk_item* item, ljk_str why, ljk_error* err);
/** What a subscription has given up, oldest first: [{"subscription","reason","died_at","item"}].
 *  @return LJK_OK, LJK_E_NOT_FOUND (no such subscription) */
LJK_API ljk_status ljk_hub_dead_items(ljk_hub* hub, ljk_str subscription, size_t limit,
                                      ljk_text** out, ljk_error* err);
/** Hands one of them out again as if it were new, or forgets it.
 *  @param ref, seq the item's
 *  @param outcome LJK_RETRY hands it out, LJK_DONE forgets it
 *  @return LJK_OK, LJK_E_ARGUMENT, LJK_E_NOT_FOUND (it is not among them) */
LJK_API ljk_status ljk_hub_settle_dead_item(ljk_hub* hub, ljk_str subscription, ljk_str ref,
                                            uint64_t seq, int32_t outcome, ljk_error* err);

/* ---- Hub: lists of some of its accounts ---------------------------------------------------------------------------- */

/* The lists above, of some of the hub's accounts. A limit counts what is left of these.
 *  @param accounts a JSON array of names; empty for all of the hub's
 *  @return as the list, and LJK_E_ARGUMENT (the hub has no account of one of those names) */

LJK_API ljk_status ljk_hub_conversations_of(ljk_hub* hub, ljk_str accounts, ljk_str state,
                                            size_t limit, ljk_text** out, ljk_error* err);
LJK_API ljk_status ljk_hub_unattributed_of(ljk_hub* hub, ljk_str accounts, ljk_text** out,
                                           ljk_error* err);
/** Without the entries for accounts that no live hub has. */
LJK_API ljk_status ljk_hub_stuck_of(ljk_hub* hub, ljk_str accounts, ljk_text** out, ljk_error* err);
LJK_API ljk_status ljk_hub_subscriptions_of(ljk_hub* hub, ljk_str accounts, ljk_text** out,
                                            ljk_error* err);
LJK_API ljk_status ljk_hub_dead_letters_of(ljk_hub* hub, ljk_str accounts, size_t limit,
                                           ljk_text** out, ljk_error* err);
LJK_API ljk_status ljk_hub_export_dead_letters_of(ljk_hub* hub, ljk_str accounts, size_t limit,
                                                  ljk_text** out, ljk_error* err);
LJK_API ljk_status ljk_hub_dead_items_of(ljk_hub* hub, ljk_str accounts, ljk_str subscription,
                                         size_t limit, ljk_text** out, ljk_error* err);

/* ---- Hub: what is kept of a person --------------------------------------------------------------------------------- */

/** All that is kept of an end user, live and test, one JSON object a line: the conversation whose id is `user` and all
 *  conversations of the user with that id, each followed by its items (messages, commands and facts) in order,
 *  {"conversation","seq",…,"body"}, and its deliveries with what they carry, {"conversation","delivery":{…}}. A conversation whose
 *  id is `user` and whose user is known by another id is that one's, and left out.
 *  For the person who asks: it holds what people said. Empty when nothing is kept.
 *  @return LJK_OK, LJK_E_ARGUMENT, LJK_E_NOT_FOUND (no such account) */
LJK_API ljk_status ljk_hub_export(ljk_hub* hub, ljk_str account, ljk_str user, ljk_text** out,
                                  ljk_error* err);

/** Removes all that is kept of an end user, live and test: the conversation whose id is `user`, and all conversations of
 *  the user with that id. A conversation that a human has goes back to its bot first;
 *  its numbers stay, so that a later one goes on above them. Nobody by that id is LJK_OK.
 *  @param force 1: also when the platform does not take it back, whose bot may then stay silent
 *  @param out {"account","log","conversations":[{"ref","items","deliveries","dead_letters","epoch"}]}; `log` says where what was
 *    removed can still be read: "empty" (nowhere in the store's files), "held" (in the write-ahead log of the SQLite file,
 *    because another program keeps reading the file: end it, and call again), "server" (in what PostgreSQL keeps)
 *  @return LJK_OK, LJK_E_TIMEOUT (not yet taken back: call again), LJK_E_NOT_FOUND (no such account) */
LJK_API ljk_status ljk_hub_erase(ljk_hub* hub, ljk_str account, ljk_str user, int32_t force,
                                 uint32_t timeout_ms, ljk_text** out, ljk_error* err);

/* ---- Stores as a whole --------------------------------------------------------------------------------------------- */

/** Brings the schema of the store at that URL to this release's; a no-op when it is that already.
 *  @param url as in the configuration's "store"
 *  @return LJK_OK, LJK_E_CONFIG (an unknown URL, no store there yet, or the schema of a newer release), LJK_E_STORE */
LJK_API ljk_status ljk_store_migrate(ljk_str url, ljk_error* err);
/** The same, and makes the store where there is none, as the first hub does. */
LJK_API ljk_status ljk_store_create(ljk_str url, ljk_error* err);
/** Copies what is committed to a new file while the store is in use. Other stores than "sqlite:" are LJK_E_CONFIG.
 *  @param to path of the file; it must not exist */
LJK_API ljk_status ljk_store_backup(ljk_str url, ljk_str to, ljk_error* err);
/** Makes the backup in the file `from` the store at that URL, after it was read through. Other stores than "sqlite:" are
 *  LJK_E_CONFIG. Nothing is overwritten: LJK_E_CONFIG while there is a file at the store's path, in use or not, or a journal
 *  that an earlier one left.
 *  @return LJK_OK, LJK_E_ARGUMENT, LJK_E_CONFIG, LJK_E_STORE */
LJK_API ljk_status ljk_store_restore(ljk_str url, ljk_str from, ljk_error* err);
/** Takes one line of an export, without its newline; valid during the call. Anything but 0 ends the export. */
typedef int32_t (*ljk_line_fn)(void* user, ljk_str line);
/** Hands over each conversation, followed by its items in order, one JSON object a line; what belongs to no conversation is
 *  among them, {"conversation":"account:live:~unattributed","unattributed":true,…}. On this thread; others may write
 *  meanwhile. The lines hold what people said: keep them accordingly.
 *  @return LJK_OK, LJK_E_ARGUMENT (ended by `line`), LJK_E_CONFIG, LJK_E_STORE */
LJK_API ljk_status ljk_store_export(ljk_str url, ljk_line_fn line, void* user, ljk_error* err);

#ifdef __cplusplus
}
#endif
#endif /* LAMPJACK_H */
