/* The golden cases through C, for tests/parity:
 *
 *   golden events PLATFORM PATH QUERY BODY-FILE             prints the events, one canonical JSON a line
 *   golden write PLATFORM PATH QUERY BODY-FILE in|out       prints the body written back from what was read
 *   golden rewrite PLATFORM PATH QUERY BODY-FILE in|out     the same by way of the canonical JSON
 *   golden convert PLATFORM PATH QUERY BODY-FILE in|out TO  prints of each event the losses and the body as another platform's,
 *                                                           a line each, or the error
 *   golden answer CONFIG-FILE METHOD PATH QUERY BODY-FILE DECISION [NAME VALUE]...
 *                                                           prints status, headers, an empty line and the body
 *
 *   golden serve                                            reads such commands, a line each with tabs between the words,
 *                                                           and frames what they print: status, length, line end, bytes
 *
 * A body that cannot be read prints "error" and the code's name, and gives 1. Without arguments it reads a case itself. */
#include "check.h"

#include <sys/types.h>

static ljk_error err;
static FILE* to; /* where commands print */

static ljk_str read_file(const char* path) {
    FILE* file = fopen(path, "rb");
    ljk_str out;
    char* bytes;
    long size;
    CHECK(file != NULL);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    size = ftell(file);
    CHECK(size >= 0 && fseek(file, 0, SEEK_SET) == 0);
    bytes = malloc((size_t)size + 1);
    CHECK(bytes != NULL && fread(bytes, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    out.ptr = bytes;
    out.len = (size_t)size;
    return out;
}

static void free_file(ljk_str file) { free((void*)(size_t)file.ptr); }

static int print(ljk_str out) {
    CHECK(fwrite(out.ptr, 1, out.len, to) == out.len);
    return 0;
}

static int print_error(void) {
    const ljk_str name = ljk_status_name(err.status);
    fprintf(to, "error %.*s\n", (int)name.len, name.ptr);
    return 1;
}

/* The text, or the error; frees it. */
static int print_text(ljk_status status, ljk_text* out) {
    if (status != LJK_OK) return print_error();
    print(ljk_text_str(out));
    ljk_text_free(out);
    return 0;
}

static int rewrite(ljk_str platform, const ljk_batch* batch, int32_t direction) {
    const ljk_str lines = ljk_batch_lines(batch);
    char* array = malloc(lines.len + 2);
    ljk_text* out = NULL;
    ljk_str json;
    ljk_status status;
    size_t i, size = 0;
    CHECK(array != NULL);
    array[size++] = '[';
    for (i = 0; i + 1 < lines.len; ++i) array[size++] = lines.ptr[i] == '\n' ? ',' : lines.ptr[i];
    array[size++] = ']';
    json.ptr = array;
    json.len = size;
    status = ljk_write(platform, json, direction, &out, &err);
    free(array);
    return print_text(status, out);
}

static int convert_all(const ljk_batch* batch, ljk_str platform) {
    size_t i;
    for (i = 0; i < ljk_batch_count(batch); ++i) {
        ljk_text *body = NULL, *losses = NULL;
        if (ljk_convert(batch, i, platform, &body, &losses, &err) != LJK_OK) {
            print_error();
            continue;
        }
        print(ljk_text_str(losses));
        print(LJK_S("\n"));
        print(ljk_text_str(body));
        print(LJK_S("\n"));
        ljk_text_free(body);
        ljk_text_free(losses);
    }
    return 0;
}

static int run_events(char** arguments, int count) {
    const ljk_str platform = text(arguments[2]);
    const int32_t direction = count > 6 && strcmp(arguments[6], "out") == 0 ? LJK_OUT : LJK_IN;
    const ljk_str body = read_file(arguments[5]);
    ljk_request request = LJK_REQUEST_INIT;
    ljk_batch* batch = NULL;
    ljk_text* out = NULL;
    ljk_status status;
    int result = 2;
    request.path = text(arguments[3]);
    request.query = text(arguments[4]);
    request.body = body;
    status = ljk_parse(platform, LJK_S("golden"), &request, &batch, &err);
    free_file(body); /* the batch has its own copy */
    if (status != LJK_OK) return print_error();
    if (strcmp(arguments[1], "events") == 0) result = print(ljk_batch_lines(batch));
    if (strcmp(arguments[1], "write") == 0) {
        status = ljk_batch_write(batch, direction, &out, &err);
        result = print_text(status, out);
    }
    if (strcmp(arguments[1], "rewrite") == 0) result = rewrite(platform, batch, direction);
    if (strcmp(arguments[1], "convert") == 0 && count > 7)
        result = convert_all(batch, text(arguments[7]));
    ljk_batch_free(batch);
    return result;
}

static int32_t decide(void* user, const ljk_question* question) {
    CHECK(ljk_question_ref(question).len > 0);
    return *(const int32_t*)user;
}

static int print_answer(ljk_answer* answer) {
    size_t i;
    fprintf(to, "%d\n", (int)ljk_answer_status(answer));
    for (i = 0; i < ljk_answer_header_count(answer); ++i) {
        const ljk_header header = ljk_answer_header(answer, i);
        fprintf(to, "%.*s: %.*s\n", (int)header.name.len, header.name.ptr, (int)header.value.len,
                header.value.ptr);
    }
    fprintf(to, "\n");
    print(ljk_answer_body(answer));
    ljk_answer_free(answer);
    return 0;
}

static int run_answer(char** arguments, int count) {
    const ljk_str config = read_file(arguments[2]);
    const ljk_str body = read_file(arguments[6]);
    int32_t decision = atoi(arguments[7]);
    ljk_hub_options options = LJK_HUB_OPTIONS_INIT;
    ljk_request request = LJK_REQUEST_INIT;
    ljk_header headers[16];
    ljk_hub* hub = NULL;
    ljk_answer* answer = NULL;
    options.decide = decision == LJK_UNDECIDED ? NULL : decide;
    options.decide_user = &decision;
    request.method = text(arguments[3]);
    request.path = text(arguments[4]);
    request.query = text(arguments[5]);
    request.headers = headers;
    request.body = body;
    for (; request.header_count < 16 && 9 + 2 * (int)request.header_count < count;
         ++request.header_count) {
        headers[request.header_count].name = text(arguments[8 + 2 * request.header_count]);
        headers[request.header_count].value = text(arguments[9 + 2 * request.header_count]);
    }
    if (ljk_hub_open_with(config, LJK_RUN_NOTHING, &options, &hub, &err) != LJK_OK)
        return print_error();
    GIVES(LJK_OK, ljk_hub_receive(hub, LJK_S("golden"), &request, &answer, &err));
    ljk_hub_free(hub);
    free_file(config);
    free_file(body);
    return print_answer(answer);
}

/* One case as an example of all, where nobody runs tests/parity. */
static int run_one(void) {
    const ljk_str body = read_file(LJK_TEST_DATA "/certainly/agent_text/body.raw");
    const ljk_str expected = read_file(LJK_TEST_DATA "/certainly/agent_text/expected.jsonl");
    ljk_request request = LJK_REQUEST_INIT;
    ljk_batch* batch = NULL;
    request.path = LJK_S(
        "/webbot/api/webchat/dep-7f3a/handover/webbot%3A5f0c1d2e-0000-4000-8000-00000000a003/");
    request.body = body;
    GIVES(LJK_OK, ljk_parse(LJK_S("certainly"), LJK_S("golden"), &request, &batch, &err));
    CHECK(ljk_batch_lines(batch).len == expected.len);
    CHECK(memcmp(ljk_batch_lines(batch).ptr, expected.ptr, expected.len) == 0);
    ljk_batch_free(batch);
    free_file(body);
    free_file(expected);
    return 0;
}

static int run(char** arguments, int count) {
    if (count >= 8 && strcmp(arguments[1], "answer") == 0) return run_answer(arguments, count);
    if (count >= 6) return run_events(arguments, count);
    fprintf(stderr, "usage: see the head of golden.c\n");
    return 2;
}

/* One process for a thousand cases. */
static int serve(void) {
    enum { WORDS = 48 };
    char* line = NULL;
    size_t room = 0;
    ssize_t size;
    while ((size = getline(&line, &room, stdin)) > 0) {
        char* words[WORDS] = {NULL};
        char *printed = NULL, *at = line;
        size_t length = 0;
        int count = 1, status;
        line[size - 1] = '\0';
        while (at != NULL && count < WORDS) {
            words[count++] = at;
            at = strchr(at, '\t');
            if (at != NULL) *at++ = '\0';
        }
        to = open_memstream(&printed, &length);
        CHECK(to != NULL);
        status = run(words, count);
        CHECK(fclose(to) == 0);
        printf("%d %lu\n", status, (unsigned long)length);
        CHECK(fwrite(printed, 1, length, stdout) == length && fflush(stdout) == 0);
        free(printed);
    }
    free(line);
    return 0;
}

int main(int count, char** arguments) {
    to = stdout;
    if (count == 1) return run_one();
    if (count == 2 && strcmp(arguments[1], "serve") == 0) return serve();
    return run(arguments, count);
}
