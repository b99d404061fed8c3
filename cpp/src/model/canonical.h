#pragma once
// The canonical JSON form, version 1: the one spelling of an event shared by C++, C, Python, store, CLI and tests.

#include "base/result.h"
#include "model/batch.h"
#include "model/identity.h"
#include "json/limits.h"
#include "json/writer.h"

#include <span>
#include <string>
#include <string_view>

namespace lampjack::model {

/// The batch's events as a JSON array, or one a line. `account` stands in `conversation` unless empty.
std::string write_events(const Batch& batch, std::string_view account);
std::string write_event_lines(const Batch& batch, std::string_view account);
/// One event of the batch (an index into `batch.events`) with identities computed before.
void write_event(const Batch& batch, std::uint32_t index, std::string_view account,
                 std::span<const Identity> identities, json::Writer& out);

/// The parts of an event as a JSON array.
void write_content(const Batch& batch, const Event& event, json::Writer& out);
/// The same without anything that differs between two deliveries of one message: no `extra`, no offers.
void write_normalised_content(const Batch& batch, const Event& event, std::string& out);

/// Reads one event, or an array of events, all of one platform. Unknown keys are refused: this form is ours. What a request
/// within its limits became may be many more values, and is readable again: those who read what a caller made up limit them.
Result<BatchPtr> read_events(std::string_view json, std::uint32_t values = json::Limits::kAny);
/// Reads an array of parts, or one part, as one message event of that role.
Result<BatchPtr> read_content(std::string_view json, Role role);

}  // namespace lampjack::model
