#include "engine/command_words.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "engine/part_check.h"
#include "engine/shorten.h"
#include "model/canonical.h"
#include "json/writer.h"

namespace lampjack::engine {

using conversation::CommandKind;

namespace {

model::Role role_of(CommandKind kind) noexcept {
    if (kind == CommandKind::say) return model::Role::user;
    return kind == CommandKind::reply ? model::Role::agent : model::Role::system;
}

Result<model::BatchPtr> read_words(CommandKind kind, std::string_view content) {
    if (!speaks(kind)) return model::BatchPtr{};
    if (content.empty()) return fail(Code::argument, "there is nothing to say");
    return read_given(content, role_of(kind));
}

}  // namespace

bool speaks(CommandKind kind) noexcept {
    return kind == CommandKind::reply || kind == CommandKind::notify || kind == CommandKind::say;
}

Result<model::BatchPtr> read_given(std::string_view content, model::Role role) {
    auto batch = model::read_content(content, role);
    if (batch || batch.error().code == Code::too_large) return batch;
    return fail(Code::argument, "content: " + batch.error().message);
}

CommandWords::CommandWords(CommandKind kind, std::string_view content, std::size_t longest_text)
    : kind_(kind),
      content_(content),
      longest_text_(longest_text),
      batch_(read_words(kind, content)) {}

Result<void> CommandWords::check_for(const platforms::Adapter& adapter) const {
    if (!speaks(kind_)) return {};
    if (!batch_) return batch_.error();
    const model::Batch& words = **batch_;
    const bool users = kind_ == CommandKind::say;
    LJK_CHECK(check_lengths(words, longest_text_));
    LJK_CHECK(check_parts(words, users ? &adapter.out : nullptr));
    if (!users || adapter.check_words == nullptr) return {};
    return adapter.check_words(words, words.root(0));
}

std::string CommandWords::canonical() const {
    if (!batch_ || !*batch_) return std::string(content_);
    std::string text;
    json::Writer out(text);
    model::write_content(**batch_, (*batch_)->root(0), out);
    return text;
}

Result<model::BatchPtr> CommandWords::event(const store::ConversationRow& row,
                                            std::string_view agent, Millis now) {
    if (kind_ == CommandKind::say) return event_of_user(row, now);
    if (!batch_) return batch_.error();
    model::BatchPtr batch = *batch_;
    model::Batch& words = batch.mutate();
    words.conversations.clear();
    words.actors.clear();
    model::Event& event = words.events.front();
    event.sent_at = now;
    const model::ConversationId id{.account = {},
                                   .bot = row.bot.empty() ? model::Str{} : words.text.add(row.bot),
                                   .id = words.text.add(row.id),
                                   .mode = row.mode};
    words.conversations.push_back(id);
    event.conversation = 0;
    event.actor = model::kNone;
    if (!agent.empty()) {
        words.actors.emplace_back();
        words.actors.back().id = words.text.add(agent);
        event.actor = 0;
    }
    return batch;
}

/// The end user as last seen, put into an event by way of its canonical form.
Result<model::BatchPtr> CommandWords::event_of_user(const store::ConversationRow& row,
                                                    Millis now) const {
    if (!batch_) return batch_.error();
    // It was read before: one list or one object and nothing beside it, so that it can add no member here.
    const std::string_view content = trim(content_);
    std::string text;
    json::Writer out(text);
    out.begin_object().key("v").raw("1").key("kind").string("message");
    out.key("conversation").begin_object();
    if (!row.bot.empty()) out.key("bot").string(row.bot);
    out.key("mode").string(word(row.mode)).key("id").string(row.id).end_object();
    out.key("actor").raw(row.user).key("sent_at").string(format_time(now).view());
    out.key("content").raw(content.starts_with('{') ? "[" + std::string(content) + "]"
                                                    : std::string(content));
    out.end_object();
    LJK_TRY(batch, model::read_events(text, json::Limits{}.values));
    LJK_CHECK(check_lengths(*batch, longest_text_));  // of the user
    return std::move(batch);
}

}  // namespace lampjack::engine
