#include "conversation/table.h"
#include "conversation/transition.h"

namespace lampjack::conversation {
namespace {

void add_name(std::string& out, std::string_view name) {
    if (!out.empty()) out += ", ";
    out += name;
}

std::string names_of(StateSet set) {
    std::string out;
    if (set.has_unseen()) add_name(out, "(never seen)");
    if (set.bits == (1U << kStateCount) - 1) return "(any)";
    for (std::size_t index = 0; index < kStateCount; ++index) {
        const auto state = static_cast<State>(index);
        if (set.has(state)) add_name(out, name_of(state));
    }
    return out;
}

std::string names_of(KindSet set) {
    std::string out;
    for (std::size_t index = 0; index < kKindCount; ++index) {
        const auto kind = static_cast<Kind>(index);
        if (set.has(kind)) add_name(out, name_of(kind));
    }
    return out;
}

std::string result_of(const Row& row) {
    if (row.refuses()) return std::string(name_of(row.refusal));
    return row.to ? std::string(name_of(*row.to)) : "(stays)";
}

void add_row(std::string& out, const Row& row) {
    const std::string_view effect = row.refuses() ? row.why : row.move.words;
    for (const std::string& cell :
         {std::string(row.id), names_of(row.from), names_of(row.on), std::string(row.when.words),
          result_of(row), std::string(effect)}) {
        out += "| ";
        out += cell;
        out += cell.empty() ? "" : " ";
    }
    out += "|\n";
}

}  // namespace

std::string table_as_markdown() {
    std::string out = "| # | from | input | when | to | effect |\n|---|---|---|---|---|---|\n";
    for (const Row& row : transition_table()) add_row(out, row);
    return out;
}

}  // namespace lampjack::conversation
