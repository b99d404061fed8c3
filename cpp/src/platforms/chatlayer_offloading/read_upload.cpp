// Files and places that a visitor sends.

#include "platforms/chatlayer_offloading/user_message.h"
#include "platforms/chatlayer_offloading/wire.h"
#include "json/scalar.h"

#include <charconv>

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using json::Key;
using json::Problem;
using json::Str;
using model::BatchBuilder;
using model::Part;
using model::PartType;
using Mark = json::Cursor::Mark;

/// The files are those of `urls`, in order. Only where that names none are they those of `url`, a spelling of other pages,
/// or the one of `data`. What else stands there is kept as it is.
class UploadReader {
public:
    UploadReader(BatchBuilder& build, std::uint32_t event) noexcept
        : build_(build),
          cursor_(build.cursor),
          index_(event),
          first_(build.batch.parts.size()) {}

    Verdict read(const UploadFields& fields, bool& plain) {
        plain_ = fields.urls.present() && !fields.url.present();
        if (fields.urls.present() && !addresses(fields.urls)) return Verdict::malformed;
        if (fields.url.present() && count() == 0 && !addresses(fields.url))
            return Verdict::malformed;
        if (fields.data.present() && !data(fields.data)) return Verdict::malformed;
        if (count() == 0) {
            if (!state_) return Verdict::malformed;
            build_.add_part(event(), PartType::file);
        }
        auto& parts = build_.batch.parts;
        for (std::size_t i = first_; i < parts.size(); ++i) parts[i].state = state_;
        if (state_ && build_.view(state_) != kFileReady)
            event().warn(model::Warning::file_not_ready);
        plain = plain_;
        return Verdict::known;
    }

private:
    model::Event& event() noexcept { return build_.event(index_); }
    std::size_t count() const noexcept { return build_.batch.parts.size() - first_; }

    /// One address, or a list of them.
    bool addresses(Mark place) {
        cursor_.rewind(place);
        if (cursor_.peek() == '[') return cursor_.array([this] { return address(); });
        plain_ = false;
        return address();
    }

    bool address() {
        Str url;
        if (!cursor_.string(url)) return false;
        if (url.size == 0) {
            plain_ = false;
        } else {
            build_.add_part(event(), PartType::file).url = url;
        }
        return true;
    }

    /// {"uploadStatus":…,"fileUrl":…}
    bool data(Mark place) {
        cursor_.rewind(place);
        if (cursor_.peek() != '{') {
            plain_ = false;
            return cursor_.skip();
        }
        Str url;
        const bool good = cursor_.object([&](Key key) {
            const bool text = cursor_.peek() == '"';
            if (key == "fileUrl" && text && !url) return cursor_.string(url);
            if (key == "uploadStatus" && text && !state_) return cursor_.string(state_);
            plain_ = false;
            return cursor_.skip();
        });
        if (good) settle(url);
        return good;
    }

    void settle(Str url) {
        if (state_.size == 0) state_ = Str{};
        const bool literal = state_ && build_.view(state_) == kFileReady;
        if (state_ && build_.view(state_) == kUploadSucceeded) state_ = build_.add(kFileReady);
        const bool is_first =
            count() != 0 && build_.view(build_.batch.parts[first_].url) == build_.view(url);
        plain_ &= is_first && state_ && !literal;
        if (count() == 0 && url.size != 0) build_.add_part(event(), PartType::file).url = url;
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    std::uint32_t index_;
    std::size_t first_;
    Str state_;
    bool plain_ = false;
};

class CoordinatesReader {
public:
    explicit CoordinatesReader(BatchBuilder& build) noexcept
        : build_(build),
          cursor_(build.cursor) {}

    Verdict read(model::Event& event, bool& plain) {
        if (!cursor_.object([this](Key key) { return member(key); })) return Verdict::malformed;
        if (!latitude_ || !longitude_) return Verdict::malformed;
        if (!within(latitude_, 90) || !within(longitude_, 180)) return Verdict::out_of_range;
        Part& part = build_.add_part(event, PartType::location);
        part.latitude = latitude_;
        part.longitude = longitude_;
        plain = plain_;
        return Verdict::known;
    }

private:
    bool member(Key key) {
        if (key == "lat") return number(latitude_);
        if (key == "long") return number(longitude_);
        plain_ = false;
        if (key == "latitude") return number(latitude_);
        if (key == "lng" || key == "lon" || key == "longitude") return number(longitude_);
        return cursor_.skip();
    }

    /// A number, or its digits as a text.
    bool number(Str& out) {
        if (out) return cursor_.fail(Problem::mismatch);
        if (cursor_.peek() != '"') return cursor_.number(out);
        plain_ = false;
        if (!cursor_.string(out)) return false;
        bool integral = false;
        return json::is_number(build_.view(out), integral) || cursor_.fail(Problem::mismatch);
    }

    bool within(Str digits, double limit) const noexcept {
        const std::string_view text = build_.view(digits);
        double value = 0;
        const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        return problem == std::errc{} && value >= -limit && value <= limit;
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    Str latitude_, longitude_;
    bool plain_ = true;
};

}  // namespace

Verdict read_upload(BatchBuilder& build, std::uint32_t event, const UploadFields& fields,
                    bool& plain) {
    return UploadReader(build, event).read(fields, plain);
}

Verdict read_coordinates(BatchBuilder& build, std::uint32_t event, bool& plain) {
    return CoordinatesReader(build).read(build.event(event), plain);
}

}  // namespace lampjack::platforms::chatlayer_offloading
