#include "conversation/explain.h"

#include "conversation/table.h"

#include <string>

namespace lampjack::conversation {
CommandSet allowed_now(const Conversation& conversation, const Command& by, const Policy& policy,
                       Millis now) {
    Input input = Command{.agent = by.agent, .supervisor = by.supervisor, .by = by.by};
    CommandSet allowed;
    for (std::size_t index = 0; index < kCommandCount; ++index) {
        const auto kind = static_cast<CommandKind>(index);
        std::get<Command>(input).kind = kind;
        allowed[index] = !find_row({conversation, input, kind_of(kind), policy, now}).refuses();
    }
    return allowed;
}

Explanation explain(const Conversation& conversation, const Command& command, const Policy& policy,
                    Millis now) {
    const Input input = command;
    const Row& row = find_row({conversation, input, kind_of(command.kind), policy, now});
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
    return explain(conversation, Command{.kind = kind, .agent = std::string(agent)}, policy, now);
}

}  // namespace lampjack::conversation
