#include "conversation/explain.h"

#include "conversation/table.h"

#include <string>

namespace lampjack::conversation {
namespace {

const Row& row_for(const Conversation& conversation, const Command& command, const Policy& policy,
                   Millis now) {
    const Input input = command;
    return find_row({conversation, input, kind_of(command.kind), policy, now});
}

}  // namespace

CommandSet allowed_now(const Conversation& conversation, const Command& by, const Policy& policy,
                       Millis now) {
    CommandSet allowed;
    for (std::size_t index = 0; index < kCommandCount; ++index) {
        const Command command{.kind = static_cast<CommandKind>(index),
                              .agent = by.agent,
                              .epoch = std::nullopt,
                              .supervisor = by.supervisor,
                              .by = by.by};
        allowed[index] = !row_for(conversation, command, policy, now).refuses();
    }
    return allowed;
}

Explanation explain(const Conversation& conversation, const Command& command, const Policy& policy,
                    Millis now) {
    const Row& row = row_for(conversation, command, policy, now);
    return {.allowed = !row.refuses(),
            .rule = row.id,
            .code = row.refusal,
            .why = row.refuses() ? row.why : row.when.words,
            .to = row.to,
            .owner = owner_of(conversation),
            .epoch = conversation.epoch,
            .allowed_now = allowed_now(conversation, command, policy, now)};
}

Explanation explain(const Conversation& conversation, CommandKind kind, std::string_view agent,
                    const Policy& policy, Millis now) {
    const Command command{.kind = kind, .agent = std::string(agent), .epoch = std::nullopt};
    return explain(conversation, command, policy, now);
}

}  // namespace lampjack::conversation
