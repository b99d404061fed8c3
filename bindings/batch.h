#pragma once
// Batches and the Event views over them, as the rest of this folder uses them.

#include "model/batch.h"
#include "pybind.h"

#include <string>

namespace lampjack::bindings {

/// What an Event object is a view of. Valid while the object lives.
struct EventPlace {
    const model::BatchPtr& batch;
    std::uint32_t index;
};

/// All events of the batch; `account` stands in their JSON form.
py::list event_list(model::BatchPtr batch, std::string account);
/// Throws TypeError unless it is an Event.
EventPlace place_of(py::handle event);
/// The canonical JSON form.
std::string json_of(py::handle event);
/// The parts of the batch's only event.
py::tuple parts_of(const model::BatchPtr& batch);

}  // namespace lampjack::bindings
