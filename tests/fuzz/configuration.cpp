// A configuration: it is read or refused with its place, and no secret stands in the error.

#include "engine/config.h"
#include "engine/config_check.h"
#include "engine/environment.h"

#include "require.h"

namespace {

using lampjack::fuzz::require;
namespace engine = lampjack::engine;

constexpr std::string_view kSecret = "made-up-secret-of-the-environment";

class SecretEverywhere final : public engine::Environment {
public:
    std::optional<std::string> variable(const std::string&) const override {
        return std::string(kSecret);
    }
    lampjack::Result<std::string> file(const std::string&) const override {
        return std::string(kSecret);
    }
};

void check_error(const lampjack::Error& error) {
    using lampjack::Code;
    require(error.code == Code::json || error.code == Code::config,
            "a bad configuration is told as one");
    require(!error.message.empty(), "an error says what is wrong");
    require(error.message.find('\n') == std::string::npos, "an error is one line");
    require(error.message.find(kSecret) == std::string::npos, "no secret stands in an error");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = lampjack::fuzz::text_of(data, size);
    const SecretEverywhere environment;
    const auto store = engine::read_store(text, environment);
    if (!store) check_error(store.error());
    const auto config = engine::read_config(text, environment);
    if (!config) {
        check_error(config.error());
        return 0;
    }
    const auto checked = engine::check_config(*config);
    if (!checked) check_error(checked.error());
    return 0;
}
