#include "postgres.h"

#include "slow_line.h"

#include "common/report.h"
#include "support/postgres_server.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bench {
namespace {

using lampjack::support::PostgresServer;

/// The ratios of one distance to the server, gathered over the rounds.
struct Ratios {
    std::vector<double> one, many;
};

void measure_round(int round, const Settings& settings, PostgresServer& server, std::uint16_t port,
                   Ratios& ratios, bool& sound) {
    const auto turn = [&](const char* name, auto run, std::size_t threads) {
        const std::string database = server.make_database();
        const Turn result = run(server.url_through(port, database), threads, settings.seconds);
        server.drop_database(database);
        sound = is_sound(name, result) && sound;
        return result.per_second();
    };
    const double apart = turn("a statement a trip, 1 thread", run_apart, 1);
    const double one = turn("engine, 1 thread", run_engine, 1);
    const double many_apart = turn("a statement a trip, 32 threads", run_apart, kThreads);
    const double many = turn("engine, 32 threads", run_engine, kThreads);
    ratios.one.push_back(one / apart);
    ratios.many.push_back(many / many_apart);
    std::printf("%-6d %10.1f/s %10.1f/s %8.2f | %10.1f/s %10.1f/s %8.2f\n", round, apart, one,
                ratios.one.back(), many_apart, many, ratios.many.back());
    std::fflush(stdout);
}

/// Medians over the rounds, with the server at that port.
PostgresSpeeds measure_at(const Settings& settings, PostgresServer& server, std::uint16_t port) {
    PostgresSpeeds speeds;
    Ratios ratios;
    std::printf("%-6s %12s %12s %8s | %12s %12s %8s\n", "round", "1 apart", "1 engine", "ratio",
                "32 apart", "32 engine", "ratio");
    for (int round = 1; round <= settings.rounds; ++round)
        measure_round(round, settings, server, port, ratios, speeds.sound);
    speeds.one = median(ratios.one);
    speeds.many = median(ratios.many);
    return speeds;
}

}  // namespace

DistantPostgres measure_postgres(const Settings& settings) {
    setenv("TMPDIR", settings.folder.c_str(), 1);  // the server's data lie on the disk named
    PostgresServer server({.fsync = true});
    DistantPostgres speeds;
    std::printf("PostgreSQL on this machine\n");
    speeds.near = measure_at(settings, server, server.port());
    std::printf("PostgreSQL at the end of a line with a round trip of 1 ms\n");
    const SlowLine line(server.port(), std::chrono::milliseconds(1));
    speeds.far = measure_at(settings, server, line.port());
    return speeds;
}

}  // namespace bench
