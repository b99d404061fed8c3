#include "store/postgres/libpq.h"

#include "store/postgres/connecting.h"

#include <dlfcn.h>

#include <array>

namespace lampjack::store::postgres {
namespace {

/// The first release with pipelines.
constexpr int kOldestLibrary = 140000;

#ifdef __APPLE__
constexpr std::array kNames{"libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib",
                            "/usr/local/opt/libpq/lib/libpq.5.dylib"};
#else
constexpr std::array kNames{"libpq.so.5"};
#endif

constexpr const char* kInstall = "install it (Debian: libpq5, Fedora: libpq, Homebrew: libpq) or "
                                 "choose another store, e.g. \"sqlite:PATH\"";

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

}  // namespace

Result<LibPq> load_libpq(const char* const* names, std::size_t count) {
    void* library = nullptr;
    for (std::size_t i = 0; i < count && library == nullptr; ++i)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return fail(Code::config,
                    std::string("PostgreSQL's client library (libpq.so.5) is missing: ") +
                        kInstall);
    LibPq loaded;
    bool complete = true;
#define LJK_LIBPQ_FIND(name) complete = find(library, #name, loaded.name) && complete;
    LJK_LIBPQ_FUNCTIONS(LJK_LIBPQ_FIND)
#undef LJK_LIBPQ_FIND
    if (!complete || loaded.PQlibVersion() < kOldestLibrary)
        return fail(Code::config, "PostgreSQL's client library (libpq.so.5) is older than release "
                                  "14: install a newer one; it works with older servers");
    return loaded;  // never unloaded: connections may live until the process ends
}

Result<const LibPq*> libpq() {
    // A child could neither end what another thread began here, nor load anything.
    const Connecting no_fork;
    static const Result<LibPq> loaded = load_libpq(kNames.data(), kNames.size());
    if (!loaded) return loaded.error();
    return &*loaded;
}

}  // namespace lampjack::store::postgres
