#include "engine/shorten.h"

#include <span>
#include <string>

namespace lampjack::engine {
namespace {

using model::Str;

bool is_inside_character(std::string_view text, std::size_t at) noexcept {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

/// Visits every bounded string of a batch. `Bound` is told about each: what it is, its limit, whether it may be cut.
template <class Bound>
class Visit {
public:
    Visit(model::Batch& batch, std::size_t longest_text, Bound bound)
        : batch_(batch),
          longest_text_(longest_text),
          bound_(bound) {}

    Result<void> run() {
        for (const model::ConversationId& id : batch_.conversations) {
            LJK_CHECK(bound_.id(id.id));
            LJK_CHECK(bound_.id(id.bot));
        }
        for (model::Event& event : batch_.events) {
            LJK_CHECK(bound_.id(event.vendor_id));
            LJK_CHECK(visit(event));
        }
        return {};
    }

private:
    template <class T>
    std::span<T> slice(model::Rows<T>& all, model::Range range) {
        return std::span<T>(all).subspan(range.first, range.count);
    }

    Result<void> visit(model::Event& event) {
        event_ = &event;
        if (event.actor != model::kNone) LJK_CHECK(visit(batch_.actors[event.actor]));
        for (model::Part& part : slice(batch_.parts, event.parts)) LJK_CHECK(visit(part));
        return {};
    }
    Result<void> visit(model::Actor& actor) {
        LJK_CHECK(bound_.id(actor.id));
        for (Str* name : {&actor.first_name, &actor.last_name, &actor.display_name, &actor.login,
                          &actor.phone, &actor.email, &actor.language})
            LJK_CHECK(cut(*name, kLongestName, "a name"));
        return cut(actor.site, kLongestUrl, "an address");
    }
    Result<void> visit(model::Part& part) {
        LJK_CHECK(cut(part.text, longest_text_, "a text"));
        LJK_CHECK(cut(part.title, longest_text_, "a text"));
        LJK_CHECK(cut(part.url, kLongestUrl, "an address"));
        LJK_CHECK(cut(part.name, kLongestName, "a name"));
        LJK_CHECK(bound_.id(part.vendor_id));
        for (model::Card& card : slice(batch_.cards, part.cards)) LJK_CHECK(visit(card));
        return visit(slice(batch_.options, part.options));
    }
    Result<void> visit(model::Card& card) {
        LJK_CHECK(cut(card.title, longest_text_, "a text"));
        LJK_CHECK(cut(card.subtitle, longest_text_, "a text"));
        LJK_CHECK(cut(card.image_url, kLongestUrl, "an address"));
        LJK_CHECK(cut(card.url, kLongestUrl, "an address"));
        return visit(slice(batch_.options, card.options));
    }
    Result<void> visit(std::span<model::Option> options) {
        for (model::Option& option : options) {
            LJK_CHECK(cut(option.title, longest_text_, "a text"));
            LJK_CHECK(cut(option.url, kLongestUrl, "an address"));
            LJK_CHECK(cut(option.image_url, kLongestUrl, "an address"));
        }
        return {};
    }
    Result<void> cut(Str& str, std::size_t limit, std::string_view what) {
        if (!str || str.size <= limit) return {};
        return bound_.cut(*event_, str, limit, what);
    }

    model::Batch& batch_;
    std::size_t longest_text_;
    Bound bound_;
    model::Event* event_ = nullptr;
};

Error too_long(std::string_view what, std::size_t limit) {
    return fail(Code::too_large,
                std::string(what) + " is longer than " + std::to_string(limit) + " bytes");
}

Result<void> check_id(Str id) {
    if (id && id.size > kLongestId) return too_long("an id", kLongestId);
    return {};
}

struct Shorten {
    const model::Batch& batch;

    static Result<void> id(Str str) { return check_id(str); }
    Result<void> cut(model::Event& event, Str& str, std::size_t limit, std::string_view) const {
        const std::string_view text = batch.view(str);
        while (limit > 0 && is_inside_character(text, limit)) --limit;
        str.size = static_cast<std::uint32_t>(limit);
        event.warn(model::Warning::shortened);
        return {};
    }
};

struct Check {
    static Result<void> id(Str str) { return check_id(str); }
    static Result<void> cut(model::Event&, Str&, std::size_t limit, std::string_view what) {
        return too_long(what, limit);
    }
};

}  // namespace

Result<void> shorten(model::Batch& batch, std::size_t longest_text) {
    return Visit(batch, longest_text, Shorten{batch}).run();
}

Result<void> check_lengths(const model::Batch& batch, std::size_t longest_text) {
    auto& unchanged = const_cast<model::Batch&>(batch);  // Check changes nothing
    return Visit(unchanged, longest_text, Check{}).run();
}

}  // namespace lampjack::engine
