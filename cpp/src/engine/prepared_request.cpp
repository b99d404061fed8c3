#include "engine/prepared_request.h"

#include "engine/views.h"
#include "platforms/adapter.h"

#include <utility>

namespace lampjack::engine {

bool is_attributed(const model::Batch& batch, const model::Event& event) noexcept {
    if (event.conversation == model::kNone) return false;
    const model::Str id = batch.conversations[event.conversation].id;
    return id.size != 0 && batch.view(id) != kUnattributed;
}

PreparedRequest::PreparedRequest(model::BatchPtr batch, const platforms::Account& account,
                                 platforms::Trust trust)
    : batch_(std::move(batch)),
      account_(&account),
      trust_(trust),
      identities_(model::identify(*batch_, account.name)) {
    events_.reserve(batch_->roots.size());
    for (const std::uint32_t root : batch_->roots) {
        const model::Event& event = batch_->events[root];
        if (!request_ && event.kind == model::EventKind::handover_requested)
            request_ = events_.size();
        events_.push_back({root, ref_of(event), keys_of(root), body_of(root)});
    }
}

std::string PreparedRequest::ref_of(const model::Event& event) const {
    if (!is_attributed(*batch_, event))
        return model::make_ref(account_->name, model::Mode::live, kUnattributed);
    const model::ConversationId& id = batch_->conversations[event.conversation];
    return model::make_ref(account_->name, id.mode, batch_->view(id.id));
}

ItemKeys PreparedRequest::keys_of(std::uint32_t index) const {
    return item_keys(identities_[index], account_->adapter->coarse_times);
}

std::string PreparedRequest::body_of(std::uint32_t index) const {
    return event_json(*batch_, index, account_->name, identities_);
}

}  // namespace lampjack::engine
