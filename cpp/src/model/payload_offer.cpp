#include "model/payload_offer.h"

#include "json/cursor.h"
#include "json/index.h"

namespace lampjack::model {
namespace {

constexpr std::size_t kLongest = 4096;

}  // namespace

Offer offer_of(std::string_view payload) {
    Offer offer;
    if (payload.empty() || payload.front() != '{' || payload.size() > kLongest) return offer;
    json::Text text;
    text.assign(payload);
    json::BorrowedIndex index(text.body_size());
    if (!index->build(text.body(), text.body_size())) return offer;
    json::Cursor cursor(text, *index);
    json::Str target, parameters;
    const bool read = cursor.object([&](json::Key key) {
        bool was_number = false;
        const char first = cursor.peek();
        if (key == "nextDialogstateId" && first != 'n' && first != '{' && first != '[')
            return cursor.string_or_integer(target, was_number);
        if (key == "parameters" || key == "params") return cursor.raw(parameters);
        return cursor.skip();
    });
    if (!read || !cursor.end()) return offer;
    offer.target = text.view(target);
    if (text.view(parameters).size() > 2) offer.parameters = text.view(parameters);
    return offer;
}

}  // namespace lampjack::model
