#include "model/payload_offer.h"

#include "json/cursor.h"
#include "json/index.h"
#include "json/writer.h"

namespace lampjack::model {
namespace {

constexpr std::size_t kLongest = 4096;

std::string compact(std::string_view json) {
    std::string text;
    json::append_compact(json, text);
    return text;
}

void drop_offered(Part& part, const Batch& batch) {
    if (!part.target && !part.parameters) return;
    const Offer offer = offer_of(batch.view(part.payload));
    if (!offer.target.empty() && batch.view(part.target) == offer.target) part.target = {};
    if (part.parameters && !offer.parameters.empty() &&
        compact(batch.view(part.parameters)) == compact(offer.parameters))
        part.parameters = {};
}

void drop_offered(Option& option, const Batch& batch) {
    const std::string_view own = batch.view(option.target);
    if (!own.empty() && own == offer_of(batch.view(option.payload)).target) option.target = {};
}

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

void drop_offered(Batch& batch) {
    for (Part& part : batch.parts) drop_offered(part, batch);
    for (Option& option : batch.options) drop_offered(option, batch);
}

}  // namespace lampjack::model
