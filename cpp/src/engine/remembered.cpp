#include "engine/remembered.h"

#include "engine/change_conversation.h"
#include "engine/prepared_request.h"
#include "transport/address_policy.h"
#include "transport/request_check.h"
#include "json/writer.h"

namespace lampjack::engine {
namespace {

std::string meta_name(const platforms::Account& account) {
    return std::string(account.adapter->remembered.name) + ":" + account.name;
}

std::string address_in(const platforms::Account& account, std::string_view told) {
    const auto address_of = account.adapter->remembered.address_of;
    return address_of == nullptr || told.empty() ? std::string{} : address_of(told);
}

/// What can never be called is refused now, not at each delivery. The host, empty where the address was taken back.
Result<std::string> host_of(const Core& core, const std::string& address) {
    if (address.empty()) return std::string{};
    if (address.size() > transport::kMaxUrlBytes)
        return fail(Code::payload, "the address told is too long");
    LJK_TRY(networks, transport::parse_networks(core.config.allow_networks));
    const auto url = transport::check_url(address, transport::AddressPolicy(std::move(networks)));
    if (url) return url->host;
    return fail(Code::payload, "the address told cannot be called: " + url.error().message);
}

/// Everything that is said to the account's users leaves by that address from now on.
Result<void> tell_change(Core& core, const platforms::Account& account, std::string_view host) {
    const std::string ref = model::make_ref(account.name, model::Mode::live, kUnattributed);
    return change_conversation(core, account, ref, [&](Change& change) -> Result<void> {
        if (change.row().id.empty()) change.row().id = std::string(kUnattributed);
        change.limit_unattributed();
        std::string fact;
        json::Writer(fact)
            .begin_object()
            .key("type")
            .string("address_changed")
            .key("host")
            .string(host)
            .end_object();
        change.report().lines.push_back(
            LogLine(LogEvent::address_changed).add("account", account.name).add("host", host));
        return change.append_fact(std::move(fact), "address_changed", conversation::To::nobody);
    });
}

}  // namespace

Result<void> remember(Core& core, const platforms::Account& account, const model::Batch& batch) {
    const platforms::Remembered& kept = account.adapter->remembered;
    if (kept.told_by == nullptr)
        return fail(Code::unsupported, "this platform has nothing to subscribe to");
    LJK_TRY(text, kept.told_by(account, batch));
    const std::string address = address_in(account, text);
    LJK_TRY(host, host_of(core, address));
    LJK_TRY(before, core.store->meta(meta_name(account)));
    // Told before it is used: an address that could not be told of is not taken.
    if (address_in(account, before) != address) LJK_CHECK(tell_change(core, account, host));
    return core.store->put_meta(meta_name(account), text);
}

Result<std::string> remembered(const Core& core, const platforms::Account& account) {
    const platforms::Remembered& kept = account.adapter->remembered;
    if (kept.name.empty()) return std::string{};
    LJK_TRY(told, core.store->meta(meta_name(account)));
    if (kept.may_use != nullptr && !kept.may_use(account, told)) return std::string{};
    return std::move(told);
}

}  // namespace lampjack::engine
