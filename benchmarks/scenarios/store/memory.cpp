#include "memory.h"

#include "events.h"

#include "store/store.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr std::uint64_t kInOneTransaction = 10'000;

/// As long as the vendor's.
std::string name_of(std::uint64_t number) {
    char name[64];
    std::snprintf(name, sizeof name, "made-up-%08llx-4f5a-8d1c-b2a7-0c5d1e2f3a4b",
                  static_cast<unsigned long long>(number));
    return name;
}

std::string ref_of(std::uint64_t number) { return "shop:live:" + name_of(number); }

/// One conversation made by the engine, then copies of it under other names.
void fill(const std::string& file, std::uint64_t conversations) {
    {
        const auto hub = open_hub("sqlite:" + file);
        if (!give(*hub, make_body(0))) give_up("the first event was refused");
        hub->close();
    }
    auto store = lampjack::store::open("sqlite:" + file);
    if (!store) give_up(store.error().message);
    auto row = (*store)->conversation(lampjack::store::key_of("shop:live:s-0"));
    if (!row) give_up(row.error().message);
    for (std::uint64_t number = 0; number < conversations;) {
        auto tx = (*store)->begin();
        if (!tx) give_up(tx.error().message);
        const auto end = std::min(conversations, number + kInOneTransaction);
        for (; number < end; ++number) {
            row->id = name_of(number);
            row->ref = ref_of(number);
            row->key = lampjack::store::key_of(row->ref);
            if (const auto put = (*tx)->put(*row); !put) give_up(put.error().message);
        }
        if (const auto done = (*tx)->commit(); !done) give_up(done.error().message);
    }
    (*store)->close();
}

/// In a process of its own: the heap of this one stays as it was.
void fill_elsewhere(const std::string& file, std::uint64_t conversations) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child < 0) give_up("cannot fork");
    if (child == 0) {
        fill(file, conversations);
        _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) give_up("the file was not filled");
}

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double total = 0, resident = 0;
    if (!(statm >> total >> resident)) give_up("cannot read /proc/self/statm");
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void touch(lampjack::engine::Hub& hub, std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t number = from; number < to; ++number) {
        const auto found = hub.conversation(ref_of(number));
        if (!found || found->find(name_of(number)) == std::string::npos)
            give_up("a conversation is not there any more");
    }
}

}  // namespace

Memory measure_memory(const std::string& folder, std::uint64_t conversations) {
    const std::string file = folder + "/memory.db";
    fill_elsewhere(file, conversations);
    Memory memory;
    memory.conversations = conversations;
    memory.file = std::filesystem::file_size(file);
    const auto hub = open_hub("sqlite:" + file);
    memory.opened = resident_bytes();
    touch(*hub, 0, conversations / 10);
    memory.tenth = resident_bytes();
    touch(*hub, conversations / 10, conversations);
    memory.all = resident_bytes();
    hub->close();
    return memory;
}

}  // namespace bench
