#include "engine/commands.h"

#include "base/utf8.h"
#include "conversation/names.h"
#include "engine/change_conversation.h"
#include "engine/command_keys.h"
#include "engine/command_words.h"
#include "engine/leases.h"
#include "engine/merge_records.h"
#include "engine/prepared_request.h"
#include "engine/request_event.h"
#include "engine/speaker.h"
#include "engine/views.h"
#include "model/canonical.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::engine {

using conversation::Command;
using conversation::CommandKind;
using conversation::To;

namespace {

CommandResult refused(Error error) {
    CommandResult result;
    json::Writer out(result.json);
    out.begin_object().key("ok").boolean(false).key("error").begin_object();
    out.key("code")
        .string(name_of(error.code))
        .key("message")
        .string(error.message)
        .end_object()
        .end_object();
    result.error = std::move(error);
    return result;
}

bool returns(CommandKind kind) noexcept {
    return kind == CommandKind::release || kind == CommandKind::close;
}

/// How far back a return call is looked for.
constexpr std::uint64_t kLookedThrough = 100;

/// The return call that followed the drain which the command at `seq` began; empty id: none yet, or long ago. The call has
/// no key. It has the next epoch, and the drain ends with it.
Result<store::OutboxRow> return_call(Change& change, std::uint64_t seq) {
    const auto& key = change.row().key;
    LJK_TRY(command, change.tx().item(key, seq));
    const std::uint64_t end = change.row().next_out;
    for (std::uint64_t oseq = end - 1; oseq > 0 && end - oseq <= kLookedThrough; --oseq) {
        const auto row = change.tx().delivery(key, oseq);
        if (!row && row.error().code != Code::not_found) return row.error();
        if (!row) continue;
        if (row->epoch <= command.epoch) break;
        if (row->action == conversation::Action::unmute && row->epoch == command.epoch + 1)
            return *row;
    }
    return store::OutboxRow{};
}

/// The value that such a name stands for, or all names.
template <class Enum>
Result<Enum> value_of(std::optional<Enum> found, std::string_view argument) {
    if (found) return *found;
    return fail(Code::argument,
                std::string(argument) + " must be one of: " + conversation::all_names<Enum>());
}

Result<void> check_agent(CommandKind kind, std::string_view agent) {
    const bool required = kind == CommandKind::take || kind == CommandKind::reply;
    if (agent.empty() && !required) return {};
    if (!is_blank(agent)) return {};
    return fail(Code::argument, "agent must name who gives the command");
}

Result<conversation::Target> target_of(const CommandRequest& request) {
    using Kind = conversation::Target::Kind;
    LJK_TRY(kind, value_of(conversation::target_kind_from(request.target_kind), "target_kind"));
    if (kind != Kind::anyone && is_blank(request.target))
        return fail(Code::argument, "target must name the agent or the team");
    return conversation::Target{kind, std::string(request.target)};
}

Result<Command> command_of(const CommandRequest& request) {
    LJK_TRY(kind, value_of(conversation::command_from(request.name), "command"));
    LJK_CHECK(check_agent(kind, request.agent));
    Command command;
    command.kind = kind;
    command.agent = std::string(request.agent);
    command.epoch = request.epoch;
    command.supervisor = request.supervisor;
    command.force = request.force;
    if (!request.by.empty()) {
        LJK_TRY(by, value_of(conversation::by_from(request.by), "by"));
        command.by = by;
    } else if (request.agent.empty()) {
        command.by = conversation::By::desk;
    }
    if (!request.target_kind.empty()) {
        LJK_TRY(target, target_of(request));
        command.target = std::move(target);
    }
    if (kind == CommandKind::queue)
        command.position = static_cast<int>(std::clamp<std::int64_t>(request.number, 0, 1'000'000));
    if (kind == CommandKind::extend) command.extend_for = std::max<std::int64_t>(request.number, 0);
    return command;
}

/// One command on one conversation.
class Execution {
public:
    Execution(Change& change, const platforms::Account& account, const CommandKey& key,
              CommandWords& words)
        : account_(account),
          key_(key),
          words_(words),
          change_(change) {}

    Result<CommandResult> run(const Command& command) {
        LJK_TRY(earlier, key_.find(change_.tx(), change_.row().key));
        if (earlier) return repeat(command, *earlier);
        model::BatchPtr words;
        if (speaks(command.kind)) {
            LJK_TRY(event, words_.event(change_.row(), command.agent, change_.now()));
            words = event;
        }
        LJK_TRY(outcome,
                change_.take(command, {words.get(), 0, command.agent, key_.text(), 0, &body_},
                             [&](const conversation::Outcome& taken) {
                                 return log(command, words, taken);
                             }));
        if (outcome.refusal) return refusal(*outcome.refusal);
        LJK_CHECK(change_.finish());  // the end of a drain shows in the result
        return accepted({.seq = change_.item_seq(),
                         .delivery = change_.delivery_id(),
                         .losses = change_.losses()});
    }

private:
    /// What the command has led to.
    struct Done {
        std::uint64_t seq = 0;
        std::string delivery = {};
        std::string_view status = "pending";
        bool repeated = false;
        std::vector<platforms::Loss> losses = {};
    };

    CommandResult accepted(const Done& done) {
        const store::ConversationRow& row = change_.row();
        CommandResult result;
        const auto owner = owner_of(row.state);
        result.state = conversation::name_of(row.state.state);
        result.epoch = row.state.epoch;
        result.owner = std::string(conversation::name_of(owner.kind));
        result.owner_agent = owner.agent;
        result.delivery_id = done.delivery;
        json::Writer out(result.json);
        out.begin_object().key("ok").boolean(true).key("ref").string(row.ref);
        if (done.seq != 0) out.key("seq").integer(static_cast<std::int64_t>(done.seq));
        out.key("state").string(result.state);
        out.key("epoch")
            .integer(static_cast<std::int64_t>(row.state.epoch))
            .key("owner")
            .begin_object();
        out.key("kind").string(result.owner);
        if (!owner.agent.empty()) out.key("agent").string(owner.agent);
        out.end_object();
        if (!done.delivery.empty())
            out.key("delivery")
                .begin_object()
                .key("id")
                .string(done.delivery)
                .key("status")
                .string(done.status)
                .end_object();
        if (!done.losses.empty()) out.key("losses").raw(platforms::write_losses(done.losses));
        if (done.repeated) out.key("repeated").boolean(true);
        out.end_object();
        return result;
    }

    /// Words become an item of the transcript, and so does a new request for a human; other commands show as facts. The key is remembered with either.
    Result<void> log(const Command& command, const model::BatchPtr& words,
                     const conversation::Outcome& outcome) {
        LJK_CHECK(append(command, words, outcome));
        return key_.remember(change_.tx(), change_.row().key, change_.item_seq());
    }

    Result<void> append(const Command& command, const model::BatchPtr& words,
                        const conversation::Outcome& outcome) {
        if (words) return append_words(words, outcome);
        const bool asks = command.kind == CommandKind::request && outcome.effects.to == To::desk;
        return asks ? append_request(command) : append_fact(command);
    }

    Result<void> append_words(const model::BatchPtr& words, const conversation::Outcome& outcome) {
        const auto identities = model::identify(*words, account_.name);
        body_ = event_json(*words, 0, account_.name, identities);
        return change_.append_event(body_, "message", outcome.effects.to,
                                    conversation::words_of(outcome.effects.flags), {},
                                    record_to_store(*words, 0, identities[0]));
    }

    Result<void> append_request(const Command& command) {
        LJK_TRY(body, request_event_json(change_.row(), command, account_.name, change_.now()));
        return change_.append_event(body, word(model::EventKind::handover_requested), To::desk, {},
                                    {});
    }

    Result<void> append_fact(const Command& command) {
        std::string body;
        json::Writer out(body);
        out.begin_object().key("type").string("command").key("command").string(
            conversation::name_of(command.kind));
        if (!command.agent.empty()) out.key("agent").string(command.agent);
        out.end_object();
        return change_.append_command(std::move(body), {});
    }

    /// The first receipt. A handler that runs again may decide otherwise; a caller who reuses a key is told.
    Result<CommandResult> repeat(const Command& command, const CommandKey::Earlier& earlier) {
        change_.leave();
        if (earlier.differs && !key_.is_a_handlers())
            return fail(Code::key_conflict,
                        "the key was given before with another command, agent or content: "
                        "give each command a key of its own");
        if (earlier.differs)
            change_.say(LogEvent::handler_repeat_differs)
                .add("subscription", key_.handler())
                .add("command", conversation::name_of(command.kind))
                .add("seq", earlier.seq);
        LJK_TRY(row, change_.tx().find_command(change_.row().key, key_.text()));
        if (row.id.empty() && returns(command.kind)) {
            LJK_TRY(call, return_call(change_, earlier.seq));
            row = std::move(call);
        }
        Done done{earlier.seq, row.id, store::name_of(row.status), key_.is_given()};
        if (!earlier.differs && !row.to_sink) LJK_CHECK(find_losses(command, done.losses));
        return accepted(done);
    }

    /// The words are those of the first time, and so is what gets lost of them.
    Result<void> find_losses(const Command& command, std::vector<platforms::Loss>& losses) {
        if (!speaks(command.kind)) return {};
        LJK_TRY(event, words_.event(change_.row(), command.agent, change_.now()));
        if (platforms::leaves_as_it_is(*event, 0, *account_.adapter)) return {};
        LJK_CHECK(platforms::make_ready(*event, 0, *account_.adapter, &losses));
        return {};
    }

    Result<CommandResult> refusal(const conversation::Refusal& why) {
        change_.leave();
        CommandResult result = refused(fail(why.code, refusal_text(why)));
        result.json.clear();
        json::Writer out(result.json);
        out.begin_object().key("ok").boolean(false).key("ref").string(change_.row().ref);
        out.key("refusal").raw(refusal_json(why)).end_object();
        result.state = conversation::name_of(change_.row().state.state);
        result.epoch = why.epoch;
        result.owner = std::string(conversation::name_of(why.owner.kind));
        result.owner_agent = why.owner.agent;
        return result;
    }

    const platforms::Account& account_;
    const CommandKey& key_;
    CommandWords& words_;
    Change& change_;
    std::string body_;  ///< canonical JSON of the words
};

Result<void> check_queue(Core& core, const platforms::Account& account) {
    LJK_TRY(full,
            core.limits.is_full(core.config.limits, *core.store, account.name, core.clock->now()));
    if (full)
        return fail(Code::limit, "too many messages of account " + account.name +
                                     " wait to be sent: is its platform out of reach?");
    return {};
}

/// A handler that lost its item must not act on it: another may be at work by now.
Result<void> check_lease(Core& core, const Item* item) {
    return item == nullptr ? Result<void>{} : core.leases->holds().check(*item);
}

Result<CommandResult> execute(Core& core, std::string_view ref, const CommandRequest& request) {
    LJK_CHECK(core.usable());
    LJK_CHECK(check_lease(core, request.item));
    LJK_TRY(account, core.account_of_ref(ref));
    LJK_TRY(command, command_of(request));
    if (command.kind == CommandKind::say)
        return fail(Code::argument, "say is a user's: use the account's user");
    CommandWords words(command.kind, request.content, core.config.sizes.text());
    LJK_CHECK(words.check_for(*account->adapter));
    if (speaks(command.kind)) LJK_CHECK(check_queue(core, *account));
    const CommandKey key = CommandKey::of(core, command.kind, ref, request, words);
    return change_conversation(core, *account, ref, [&](Change& change) -> Result<CommandResult> {
        LJK_CHECK(change.must_exist());
        return Execution(change, *account, key, words).run(command);
    });
}

Result<CommandResult> execute_say(Core& core, std::string_view account_name,
                                  std::string_view user_json, const CommandRequest& request) {
    LJK_CHECK(core.usable());
    LJK_CHECK(check_lease(core, request.item));
    LJK_TRY(account, core.account_named(account_name));
    if (account->side != platforms::Side::channel)
        return fail(Code::unsupported, "users speak through us only where we play the channel");
    LJK_TRY(speaker, read_speaker(user_json, request.conversation));
    CommandWords words(CommandKind::say, request.content, core.config.sizes.text());
    LJK_CHECK(words.check_for(*account->adapter));
    LJK_CHECK(check_queue(core, *account));
    const std::string ref = model::make_ref(account_name, model::Mode::live, speaker.conversation);
    const CommandKey key = CommandKey::of(core, CommandKind::say, ref, request, words);
    return change_conversation(core, *account, ref, [&](Change& change) -> Result<CommandResult> {
        store::ConversationRow& row = change.row();
        if (!change.exists()) {
            row.id = speaker.conversation;
            if (speaker.has_plain_number()) row.raw_id = row.id;
        }
        change.set_user(speaker.actor, speaker.id);
        const Command say{.kind = CommandKind::say, .by = conversation::By::user};
        return Execution(change, *account, key, words).run(say);
    });
}

CommandResult unwrap(Result<CommandResult> result) {
    return result ? std::move(*result) : refused(std::move(result).error());
}

}  // namespace

CommandResult run_command(Core& core, std::string_view ref, const CommandRequest& request) {
    return unwrap(execute(core, ref, request));
}

CommandResult run_say(Core& core, std::string_view account, std::string_view user_json,
                      const CommandRequest& request) {
    return unwrap(execute_say(core, account, user_json, request));
}

}  // namespace lampjack::engine
