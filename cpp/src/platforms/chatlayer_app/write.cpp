// Batch to body: the array of performReceive on the way out, the app's bundles on the way in.

#include "platforms/chatlayer_app/write.h"

#include "model/object_writer.h"
#include "platforms/chatlayer_app/adapter.h"
#include "platforms/chatlayer_app/session_data.h"
#include "platforms/chatlayer_app/settings.h"

#include <initializer_list>

namespace lampjack::platforms::chatlayer_app {
namespace {

using model::Batch;
using model::Event;
using model::EventKind;
using model::ObjectWriter;
using model::Scope;

class BundleWriter {
public:
    BundleWriter(const Batch& batch, json::Writer& out)
        : batch_(batch),
          out_(out),
          own_(is_own(batch)),
          extra_(batch.size() == 0 ? model::Chain{} : batch.root(0).extra) {}

    Result<void> send() {
        const bool outside = own_ && batch_.size() != 0 &&
                             batch_.root(0).warns(model::Warning::messages_under_other_key);
        ObjectWriter bundle(out_, batch_, own_, extra_, Scope::request);
        if (outside) {
            out_.key("messages");
            LJK_CHECK(messages());
            if (has_input()) {
                out_.key("inputData");
                ObjectWriter(out_, batch_, own_, extra_, Scope::data).end();
            }
        } else {
            out_.key("inputData");
            ObjectWriter input(out_, batch_, own_, extra_, Scope::data);
            if (!own_ || !remembers_bundle()) user();
            out_.key("messages");
            LJK_CHECK(messages());
            input.end();
        }
        bundle.end();
        return {};
    }

    void offload() {
        const Event& event = batch_.root(0);
        ObjectWriter bundle(out_, batch_, own_, extra_, Scope::request);
        if (own_) {
            bundle.raw("inputData", event.payload);
        } else {
            out_.key("inputData").begin_object();
            user();
            out_.end_object();
        }
        bundle.end();
    }

private:
    Result<void> messages() {
        out_.begin_array();
        for (std::size_t i = 0; i < batch_.size(); ++i)
            LJK_CHECK(write_messages(batch_, batch_.root(i), out_));
        out_.end_array();
        return {};
    }

    bool has_input() const noexcept { return remembers({Scope::data}); }
    /// The first event of a bundle does; one of the others, written alone, stands without its user.
    bool remembers_bundle() const noexcept { return remembers({Scope::data, Scope::request}); }

    bool remembers(std::initializer_list<Scope> scopes) const noexcept {
        bool found = false;
        batch_.each(extra_, [&](const model::Extra& entry) {
            for (const Scope scope : scopes) found = found || entry.scope == scope;
        });
        return found;
    }

    /// The vendor does not say where the user stands; this is the first place our reader looks at.
    void user() {
        if (batch_.size() == 0 || batch_.root(0).conversation == model::kNone) return;
        const model::Str id = batch_.conversations[batch_.root(0).conversation].id;
        if (id) out_.key("user").begin_object().key("id").string(batch_.view(id)).end_object();
    }

    const Batch& batch_;
    json::Writer& out_;
    bool own_;
    model::Chain extra_;
};

/// A request or a subscription: one event without a conversation.
bool write_whole(const Batch& batch, json::Writer& out) {
    if (!is_own(batch) || batch.size() != 1) return false;
    const Event& event = batch.root(0);
    if (event.kind != EventKind::unknown || event.conversation != model::kNone) return false;
    const auto parts = batch.parts_of(event);
    if (parts.empty()) {
        ObjectWriter(out, batch, true, event.extra).end();
    } else {
        out.raw(batch.view(parts[0].raw));
    }
    return true;
}

}  // namespace

bool is_own(const Batch& batch) noexcept { return batch.platform() == kName; }

Result<std::string> write_array(const Batch& batch, Millis now) {
    const SessionData data(batch);
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (data.travels(i)) continue;
        LJK_CHECK(write_items(batch, batch.root(i), {.now = now, .data = data.of(i)}, out));
    }
    out.end_array();
    return text;
}

Result<std::string> write(const Batch& batch, Direction direction) {
    std::string text;
    json::Writer out(text);
    if (direction == Direction::out) return write_array(batch, model::kNoTime);
    if (!write_whole(batch, out)) {
        BundleWriter writer(batch, out);
        if (batch.size() == 1 && batch.root(0).kind == EventKind::handover_requested) {
            writer.offload();
        } else {
            LJK_CHECK(writer.send());
        }
    }
    return text;
}

}  // namespace lampjack::platforms::chatlayer_app
