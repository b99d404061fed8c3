#pragma once
// BodyWriter: batch to bytes, in the form the batch was read in, or in the documented one.

#include "platforms/adapter.h"
#include "platforms/object_writer.h"

#include <string>
#include <string_view>

namespace lampjack::platforms::omnichannel {

/// What a request of ours says where the event itself does not; empty members say nothing.
struct Addressing {
    std::string_view chat_id;  ///< JSON
    std::string_view message_id;
    std::string_view visitor_id;  ///< for an event that names no actor
};

/// A chat id as JSON. The page calls it an integer, so digits alone become a number.
std::string chat_id_json(std::string_view id);

class BodyWriter {
public:
    BodyWriter(const model::Batch& batch, Direction direction)
        : batch_(batch),
          direction_(direction),
          out_(text_) {}
    /// For a request of ours: canonical values only.
    BodyWriter(const model::Batch& batch, Direction direction, const Addressing& addressing)
        : batch_(batch),
          direction_(direction),
          addressing_(&addressing),
          out_(text_) {}

    Result<std::string> run();

private:
    enum class Form : std::uint8_t { nested, array, flat, whole, transfer };

    bool is_own(const model::Event& event) const noexcept;
    Result<void> check() const;
    Result<Form> form() const;
    std::size_t messages() const noexcept;
    const model::Event& first() const noexcept { return batch_.root(0); }

    Result<void> envelope(Form form);
    Result<void> members(ObjectWriter& object, Form form);
    void chat_id(ObjectWriter& object);
    void visitor(ObjectWriter& object);
    void fields(const model::Actor& actor, bool own);
    Result<void> message_list();
    Result<void> message(const model::Event& event, const model::Part& part);
    void body(ObjectWriter& object, const model::Event& event, const model::Part& part);
    void file(ObjectWriter& object, const model::Event& event, const model::Part& part);
    void press(ObjectWriter& object, const model::Part& part, bool own);
    void buttons(ObjectWriter& object, const model::Part& part, bool own);
    void message_id(ObjectWriter& object, const model::Event& event);
    Result<void> transfer();

    const model::Batch& batch_;
    Direction direction_;
    const Addressing* addressing_ = nullptr;
    std::string text_;
    json::Writer out_;
};

}  // namespace lampjack::platforms::omnichannel
