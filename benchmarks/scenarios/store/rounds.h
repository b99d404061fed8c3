#pragma once
// What the parts of this scenario share: how long they measure and where, how rounds become one figure, what must hold.

#include "contenders.h"

#include <filesystem>
#include <optional>
#include <string>

namespace bench {

inline constexpr std::size_t kThreads = 32;

/// Which parts run.
enum class Part { memory, sqlite, postgres };

struct Settings {
    int rounds = 3;
    double seconds = 4;
    std::uint64_t conversations = 100'000;
    std::string folder = LJK_BENCH_FOLDER;
    std::optional<Part> only = {};
};

/// A folder for one contender, gone with this object.
class Folder {
public:
    explicit Folder(const std::string& parent) : path_(parent + "/turn") {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// Whether each event acknowledged is stored once; says so when not.
bool is_sound(const char* name, const Turn& turn);

}  // namespace bench
