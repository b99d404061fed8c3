#include "engine/environment.h"

#include "platforms/setting.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace lampjack::engine {
namespace {

constexpr std::string_view kVariable = "env:";
constexpr std::string_view kFile = "file:";

struct Descriptor {
    explicit Descriptor(int number) noexcept : fd(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
    int fd;
};

Error unreadable() { return fail(Code::config, std::generic_category().message(errno)); }

class ProcessEnvironment final : public Environment {
public:
    std::optional<std::string> variable(const std::string& name) const override {
        const char* found = std::getenv(name.c_str());
        return found == nullptr ? std::nullopt : std::optional<std::string>(found);
    }

    // A pipe or a device could keep the process waiting for ever.
    Result<std::string> file(const std::string& path) const override {
        const Descriptor open(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (open.fd < 0) return unreadable();
        struct stat status {};
        if (::fstat(open.fd, &status) != 0) return unreadable();
        if (!S_ISREG(status.st_mode)) return fail(Code::config, "it is not a regular file");
        std::string content(kLargestFile + 1, '\0');
        std::size_t size = 0;
        while (size < content.size()) {
            const ssize_t got = ::read(open.fd, content.data() + size, content.size() - size);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return unreadable();
            if (got == 0) break;
            size += static_cast<std::size_t>(got);
        }
        content.resize(size);
        return content;
    }
};

/// Editors and shells end what they write with one.
void cut_line_ends(std::string& text) { text.resize(text.find_last_not_of("\r\n") + 1); }

bool is_utf8(const json::Value& text) {
    return json::parse_value(json::to_text(text), "the text").has_value();
}

class Resolver {
public:
    explicit Resolver(const Resolving& how) : how_(how) {}

    Result<void> walk(json::Value& value, const std::string& path) {
        if (value.is_object()) {
            for (auto& [key, member] : value.get_object()) {
                const std::string name(key.data(), key.size());
                LJK_CHECK(walk(member, path.empty() ? name : path + "." + name));
            }
        } else if (value.is_array()) {
            for (json::Value& one : value.get_array()) LJK_CHECK(walk(one, path));
        } else if (value.is_string()) {
            return replace(value, path);
        }
        return {};
    }

private:
    Result<void> replace(json::Value& value, const std::string& path) {
        const std::string text(json::view(value.get_string()));
        const bool variable = text.starts_with(kVariable);
        if (!variable && !text.starts_with(kFile)) return {};
        const std::string name = text.substr(text.find(':') + 1);
        auto found = variable ? of_variable(name) : of_file(name);
        if (found) {
            value = json::Value(*found);
            if (is_utf8(value)) return {};
            found = fail(Code::config,
                         (variable ? "environment variable " : "file ") + name + " is not UTF-8");
        }
        if (!how_.placeholder) return platforms::config_error(path, found.error().message);
        value = json::Value(std::string(platforms::kNotSet));
        return {};
    }

    Result<std::string> of_variable(const std::string& name) const {
        auto found = how_.environment.variable(name);
        if (!found || found->empty())
            return fail(Code::config, "environment variable " + name + " is not set");
        cut_line_ends(*found);
        return std::move(*found);
    }

    Result<std::string> of_file(const std::string& name) const {
        std::string place = name;
        if (!name.starts_with('/')) {
            if (how_.folder.empty())
                return fail(Code::config, "file " + name +
                                              " has a relative path: write the absolute path, or "
                                              "set config_dir to the folder it is relative to");
            place = std::string(how_.folder) + "/" + name;
        }
        auto content = how_.environment.file(place);
        if (!content)
            return fail(Code::config,
                        "file " + name + " cannot be read: " + content.error().message);
        if (content->size() > Environment::kLargestFile)
            return fail(Code::config, "file " + name + " is larger than 64 KiB");
        cut_line_ends(*content);
        return content;
    }

    const Resolving& how_;
};

}  // namespace

const Environment& process_environment() noexcept {
    static const ProcessEnvironment environment;
    return environment;
}

Result<void> resolve(json::Value& value, const std::string& path, const Resolving& how) {
    return Resolver(how).walk(value, path);
}

}  // namespace lampjack::engine
