#include "engine/head.h"

#include "base/text.h"
#include "engine/problem.h"
#include "engine/reception.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace lampjack::engine {
namespace {

/// A number that is too large for us is the largest there is.
std::optional<std::uint64_t> length_of(std::string_view digits) {
    std::uint64_t length = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (digits.empty() || read.ptr != digits.data() + digits.size()) return std::nullopt;
    if (read.ec == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
    if (read.ec != std::errc{}) return std::nullopt;
    return length;
}

/// What the head declares: 0 where it declares nothing. Who declares two lengths is not believed.
Result<std::uint64_t> declared_length(const model::Request& request) {
    std::optional<std::uint64_t> declared;
    for (const auto& [name, value] : request.headers) {
        if (!equals_ignoring_case(name, "content-length")) continue;
        const auto length = length_of(trim(value));
        if (!length || (declared && declared != length))
            return fail(Code::argument, "Content-Length is not one number of bytes");
        declared = length;
    }
    return declared.value_or(0);
}

}  // namespace

class CheckedHead final : public Head {
public:
    CheckedHead(Core& core, std::string_view account, const model::Request& request,
                const Result<std::uint64_t>& declared)
        : core_(core),
          account_(account),
          reception_(core, account, request, declared ? *declared : 0) {
        if (reception_.answer_)
            ++core_.counters.requests;
        else if (!declared)
            finish(reception_.refuse(declared.error()));
        else if (!core_.bodies.has_room(core_.config.bodies, owner(), *declared))
            refuse_for_room();
    }
    ~CheckedHead() override { CheckedHead::close(); }

    const model::Answer* answer() const noexcept override {
        return reception_.answer_ ? &*reception_.answer_ : nullptr;
    }
    std::size_t max_body() const noexcept override {
        return reception_.endpoint_ == nullptr ? 0 : reception_.most_body(reception_.trust_);
    }
    Millis timeout() const noexcept override { return core_.config.bodies.timeout; }

    bool take(std::size_t bytes) override {
        if (reception_.answer_) return false;
        if (const auto usable = core_.usable(); !usable)
            finish(reception_.refuse(usable.error()));
        else if (bytes > max_body() - held_)
            finish(reception_.refuse(reception_.too_large()));
        else if (!core_.bodies.take(core_.config.bodies, owner(), bytes))
            refuse_for_room();
        else
            held_ += bytes;
        return !reception_.answer_;
    }

    void late() override {
        if (!reception_.answer_)
            refuse(408, Code::timeout, "the body was not complete in time: body_timeout_ms");
    }

    void close() noexcept override {
        // In a forked process the budget's lock may be held for ever.
        if (held_ != 0 && core_.is_here()) core_.bodies.give_back(owner(), held_);
        held_ = 0;
    }

private:
    BodyOwner owner() const noexcept {
        return {account_, reception_.trust_ == platforms::Trust::handover_only};
    }
    void refuse_for_room() {
        refuse(503, Code::limit, "too many bytes of bodies are in flight: try again");
    }
    void refuse(std::int32_t status, Code code, std::string_view why) {
        reception_.refused(status, why);
        finish(problem(status, code, why));
    }
    void finish(model::Answer answer) {
        ++core_.counters.requests;
        reception_.answer_ = std::move(answer);
        close();
    }

    Core& core_;
    std::string account_;
    Reception reception_;   ///< of the head alone
    std::size_t held_ = 0;  ///< bytes of the body that came
};

std::shared_ptr<Head> check_head(Core& core, std::string_view account,
                                 const model::Request& request) {
    return std::make_shared<CheckedHead>(core, account, request, declared_length(request));
}

}  // namespace lampjack::engine
