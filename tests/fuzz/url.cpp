// Addresses that a configuration or a platform tells us: what is accepted has one spelling.

#include "transport/url.h"

#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using lampjack::fuzz::require;
    namespace transport = lampjack::transport;
    const auto text = lampjack::fuzz::text_of(data, size);
    const auto shown = transport::redact(text);
    require(shown.find('@') == std::string::npos, "no user name or password is shown");
    const auto url = transport::split_url(text);
    if (!url) return 0;
    const auto again = transport::split_url(transport::to_string(*url));
    require(again.has_value() && *again == *url, "an address reads back to itself");
    const auto joined = transport::join_path(text, {text.substr(0, 8)});
    require(!joined || transport::split_url(*joined).has_value(), "a joined address is an address");
    return 0;
}
