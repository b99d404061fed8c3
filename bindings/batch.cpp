// size: on purpose the only file that counts references by hand: whoever checks the counting has one file to read.
// Why at all: a view made here costs a tenth of a pybind11 instance, a read attribute a fifth of a pybind11 property, and a
// transcript of 500 messages has 7000 of the latter. Everything else in this folder is pybind11.
//
// Batch holds one request's events. An Event is (batch, index): its attributes are made when they are read, the expensive ones
// are kept. Parts and other values are Python classes whose slots are filled directly.

#include "batch.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "errors.h"
#include "given.h"
#include "model/canonical.h"
#include "model/payload_offer.h"
#include "platforms/registry.h"
#include "register.h"
#include "requests.h"

#include <datetime.h>
#include <structmember.h>

#include <array>
#include <cmath>
#include <utility>

namespace lampjack::bindings {
namespace {

using model::Batch;
using model::Chain;
using model::EventKind;
using model::Str;

// ---- What is made once, at import ----

template <class Enum>
PyObject* words[32] = {};  ///< interned, by value
PyObject* read_json = nullptr;
PyObject* frozen_dict = nullptr;
PyObject* empty_dict = nullptr;
PyObject* empty_tuple = nullptr;
PyTypeObject* batch_type = nullptr;
PyTypeObject* event_type = nullptr;
std::array<PyTypeObject*, 5> event_types{};  ///< by EventKind

/// A Python class with slots, and where they are.
template <std::size_t N>
class Slots {
public:
    Slots(const char* module, const char* name, std::array<const char*, N> fields)
        : module_(module),
          name_(name),
          fields_(fields) {}

    void load() {
        const py::object cls = py::module_::import(module_).attr(name_);
        type_ = reinterpret_cast<PyTypeObject*>(cls.ptr());
        for (std::size_t i = 0; i < N; ++i) {
            const py::object slot = cls.attr(fields_[i]);
            if (Py_TYPE(slot.ptr()) != &PyMemberDescr_Type) throw py::type_error("not a slot");
            offsets_[i] = reinterpret_cast<PyMemberDescrObject*>(slot.ptr())->d_member->offset;
        }
        cls.inc_ref();
    }

    /// A new object; takes the values over. Null when one of them is null.
    PyObject* make(const std::array<PyObject*, N>& values) const {
        PyObject* self = nullptr;
        bool complete = true;
        for (PyObject* value : values) complete = complete && value != nullptr;
        if (complete) self = type_->tp_alloc(type_, 0);
        for (std::size_t i = 0; i < N; ++i) {
            if (self == nullptr) {
                Py_XDECREF(values[i]);
            } else {
                *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(self) + offsets_[i]) =
                    values[i];
            }
        }
        return self;
    }

private:
    const char* module_;
    const char* name_;
    std::array<const char*, N> fields_;
    PyTypeObject* type_ = nullptr;
    std::array<Py_ssize_t, N> offsets_{};
};

constexpr const char* kParts = "lampjack._parts";
constexpr const char* kValues = "lampjack._values";
Slots<2> text_slots{kParts, "Text", {"text", "extra"}};
Slots<4> choice_slots{kParts, "Choice", {"text", "options", "style", "extra"}};
Slots<4> cards_slots{kParts, "Cards", {"cards", "layout", "options", "extra"}};
Slots<6> card_slots{kParts, "Card", {"title", "subtitle", "image_url", "url", "options", "extra"}};
Slots<8> file_slots{
    kParts, "File", {"url", "media", "name", "mime", "size", "state", "vendor_id", "extra"}};
Slots<4> location_slots{kParts, "Location", {"latitude", "longitude", "title", "extra"}};
Slots<5> postback_slots{kParts, "Postback", {"payload", "title", "target", "parameters", "extra"}};
Slots<1> start_slots{kParts, "Start", {"extra"}};
Slots<2> unknown_slots{kParts, "UnknownPart", {"raw", "extra"}};
Slots<8> option_slots{
    kParts, "Option", {"title", "payload", "kind", "url", "phone", "image_url", "target", "extra"}};
Slots<4> conversation_slots{kValues, "ConversationId", {"account", "bot", "mode", "id"}};
Slots<3> handover_slots{kValues, "HandoverInfo", {"to", "payload", "transcript"}};
Slots<11> actor_slots{kValues,
                      "Actor",
                      {"role", "id", "first_name", "last_name", "display_name", "login", "phone",
                       "email", "site", "language", "extra"}};

// ---- Small values; every function returns a new reference, or null with a Python error ----

PyObject* unicode(std::string_view text) {
    return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict");
}
PyObject* text(const Batch& batch, Str str) {
    return str ? unicode(batch.view(str)) : Py_NewRef(Py_None);
}

template <class Enum>
PyObject* word_of(Enum value) {
    return Py_NewRef(words<Enum>[static_cast<std::size_t>(value)]);
}

PyObject* json(std::string_view raw) {
    PyObject* source = unicode(raw);
    if (source == nullptr) return nullptr;
    PyObject* value = PyObject_CallOneArg(read_json, source);
    Py_DECREF(source);
    return value;
}
PyObject* json(const Batch& batch, Str raw) {
    return raw ? json(batch.view(raw)) : Py_NewRef(Py_None);
}

/// Throws py::error_already_set, so that loops stay readable; callers are `guarded`.
py::object own(PyObject* value) {
    if (value == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(value);
}

PyObject* extras(const Batch& batch, Chain chain, bool scoped = true) {
    if (chain.empty()) return Py_NewRef(empty_dict);
    py::dict out;
    batch.each(chain, [&](const model::Extra& entry) {
        py::dict place = out;
        if (scoped && entry.scope != model::Scope::field) {
            const py::handle scope = words<model::Scope>[static_cast<std::size_t>(entry.scope)];
            if (!out.contains(scope)) out[scope] = py::dict();
            place = py::reinterpret_borrow<py::dict>(out[scope].ptr());
        }
        place[own(text(batch, entry.key))] = own(json(batch, entry.raw));
    });
    return PyObject_CallOneArg(frozen_dict, out.ptr());
}

PyObject* number(const Batch& batch, Str digits) {
    if (!digits) return Py_NewRef(Py_None);
    const std::string copy(batch.view(digits));
    const double value = PyOS_string_to_double(copy.c_str(), nullptr, nullptr);
    if (value == -1.0 && PyErr_Occurred() != nullptr) return nullptr;
    return std::isfinite(value) ? PyFloat_FromDouble(value) : json(copy);
}

/// The text form has fixed places, and the core knows the calendar.
PyObject* datetime(Millis time) {
    if (time == model::kNoTime) return Py_NewRef(Py_None);
    const TimeText form = format_time(time);
    const auto digits = [&](std::size_t at, std::size_t count) {
        int value = 0;
        for (std::size_t i = at; i < at + count; ++i)
            value = value * 10 + (form.characters[i] - '0');
        return value;
    };
    return PyDateTimeAPI->DateTime_FromDateAndTime(
        digits(0, 4), digits(5, 2), digits(8, 2), digits(11, 2), digits(14, 2), digits(17, 2),
        digits(20, 3) * 1000, PyDateTime_TimeZone_UTC, PyDateTimeAPI->DateTimeType);
}

template <class Items, class Make>
PyObject* tuple(const Items& items, Make make) {
    if (items.empty()) return Py_NewRef(empty_tuple);
    PyObject* out = PyTuple_New(static_cast<Py_ssize_t>(items.size()));
    Py_ssize_t at = 0;
    for (const auto& item : items) {
        PyObject* value = out == nullptr ? nullptr : make(item);
        if (value == nullptr) {
            Py_XDECREF(out);
            return nullptr;
        }
        PyTuple_SET_ITEM(out, at++, value);
    }
    return out;
}

// ---- Parts ----

class PartMaker {
public:
    explicit PartMaker(const Batch& batch) : batch_(batch) {}

    PyObject* operator()(const model::Part& part) const {
        switch (part.type) {
            case model::PartType::text: return text_slots.make({str(part.text), extra(part.extra)});
            case model::PartType::choice:
                return choice_slots.make({str(part.text), options(part.options),
                                          word_of(part.style), extra(part.extra)});
            case model::PartType::cards: return cards(part);
            case model::PartType::file: return file(part);
            case model::PartType::location:
                return location_slots.make({number(batch_, part.latitude),
                                            number(batch_, part.longitude), str(part.title),
                                            extra(part.extra)});
            case model::PartType::postback: return postback(part);
            case model::PartType::start: return start_slots.make({extra(part.extra)});
            case model::PartType::unknown: break;
        }
        return unknown_slots.make({json(batch_, part.raw), extra(part.extra)});
    }

private:
    PyObject* str(Str value) const { return text(batch_, value); }
    PyObject* extra(Chain chain) const { return extras(batch_, chain); }

    PyObject* options(model::Range range) const {
        return tuple(batch_.options_of(range), [&](const model::Option& option) {
            PyObject* target = offered_target(option.target, option.payload);
            return option_slots.make({str(option.title), str(option.payload), word_of(option.kind),
                                      str(option.url), str(option.phone), str(option.image_url),
                                      target, extra(option.extra)});
        });
    }

    PyObject* cards(const model::Part& part) const {
        PyObject* list = tuple(batch_.cards_of(part), [&](const model::Card& card) {
            return card_slots.make({str(card.title), str(card.subtitle), str(card.image_url),
                                    str(card.url), options(card.options), extra(card.extra)});
        });
        return cards_slots.make(
            {list, word_of(part.layout), options(part.options), extra(part.extra)});
    }

    PyObject* file(const model::Part& part) const {
        PyObject* size =
            part.size == model::kNoSize ? Py_NewRef(Py_None) : PyLong_FromLongLong(part.size);
        return file_slots.make({str(part.url), word_of(part.media), str(part.name), str(part.mime),
                                size, str(part.state), str(part.vendor_id), extra(part.extra)});
    }

    PyObject* postback(const model::Part& part) const {
        PyObject* parameters = json(batch_, part.parameters);
        if (!part.parameters && part.payload) {
            const model::Offer offer = model::offer_of(batch_.view(part.payload));
            if (!offer.parameters.empty()) {
                Py_XDECREF(parameters);
                parameters = json(offer.parameters);
            }
        }
        return postback_slots.make({str(part.payload), str(part.title),
                                    offered_target(part.target, part.payload), parameters,
                                    extra(part.extra)});
    }

    /// As in the JSON form: what a payload offers counts unless the platform said it itself.
    PyObject* offered_target(Str own, Str payload) const {
        if (own || !payload) return str(own);
        const model::Offer offer = model::offer_of(batch_.view(payload));
        return offer.target.empty() ? Py_NewRef(Py_None) : unicode(offer.target);
    }

    const Batch& batch_;
};

// ---- Batch ----

struct BatchObject {
    PyObject_HEAD model::BatchPtr batch;
    std::string account;
    std::vector<model::Identity> identities;  ///< made when first needed
    std::vector<PyObject*> conversations;     ///< made when first read
    PyObject* platform;
};

struct EventObject {
    PyObject_HEAD BatchObject* owner;
    std::uint32_t index;
    PyObject* content;
    PyObject* actor;
    PyObject* handover;

    const Batch& batch() const noexcept { return *owner->batch; }
    const model::Event& event() const noexcept { return owner->batch->events[index]; }
};

template <class To>
To* as(PyObject* object) {
    return reinterpret_cast<To*>(object);
}
template <class From>
PyObject* object(From* self) {
    return reinterpret_cast<PyObject*>(self);
}

/// Holds the object's lock where there is no GIL to do it.
class Locked {
public:
#ifdef Py_GIL_DISABLED
    explicit Locked(PyObject* object) { PyCriticalSection_Begin(&section_, object); }
    ~Locked() { PyCriticalSection_End(&section_); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    PyCriticalSection section_;
#else
    explicit Locked(PyObject*) {}
#endif
};

/// Turns what the function throws into a Python error.
template <class Function>
auto guarded(Function function) noexcept -> decltype(function()) {
    try {
        return function();
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    if constexpr (std::is_pointer_v<decltype(function())>)
        return nullptr;
    else
        return -1;
}

PyObject* new_batch(model::BatchPtr batch, std::string account) {
    auto* self = PyObject_New(BatchObject, batch_type);
    if (self == nullptr) return nullptr;
    new (&self->batch) model::BatchPtr(std::move(batch));
    new (&self->account) std::string(std::move(account));
    new (&self->identities) std::vector<model::Identity>();
    new (&self->conversations) std::vector<PyObject*>();
    self->platform = nullptr;
    return object(self);
}

void batch_dealloc(PyObject* object) {
    auto* self = as<BatchObject>(object);
    for (PyObject* value : self->conversations) Py_XDECREF(value);
    Py_XDECREF(self->platform);
    std::destroy_at(&self->conversations);
    std::destroy_at(&self->identities);
    std::destroy_at(&self->account);
    std::destroy_at(&self->batch);
    PyTypeObject* type = Py_TYPE(object);
    PyObject_Free(object);
    Py_DECREF(type);
}

std::span<const model::Identity> identities(BatchObject* self) {
    const Locked lock(object(self));
    if (self->identities.empty()) self->identities = model::identify(*self->batch, self->account);
    return self->identities;
}

// ---- Event ----

// Freed views wait here for the next ones; without a GIL the allocator's own thread caches do.
#ifdef Py_GIL_DISABLED
constexpr std::size_t kFreeList = 0;
EventObject** free_list = nullptr;
#else
constexpr std::size_t kFreeList = 512;
EventObject* free_list[kFreeList];
#endif
std::size_t free_count = 0;

PyObject* new_event(BatchObject* owner, std::uint32_t index) {
    PyTypeObject* type = event_types[static_cast<std::size_t>(owner->batch->events[index].kind)];
    EventObject* self = nullptr;
    if (free_count != 0) {
        self = free_list[--free_count];
        PyObject_Init(object(self), type);
    } else {
        self = PyObject_New(EventObject, type);
        if (self == nullptr) return nullptr;
    }
    self->owner = owner;
    Py_INCREF(owner);
    self->index = index;
    self->content = self->actor = self->handover = nullptr;
    return object(self);
}

void event_dealloc(PyObject* object) {
    auto* self = as<EventObject>(object);
    PyTypeObject* type = Py_TYPE(object);
    Py_CLEAR(self->content);
    Py_CLEAR(self->actor);
    Py_CLEAR(self->handover);
    Py_DECREF(self->owner);
    if (free_count < kFreeList)
        free_list[free_count++] = self;
    else
        PyObject_Free(object);
    Py_DECREF(type);
}

std::string event_json(EventObject* self) {
    std::string out;
    lampjack::json::Writer writer(out);
    model::write_event(self->batch(), self->index, self->owner->account, identities(self->owner),
                       writer);
    return out;
}

/// The kept value, made on the first call.
template <class Make>
PyObject* kept(PyObject* object, PyObject*& place, Make make) {
    const Locked lock(object);
    if (place == nullptr) place = guarded(make);
    return Py_XNewRef(place);
}

PyObject* get_kind(PyObject* object, void*) {
    return word_of(as<EventObject>(object)->event().kind);
}

PyObject* get_id(PyObject* object, void*) {
    return guarded([&]() -> PyObject* {
        auto* self = as<EventObject>(object);
        if (self->event().id) return text(self->batch(), self->event().id);
        const model::ItemKey& key = identities(self->owner)[self->index].id;
        return unicode(hex({reinterpret_cast<const char*>(key.data()), key.size()}));
    });
}

PyObject* get_platform(PyObject* object, void*) {
    BatchObject* owner = as<EventObject>(object)->owner;
    return kept(bindings::object(owner), owner->platform, [&] {
        const std::string_view name = owner->batch->platform();
        return name.empty() ? Py_NewRef(Py_None) : unicode(name);
    });
}

PyObject* make_conversation(const BatchObject* owner, std::uint32_t at) {
    const Batch& batch = *owner->batch;
    const model::ConversationId& id = batch.conversations[at];
    PyObject* account = owner->account.empty() ? text(batch, id.account) : unicode(owner->account);
    return conversation_slots.make(
        {account, text(batch, id.bot), word_of(id.mode), text(batch, id.id)});
}

PyObject* get_conversation(PyObject* object, void*) {
    auto* self = as<EventObject>(object);
    const std::uint32_t at = self->event().conversation;
    if (at == model::kNone) Py_RETURN_NONE;
    return guarded([&] {
        BatchObject* owner = self->owner;
        const Locked lock(bindings::object(owner));
        owner->conversations.resize(owner->batch->conversations.size(), nullptr);
        PyObject*& place = owner->conversations[at];
        if (place == nullptr) place = make_conversation(owner, at);
        return Py_XNewRef(place);
    });
}

PyObject* get_actor(PyObject* object, void*) {
    auto* self = as<EventObject>(object);
    return kept(object, self->actor, [&] {
        const Batch& batch = self->batch();
        const model::Event& event = self->event();
        const model::Actor actor =
            event.actor == model::kNone ? model::Actor{} : batch.actors[event.actor];
        return actor_slots.make(
            {word_of(event.role), text(batch, actor.id), text(batch, actor.first_name),
             text(batch, actor.last_name), text(batch, actor.display_name),
             text(batch, actor.login), text(batch, actor.phone), text(batch, actor.email),
             text(batch, actor.site), text(batch, actor.language), extras(batch, actor.extra)});
    });
}

PyObject* get_sent_at(PyObject* object, void*) {
    return datetime(as<EventObject>(object)->event().sent_at);
}

PyObject* get_vendor_id(PyObject* object, void*) {
    auto* self = as<EventObject>(object);
    return text(self->batch(), self->event().vendor_id);
}

PyObject* get_content(PyObject* object, void*) {
    auto* self = as<EventObject>(object);
    return kept(object, self->content, [&] {
        return tuple(self->batch().parts_of(self->event()), PartMaker(self->batch()));
    });
}

PyObject* get_handover(PyObject* object, void*) {
    auto* self = as<EventObject>(object);
    const model::Event& event = self->event();
    if (event.kind != EventKind::handover_requested && event.kind != EventKind::handover)
        Py_RETURN_NONE;
    return kept(object, self->handover, [&] {
        std::uint32_t at = event.transcript.first;
        PyObject* transcript = tuple(self->batch().transcript_of(event), [&](const model::Event&) {
            return new_event(self->owner, at++);
        });
        return handover_slots.make(
            {word_of(event.handover_to), json(self->batch(), event.payload), transcript});
    });
}

PyObject* get_session(PyObject* object, void*) {
    auto* self = as<EventObject>(object);
    return guarded([&] { return extras(self->batch(), self->event().session, false); });
}
PyObject* get_extra(PyObject* object, void*) {
    auto* self = as<EventObject>(object);
    return guarded([&] { return extras(self->batch(), self->event().extra); });
}

PyObject* get_warnings(PyObject* object, void*) {
    const model::Event& event = as<EventObject>(object)->event();
    return guarded([&] {
        std::vector<model::Warning> present;
        for (unsigned i = 0; i < model::kWarnings; ++i)
            if (const auto warning = static_cast<model::Warning>(i); event.warns(warning))
                present.push_back(warning);
        return tuple(present, word_of<model::Warning>);
    });
}

PyObject* event_to_json(PyObject* object, PyObject*) {
    return guarded([&] { return unicode(event_json(as<EventObject>(object))); });
}
PyObject* event_to_dict(PyObject* object, PyObject*) {
    return guarded([&] { return json(event_json(as<EventObject>(object))); });
}

PyObject* event_reduce(PyObject* object, PyObject*) {
    return guarded([&] {
        const py::object read = py::handle(bindings::object(Py_TYPE(object))).attr("from_json");
        return py::make_tuple(read, py::make_tuple(own(event_to_json(object, nullptr))))
            .release()
            .ptr();
    });
}

Py_hash_t event_hash(PyObject* object) {
    return guarded([&] { return PyObject_Hash(own(get_id(object, nullptr)).ptr()); });
}

PyObject* event_compare(PyObject* left, PyObject* right, int operation) {
    if ((operation != Py_EQ && operation != Py_NE) || PyObject_TypeCheck(right, event_type) == 0)
        Py_RETURN_NOTIMPLEMENTED;
    return guarded([&] {
        auto *a = as<EventObject>(left), *b = as<EventObject>(right);
        const bool same = a->owner == b->owner && a->index == b->index;
        const bool equal = same || event_json(a) == event_json(b);
        return Py_NewRef(equal == (operation == Py_EQ) ? Py_True : Py_False);
    });
}

/// Nothing a person wrote or is called, and no id, stands in a repr: it ends up in logs.
PyObject* event_repr(PyObject* object) {
    auto* self = as<EventObject>(object);
    return guarded([&] {
        std::string out = "<";
        out.append(_PyType_Name(Py_TYPE(object))).append(" by ").append(word(self->event().role));
        if (const auto platform = self->batch().platform(); !platform.empty())
            out.append(" on ").append(platform);
        out.append(", ").append(std::to_string(self->event().parts.count)).append(" parts>");
        return unicode(out);
    });
}

// ---- Reading ----

PyObject* event_from_json(PyObject* cls, PyObject* source) {
    return guarded([&]() -> PyObject* {
        auto batch = unwrap(model::read_events(Buffer(source, "text").view()));
        if (batch->size() != 1) raise(fail(Code::payload, "this is not the JSON of one event"));
        const std::uint32_t root = batch->roots[0];
        const py::object owner = own(new_batch(std::move(batch), {}));
        py::object event = own(new_event(as<BatchObject>(owner.ptr()), root));
        if (PyObject_TypeCheck(event.ptr(), as<PyTypeObject>(cls)) == 0)
            raise(fail(Code::payload, "this is the JSON of another kind of event"));
        return event.release().ptr();
    });
}

PyObject* event_from_dict(PyObject* cls, PyObject* source) {
    return guarded([&]() -> PyObject* {
        const py::object dumps = py::module_::import("lampjack._given").attr("as_json");
        return event_from_json(cls,
                               dumps(py::reinterpret_borrow<py::object>(source), "data").ptr());
    });
}

PyObject* new_list(BatchObject* owner) {
    const auto& roots = owner->batch->roots;
    PyObject* out = PyList_New(static_cast<Py_ssize_t>(roots.size()));
    for (std::size_t i = 0; out != nullptr && i < roots.size(); ++i) {
        PyObject* event = new_event(owner, roots[i]);
        if (event == nullptr)
            Py_CLEAR(out);
        else
            PyList_SET_ITEM(out, static_cast<Py_ssize_t>(i), event);
    }
    return out;
}

/// parse(platform, body, *, path="", query=b"", headers=(), account=""), by hand because it is called once a request.
struct ParseArguments {
    PyObject* path = nullptr;
    PyObject* query = nullptr;
    PyObject* headers = nullptr;
    PyObject* account = nullptr;

    PyObject** place_of_name(PyObject* name) {
        const auto is = [&](const char* known) {
            return PyUnicode_CompareWithASCIIString(name, known) == 0;
        };
        if (is("query")) return &query;
        if (is("headers")) return &headers;
        if (is("account")) return &account;
        return is("path") ? &path : nullptr;
    }

    bool take(PyObject* const* values, PyObject* names) {
        for (Py_ssize_t i = 0; names != nullptr && i < PyTuple_GET_SIZE(names); ++i) {
            PyObject* name = PyTuple_GET_ITEM(names, i);
            PyObject** place = place_of_name(name);
            if (place == nullptr) {
                PyErr_Format(PyExc_TypeError, "parse() got an unexpected keyword argument '%U'",
                             name);
                return false;
            }
            *place = values[i];
        }
        return true;
    }
};

// The GIL is kept for small bodies: getting it back beside a busy Python thread can take 5 ms, parsing takes microseconds.
constexpr std::size_t kReleaseAbove = 256 << 10;

Result<model::BatchPtr> parse_body(const platforms::Adapter& adapter,
                                   const platforms::ReadInput& input, std::string_view body) {
    if (body.size() <= kReleaseAbove) return platforms::parse(adapter, input, body);
    const py::gil_scoped_release released;
    return platforms::parse(adapter, input, body);
}

PyObject* parse_to_batch(PyObject* const* args, Py_ssize_t count, PyObject* names) {
    ParseArguments given;
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "parse() takes a platform and a body");
        return nullptr;
    }
    if (!given.take(args + count, names)) return nullptr;
    const Buffer body(args[1], "body");
    const auto* adapter = unwrap(platforms::require(utf8_of(args[0], "platform")));
    std::string path, query, account;
    if (given.path != nullptr) path = Buffer(given.path, "path").view();
    if (given.query != nullptr) query = Buffer(given.query, "query").view();
    if (given.account != nullptr) account = utf8_of(given.account, "account");
    HeaderTexts texts;
    if (given.headers != nullptr)
        texts = header_texts(py::reinterpret_borrow<py::object>(given.headers));
    std::vector<model::HeaderView> headers;
    for (const auto& [name, value] : texts) headers.push_back({name, value});
    return new_batch(unwrap(parse_body(*adapter, {.path = path, .query = query, .headers = headers},
                                       body.view())),
                     std::move(account));
}

PyObject* parse_batch(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* names) {
    return guarded([&] { return parse_to_batch(args, count, names); });
}

PyObject* parse(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* names) {
    return guarded([&]() -> PyObject* {
        PyObject* batch = parse_to_batch(args, count, names);
        if (batch == nullptr) return nullptr;
        PyObject* list = new_list(as<BatchObject>(batch));
        Py_DECREF(batch);
        return list;
    });
}

Py_ssize_t batch_length(PyObject* object) {
    return static_cast<Py_ssize_t>(as<BatchObject>(object)->batch->size());
}
PyObject* batch_item(PyObject* object, Py_ssize_t index) {
    auto* self = as<BatchObject>(object);
    if (index >= 0 && index < batch_length(object))
        return new_event(self, self->batch->roots[static_cast<std::size_t>(index)]);
    PyErr_SetString(PyExc_IndexError, "batch index out of range");
    return nullptr;
}

// ---- Types ----

template <class Function>
PyCFunction method(Function* function) {
    return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

PyGetSetDef event_attributes[] = {
    {"kind", get_kind, nullptr,
     "`message`, `handover_requested`, `handover`, `session` or `unknown`.", nullptr},
    {"id", get_id, nullptr, "32 hexadecimal digits, the same for each delivery of the same event.",
     nullptr},
    {"platform", get_platform, nullptr, "The platform's name, or None.", nullptr},
    {"conversation", get_conversation, nullptr, "The ConversationId, or None.", nullptr},
    {"actor", get_actor, nullptr, "Who did it.", nullptr},
    {"sent_at", get_sent_at, nullptr, "The sender's time as an aware datetime, or None.", nullptr},
    {"vendor_id", get_vendor_id, nullptr, "The platform's id of this message, or None.", nullptr},
    {"content", get_content, nullptr, "The parts, as a tuple.", nullptr},
    {"handover", get_handover, nullptr,
     "The HandoverInfo of HandoverRequested and Handover, else None.", nullptr},
    {"session", get_session, nullptr, "Session data by name.", nullptr},
    {"extra", get_extra, nullptr, "Every vendor field with no place above, under its vendor name.",
     nullptr},
    {"warnings", get_warnings, nullptr, "Codes of drift and doubt, as a tuple.", nullptr},
    {},
};

PyMethodDef event_methods[] = {
    {"to_json", event_to_json, METH_NOARGS,
     "to_json($self, /)\n--\n\nReturn the canonical JSON form, version 1."},
    {"to_dict", event_to_dict, METH_NOARGS,
     "to_dict($self, /)\n--\n\nReturn the canonical JSON form as a dict."},
    {"from_json", event_from_json, METH_O | METH_CLASS,
     "from_json($type, text, /)\n--\n\nRead the canonical JSON form of one event; PayloadError for "
     "anything else."},
    {"from_dict", event_from_dict, METH_O | METH_CLASS,
     "from_dict($type, data, /)\n--\n\nRead the canonical JSON form of one event, as a dict."},
    {"__reduce__", event_reduce, METH_NOARGS, nullptr},
    {},
};

PyTypeObject* new_type(const char* name, const char* doc, PyTypeObject* base) {
    PyType_Slot base_slots[] = {{Py_tp_doc, const_cast<char*>(doc)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(event_dealloc)},
                                {Py_tp_getset, event_attributes},
                                {Py_tp_methods, event_methods},
                                {Py_tp_hash, reinterpret_cast<void*>(event_hash)},
                                {Py_tp_richcompare, reinterpret_cast<void*>(event_compare)},
                                {Py_tp_repr, reinterpret_cast<void*>(event_repr)},
                                {}};
    PyType_Slot derived_slots[] = {{Py_tp_doc, const_cast<char*>(doc)},
                                   {Py_tp_dealloc, reinterpret_cast<void*>(event_dealloc)},
                                   {}};
    PyType_Spec spec{name, sizeof(EventObject), 0,
                     static_cast<unsigned>(Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
                                           (base == nullptr ? Py_TPFLAGS_BASETYPE : 0UL)),
                     base == nullptr ? base_slots : derived_slots};
    return as<PyTypeObject>(own(PyType_FromSpecWithBases(&spec, object(base))).release().ptr());
}

void register_events(py::module_& m) {
    event_type =
        new_type("lampjack.Event",
                 "One normalised fact received. A view: immutable, compared by value.", nullptr);
    const auto add = [&](EventKind kind, const char* name, const char* doc, py::tuple match_args) {
        PyTypeObject* type = new_type(name, doc, event_type);
        event_types[static_cast<std::size_t>(kind)] = type;
        py::handle(object(type)).attr("__match_args__") = std::move(match_args);
        m.attr(_PyType_Name(type)) = py::handle(object(type));
    };
    m.attr("Event") = py::handle(object(event_type));
    add(EventKind::message, "lampjack.Message", "Somebody said something.",
        py::make_tuple("content"));
    add(EventKind::handover_requested, "lampjack.HandoverRequested", "A human is wanted.",
        py::make_tuple("handover"));
    add(EventKind::handover, "lampjack.Handover", "The platform says who is in charge now.",
        py::make_tuple("handover"));
    add(EventKind::session, "lampjack.Session", "The platform told session data.",
        py::make_tuple("session"));
    add(EventKind::unknown, "lampjack.UnknownEvent", "Something the platform does not document.",
        py::make_tuple("content"));
}

void register_batch_type(py::module_& m) {
    PyType_Slot slots[] = {{Py_tp_doc, const_cast<char*>("One request's events, as a sequence.")},
                           {Py_tp_dealloc, reinterpret_cast<void*>(batch_dealloc)},
                           {Py_sq_length, reinterpret_cast<void*>(batch_length)},
                           {Py_sq_item, reinterpret_cast<void*>(batch_item)},
                           {}};
    PyType_Spec spec{"lampjack._core.Batch", sizeof(BatchObject), 0,
                     Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    const py::object type = own(PyType_FromSpec(&spec));
    m.attr("Batch") = type;
    batch_type = as<PyTypeObject>(type.inc_ref().ptr());
}

PyMethodDef functions[] = {
    {"parse", method(parse), METH_FASTCALL | METH_KEYWORDS,
     "parse(platform, body, *, path='', query=b'', headers=(), account='')\n--\n\n"
     "Return the events of one request body. Verifies nothing: that is verify()'s part.\n\n"
     "The body's shape tells direction and dialect. PayloadError when it cannot be read, "
     "ConfigError for an unknown platform."},
    {"parse_batch", method(parse_batch), METH_FASTCALL | METH_KEYWORDS,
     "parse_batch(platform, body, *, path='', query=b'', headers=(), account='')\n--\n\nThe same "
     "as a lazy sequence."},
    {},
};

void load_words() {
#define LJK_WORD(list, value, spelling)                                \
    words<model::list>[static_cast<std::size_t>(model::list::value)] = \
        own(PyUnicode_InternFromString(spelling)).release().ptr();
#include "model/words.def"
#undef LJK_WORD
}

void load_classes() {
    const auto load = [](auto&... slots) { (slots.load(), ...); };
    load(text_slots, choice_slots, cards_slots, card_slots, file_slots, location_slots,
         postback_slots, start_slots, unknown_slots, option_slots, conversation_slots,
         handover_slots, actor_slots);
    const py::module_ values = py::module_::import(kValues);
    frozen_dict = py::object(values.attr("FrozenDict")).release().ptr();
    empty_dict = py::object(values.attr("EMPTY")).release().ptr();
    empty_tuple = own(PyTuple_New(0)).release().ptr();
    read_json = py::object(py::module_::import("lampjack._json").attr("read_json")).release().ptr();
}

}  // namespace

py::list event_list(model::BatchPtr batch, std::string account) {
    const py::object owner = own(new_batch(std::move(batch), std::move(account)));
    return py::reinterpret_steal<py::list>(own(new_list(as<BatchObject>(owner.ptr()))).release());
}

EventPlace place_of(py::handle event) {
    if (PyObject_TypeCheck(event.ptr(), event_type) == 0)
        raise_wrong_type("event", "an Event", event);
    const auto* self = as<EventObject>(event.ptr());
    return {self->owner->batch, self->index};
}

std::string json_of(py::handle event) {
    place_of(event);
    return event_json(as<EventObject>(event.ptr()));
}

py::tuple parts_of(const model::BatchPtr& batch) {
    return py::reinterpret_steal<py::tuple>(
        own(tuple(batch->parts_of(batch->root(0)), PartMaker(*batch))).release());
}

void register_batch(py::module_& m) {
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == nullptr) throw py::error_already_set();
    load_words();
    load_classes();
    register_batch_type(m);
    register_events(m);
    if (PyModule_AddFunctions(m.ptr(), functions) != 0) throw py::error_already_set();
}

}  // namespace lampjack::bindings
