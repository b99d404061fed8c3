#pragma once
// ObjectWriter: writes one vendor object back. A field is written from its canonical value unless `extra` remembers the
// vendor's own spelling of it; what `extra` holds beyond the known fields follows at the end. So write(read(x)) is x.

#include "base/timestamp.h"
#include "model/batch.h"
#include "json/writer.h"

#include <initializer_list>
#include <string_view>

namespace lampjack::model {

class ObjectWriter {
public:
    /// Begins the object. `own` tells whether the batch came from this platform: foreign extras are never written.
    ObjectWriter(json::Writer& out, const Batch& batch, bool own, Chain extra,
                 Scope scope = Scope::field)
        : out_(out),
          batch_(batch),
          extra_(own ? extra : Chain{}),
          scope_(scope) {
        out_.begin_object();
    }

    /// Whether `extra` remembers a field of that name: then it is written at the end, not now.
    bool remembers(std::string_view name) const noexcept {
        return batch_.find(extra_, scope_, name).present() ||
               (scope_ == Scope::field && batch_.find(extra_, Scope::message, name).present());
    }
    bool remembers_any(std::initializer_list<std::string_view> names) const noexcept {
        for (const std::string_view name : names)
            if (remembers(name)) return true;
        return false;
    }

    /// Each writes nothing when the value is absent or the field is remembered.
    ObjectWriter& text(std::string_view name, Str value) {
        if (value && !remembers(name)) out_.key(name).string(batch_.view(value));
        return *this;
    }
    ObjectWriter& raw(std::string_view name, Str value) {
        if (value && !remembers(name)) out_.key(name).raw(batch_.view(value));
        return *this;
    }
    ObjectWriter& literal(std::string_view name, std::string_view value) {
        if (!remembers(name)) out_.key(name).string(value);
        return *this;
    }
    ObjectWriter& integer(std::string_view name, std::int64_t value) {
        if (!remembers(name)) out_.key(name).integer(value);
        return *this;
    }
    ObjectWriter& iso_time(std::string_view name, Millis time) {
        if (time != kNoTime && !remembers(name)) out_.key(name).string(format_time(time).view());
        return *this;
    }
    /// A member the caller writes itself; false when it is remembered.
    bool member(std::string_view name) {
        if (remembers(name)) return false;
        out_.key(name);
        return true;
    }

    /// The remembered fields, then the end of the object.
    void end() {
        batch_.each(extra_, [&](const Extra& entry) {
            if (entry.scope == scope_ || (scope_ == Scope::field && entry.scope == Scope::message))
                out_.any_key(batch_.view(entry.key)).raw(batch_.view(entry.raw));
        });
        out_.end_object();
    }

private:
    json::Writer& out_;
    const Batch& batch_;
    Chain extra_;
    Scope scope_;
};

}  // namespace lampjack::model
