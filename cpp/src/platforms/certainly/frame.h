#pragma once
// A frame: one message as Certainly's chat speaks it. Users' frames come in an older form (`message` is the text) and in a
// newer one (`actions`), both wrapped in `message`; a bot's frame is a part by itself.

#include "platforms/certainly/part_read.h"

namespace lampjack::platforms::certainly {

struct Frame {
    enum class Source : std::uint8_t {
        nothing,  ///< neither text nor part: an empty message, an error, or something unknown
        message,  ///< the older form
        actions,  ///< the newer one
        part,     ///< a bot's frame
    };

    Source source = Source::nothing;
    bool wrapped = false;    ///< its members stood in an object `message`
    bool scattered = false;  ///< some of its members stood outside of `message`, beside it
    bool has_error = false;  ///< `error` is not null
    bool id_was_number = false;
    unsigned seen = 0;      ///< bits by Field
    unsigned warnings = 0;  ///< bits by Warning
    bool exact = true;      ///< every part can be written back
    model::Str user, id, text, last_name;
    Millis sent_at = model::kNoTime;
    PartFields part;
    json::Cursor::Mark actions, attachments;
    model::Range parts;
    model::Chain extra, session;
};

class FrameReader {
public:
    explicit FrameReader(model::BatchBuilder& build) noexcept
        : build_(build),
          cursor_(build.cursor),
          parts_(build) {}

    /// Reads the object at the cursor: a frame, or what `data` holds around one.
    bool read(Frame& frame);
    /// The name of the field that makes the whole request unacceptable, when there is one.
    std::string_view refused() const noexcept { return refused_; }

private:
    bool wrapped(Frame& frame);
    bool member(Frame& frame, model::Scope scope, json::Key key);
    bool id(Frame& frame, model::Str& out, std::string_view name, model::Scope scope);
    bool text(Frame& frame, model::Scope scope);
    bool time(Frame& frame, model::Scope scope);
    bool profile(Frame& frame, model::Scope scope);
    bool variables(Frame& frame, model::Scope scope);
    bool make_parts(Frame& frame);
    bool make_attachments(Frame& frame);
    void unwrap_scopes(Frame& frame);

    model::BatchBuilder& build_;
    json::Cursor& cursor_;
    PartReader parts_;
    std::string_view refused_;
};

}  // namespace lampjack::platforms::certainly
