// Scenario "bytes to batch": from the bytes of one request to validated, owned, normalised events.
// Contenders run interleaved in rounds inside one process; medians of ratios within a round are what counts.

#include "ondemand_loop.h"
#include "ours.h"

#include "common/arguments.h"
#include "common/report.h"
#include "json/index.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>

#include <time.h>

namespace bench {
namespace {

std::uint64_t g_sink = 0;

/// The time this thread had a processor, in ns: on a shared machine the wall clock also counts the others' work.
double processor_time() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// A body with the padding simdjson wants.
struct Padded {
    Form form;
    std::string buffer;
    std::size_t size;
    simdjson::padded_string_view view() const {
        return simdjson::padded_string_view(buffer.data(), size, buffer.size());
    }
    std::string_view text() const { return {buffer.data(), size}; }
};

struct Case {
    std::string name;
    std::vector<Padded> bodies;
    std::size_t messages = 1;  ///< in one pass
};

/// How long a run measures.
struct Effort {
    int rounds = 15;
    double round_ms = 4.0;
};

struct Contender {
    const char* name;
    std::function<void(const Padded&)> run;
};

Padded pad(const Payload& payload) {
    std::string buffer = payload.body;
    buffer.append(simdjson::SIMDJSON_PADDING, '\0');
    return {payload.form, std::move(buffer), payload.body.size()};
}

double nanoseconds(const Case& one, const Contender& contender, std::size_t passes) {
    const double begin = processor_time();
    for (std::size_t pass = 0; pass < passes; ++pass)
        for (const Padded& body : one.bodies) contender.run(body);
    return (processor_time() - begin) / static_cast<double>(passes * one.bodies.size());
}

/// Medians in ns for each contender, and the ratios of ours to each in the same round.
struct Measured {
    std::vector<double> ns;
    std::vector<double> ratio;
};

Measured measure(const Case& one, const std::vector<Contender>& contenders, const Effort& effort) {
    std::size_t passes = 1;
    while (nanoseconds(one, contenders[0], passes) *
               static_cast<double>(passes * one.bodies.size()) <
           effort.round_ms * 1e6)
        passes *= 2;
    std::vector<std::vector<double>> ns(contenders.size()), ratio(contenders.size());
    for (int round = 0; round < effort.rounds; ++round) {
        std::vector<double> times;
        for (const Contender& contender : contenders)
            times.push_back(nanoseconds(one, contender, passes));
        for (std::size_t i = 0; i < times.size(); ++i) {
            ns[i].push_back(times[i]);
            ratio[i].push_back(times[0] / times[i]);
        }
    }
    Measured out;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        out.ns.push_back(median(ns[i]));
        out.ratio.push_back(median(ratio[i]));
    }
    return out;
}

/// Time a message in the first case, and the ratios of the others to it in the same round.
std::vector<double> linearity(const Contender& contender, const std::vector<const Case*>& cases,
                              int rounds) {
    std::vector<std::vector<double>> ratios(cases.size());
    for (int round = 0; round < rounds; ++round) {
        std::vector<double> times;
        for (const Case* one : cases) {
            const std::size_t passes = 10000 / one->messages;  // as many messages of each
            times.push_back(nanoseconds(*one, contender, passes) /
                            static_cast<double>(one->messages));
        }
        for (std::size_t i = 0; i < times.size(); ++i) ratios[i].push_back(times[i] / times[0]);
    }
    std::vector<double> out;
    for (auto& each : ratios) out.push_back(median(std::move(each)));
    return out;
}

const Case& named(const std::vector<Case>& cases, std::string_view name) {
    return *std::find_if(cases.begin(), cases.end(),
                         [&](const Case& one) { return one.name == name; });
}

bool check(const std::vector<Case>& cases, OndemandLoop& loop) {
    Flat flat;
    for (const Case& one : cases) {
        for (const Padded& body : one.bodies) {
            std::string why = "not read";
            const auto batch = lampjack::platforms::parse(adapter_of(body.form), body.text());
            if (batch && loop.read(body.form, body.view(), flat) &&
                same(body.form, **batch, flat, why))
                continue;
            std::printf("results differ in %s: %s\n%s\n", one.name.c_str(),
                        batch ? why.c_str() : batch.error().message.c_str(),
                        body.buffer.substr(0, 600).c_str());
            return false;
        }
    }
    return true;
}

std::vector<Contender> contenders(OndemandLoop& loop, Flat& flat, lampjack::json::Index& index) {
    return {
        {"lampjack",
         [](const Padded& body) {
             const auto batch = lampjack::platforms::parse(adapter_of(body.form), body.text());
             g_sink += (*batch)->size();
         }},
        {"od_loop",
         [&](const Padded& body) {
             loop.read(body.form, body.view(), flat);
             g_sink += flat.count;
         }},
        {"stage1",
         [&](const Padded& body) {
             g_sink += index.build(body.buffer.data(), body.size).has_value() ? index.count() : 0;
         }},
        {"boost_parse",
         [](const Padded& body) {
             boost::json::monotonic_resource memory;
             g_sink +=
                 boost::json::parse({body.buffer.data(), body.size}, &memory).is_object() ? 1U : 0U;
         }},
    };
}

/// One of each kind, and the mix behind them.
std::vector<Case> make_cases() {
    std::vector<Case> cases;
    for (const Payload& payload : kinds()) {
        Case one{payload.name, {pad(payload)}, 1};
        if (payload.name.starts_with("offload_")) one.messages = std::stoul(payload.name.substr(8));
        cases.push_back(std::move(one));
    }
    Case mixed{"mix4096", {}, 1};
    for (const Payload& payload : mix(4096, 42)) mixed.bodies.push_back(pad(payload));
    cases.push_back(std::move(mixed));
    return cases;
}

/// Measures each case, prints its line, and gives the last one's figures: the mix's.
Measured measure_all(const std::vector<Case>& cases, const std::vector<Contender>& contenders,
                     const Effort& effort) {
    std::printf("%-18s %8s | %10s %10s %10s %12s | ours/od  ours/stage1  ours/boost\n", "payload",
                "bytes", "lampjack", "od loop", "stage 1", "boost parse");
    Measured last;
    for (const Case& one : cases) {
        std::size_t bytes = 0;
        for (const Padded& body : one.bodies) bytes += body.size;
        const Measured m = measure(one, contenders, effort);
        std::printf("%-18s %8zu | %8.0fns %8.0fns %8.0fns %10.0fns | %7.2f  %11.2f  %10.2f\n",
                    one.name.c_str(), bytes / one.bodies.size(), m.ns[0], m.ns[1], m.ns[2], m.ns[3],
                    m.ratio[1], m.ratio[2], m.ratio[3]);
        last = m;
    }
    std::printf("\n");
    return last;
}

int run(const Effort& effort) {
    OndemandLoop loop;
    Flat flat;
    lampjack::json::Index index;
    const std::vector<Case> cases = make_cases();
    if (!check(cases, loop)) return 1;
    std::printf("results equal for %zu payloads\n\n", cases.size() - 1 + 4096);

    const auto all = contenders(loop, flat, index);
    const Measured mixed = measure_all(cases, all, effort);
    const std::vector<Contender> ordered{all[0], {"od_in_order", [&](const Padded& body) {
                                                      loop.read_user_text_in_order(body.view(),
                                                                                   flat);
                                                      g_sink += flat.count;
                                                  }}};
    const Measured in_order = measure(named(cases, "user_text"), ordered, effort);
    const std::vector<double> linear = linearity(
        all[0],
        {&named(cases, "offload_50"), &named(cases, "offload_500"), &named(cases, "offload_5000")},
        effort.rounds);
    const bool gates[] = {
        at_most("1  mix4096: ours / On-Demand loop", mixed.ratio[1], 1.10),
        at_most("2  user_text: ours / On-Demand by name in order", in_order.ratio[1], 1.60),
        at_most("3  mix4096: ours / stage 1", mixed.ratio[2], 8.0),
        at_most("4a ns per message, 500 / 50 messages", linear[1], 1.15),
        at_most("4b ns per message, 5000 / 50 messages", linear[2], 1.40),
    };
    std::printf("(checksum %llu)\n", static_cast<unsigned long long>(g_sink));
    return std::all_of(std::begin(gates), std::end(gates), [](bool holds) { return holds; }) ? 0
                                                                                             : 2;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    bench::Arguments arguments(argc, argv);
    bench::Effort effort;
    if (arguments.flag("--quick")) effort = {5, 1.0};
    if (!arguments.all_known()) {
        std::printf("usage: bench_bytes_to_batch [--quick]\n");
        return 1;
    }
    return bench::run(effort);
}
