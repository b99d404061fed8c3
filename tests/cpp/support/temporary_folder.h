#pragma once
// TemporaryFolder: a folder of a test's own, removed with all that is in it.

#include <filesystem>
#include <string>
#include <system_error>

#include <cstdlib>

namespace lampjack::testing {

class TemporaryFolder {
public:
    TemporaryFolder() : TemporaryFolder(std::filesystem::temp_directory_path()) {}
    explicit TemporaryFolder(const std::filesystem::path& parent) {
        std::string name = (parent / "lampjack-XXXXXX").string();
        if (::mkdtemp(name.data()) != nullptr) folder_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    /// A parent without a disk below it, where there is one: for tests that write much and crash nothing.
    static std::filesystem::path in_memory() {
        std::error_code none;
        const std::filesystem::path shared = "/dev/shm";
        return std::filesystem::is_directory(shared, none) ? shared
                                                           : std::filesystem::temp_directory_path();
    }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }

private:
    std::filesystem::path folder_;
};

}  // namespace lampjack::testing
