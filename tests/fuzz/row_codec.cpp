// Bytes that a database holds: what is read can be written, and reads back to itself.

#include "store/row_codec.h"

#include "require.h"

namespace {

using lampjack::fuzz::require;
namespace store = lampjack::store;

template <class Value>
void read_and_write(std::string_view bytes) {
    Value value;
    const auto read = store::decode(bytes, value);
    if (!read) {
        require(read.error().code == lampjack::Code::store, "bad bytes are an error of the store");
        return;
    }
    const auto written = store::encode(value);
    Value again;
    require(store::decode(written, again).has_value(), "what is written is readable");
    require(store::encode(again) == written, "writing is stable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = lampjack::fuzz::text_of(data, size);
    read_and_write<store::ConversationRow>(bytes);
    read_and_write<lampjack::model::Answer>(bytes);
    read_and_write<store::SubscriptionFilter>(bytes);
    read_and_write<store::Holder>(bytes);
    return 0;
}
