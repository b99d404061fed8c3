#pragma once
// The platforms by name, and the pure functions over them.

#include "platforms/adapter.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::platforms {

std::span<const Adapter* const> all() noexcept;
/// Null when there is none of that name.
const Adapter* find(std::string_view name) noexcept;
/// The same as an error that lists the known names.
Result<const Adapter*> require(std::string_view name);

/// Bytes to batch: copies the body, validates all of it, reads it as the platform's. Needs no account.
Result<model::BatchPtr> parse(const Adapter& adapter, const ReadInput& input,
                              std::string_view body);
inline Result<model::BatchPtr> parse(const Adapter& adapter, std::string_view body) {
    return parse(adapter, {}, body);
}

/// The endpoint of that side, method and path. Fails with not_found, or `unsupported` when only the method is wrong
/// (`allow` then lists the right ones).
Result<const Endpoint*> route(const Adapter& adapter, Side side, const model::Request& request,
                              std::string* allow);

/// Tells whether a raw request comes from the platform of an account with these settings. No byte of the body is parsed.
Result<Trust> verify(std::string_view account_json, const model::Request& request);

/// A place of the canonical form that says in the body something else than in the event, or nothing.
struct Loss {
    std::optional<std::size_t> part = {};  ///< index in the event's content; none: it is no part's
    std::string field;  ///< such as "sent_at", or "name" of a part; "type": the part became another
    std::string what;   ///< "missing", "changed", "made_up" or "file_not_ready"
    std::string before = {},
                after = {};  ///< of "type": the words; no `after` when the part is gone
};

struct Converted {
    std::string body;
    std::vector<Loss> losses;
};

/// One event of any platform as one body of this one. What it cannot carry is downgraded by fixed rules, parts that have no
/// place beside each other become lines of one text, and all that is lost is reported; what stands in an address of a
/// request instead of its body counts as lost. Fails with `unsupported` when the body would say nothing of the event.
Result<Converted> convert(const model::Batch& batch, std::uint32_t event, const Adapter& to);

/// For each part of an event the index of the part that it became; kNone where nothing of it is left.
using Places = std::vector<std::uint32_t>;

/// The same event with only parts `capabilities` carries; the batch holds that one event.
Result<model::BatchPtr> downgrade(const model::Batch& batch, std::uint32_t event,
                                  const Capabilities& capabilities, Places* places = nullptr);
/// All its parts as lines of one text; `unsupported` when none of them has words.
Result<model::BatchPtr> as_one_text(const model::Batch& batch, std::uint32_t event, Places& places);
/// Whether that platform carries the event's parts as they are: nothing would be downgraded.
bool carries_all(const model::Batch& batch, std::uint32_t event, const Capabilities& capabilities);

/// The same as it leaves for the platform of `to`: downgraded, and completed with what the platform requires.
/// @param losses gets what the messages that leave do not say of the words and of their author; null when nobody asks
Result<model::BatchPtr> make_ready(const model::Batch& batch, std::uint32_t event,
                                   const Adapter& to, std::vector<Loss>* losses);
/// The second half of it, for a batch that holds one event.
void complete(model::BatchPtr& batch, const Adapter& to, const Places& places,
              std::vector<Loss>& losses);
/// Whether make_ready() would change nothing and lose nothing. Looks at each part once, and false where it cannot tell: a
/// plain text costs nothing more.
bool leaves_as_it_is(const model::Batch& batch, std::uint32_t event, const Adapter& to);
/// One batch for each part of the event, for platforms that take one at a time.
std::vector<model::BatchPtr> split_parts(const model::Batch& batch, std::uint32_t event);

/// What a bot's script at the event's platform gets of it: {"text"?,"variables":{…}}; `unsupported` where the vendor
/// documents nothing of the kind.
Result<std::string> script_view(const model::Batch& batch, std::uint32_t event);
/// What a text of such a script stands for, as a canonical part in JSON; a plain text is a text.
Result<std::string> part_of_script(const Adapter& adapter, std::string_view text);

/// What an event says in plain words, a line for each part; empty when nothing in it has words.
std::string as_text(const model::Batch& batch, std::uint32_t event);

/// Whether the events are the platform's own, or nobody's: only such are written without a report of losses.
Result<void> check_own(const Adapter& adapter, const model::Batch& batch);

/// The losses as the JSON array of the public surfaces.
std::string write_losses(std::span<const Loss> losses);

}  // namespace lampjack::platforms
