#include "support/faulty_disk.h"

#include <cstring>
#include <new>
#include <vector>

#include <sqlite3.h>

namespace lampjack::support {
namespace {

/// What a write or a truncation replaced.
struct Replaced {
    sqlite3_int64 offset = 0;
    std::vector<char> bytes;
    sqlite3_int64 size_before = 0;
};

}  // namespace

struct FaultyDisk::State {
    sqlite3_vfs vfs{};
    sqlite3_io_methods methods{};
    sqlite3_vfs* real = nullptr;
    std::size_t fail_at = 0;
    Failure failure = Failure::io_error;
    bool for_good = false;
    bool hides_failed_syncs = false;
    std::size_t operations = 0, failures = 0, failed_syncs = 0, distrusted = 0;

    bool strikes() {
        ++operations;
        if (fail_at == 0 || operations < fail_at || (operations > fail_at && !for_good))
            return false;
        ++failures;
        return true;
    }
};

/// The functions SQLite calls. A file is a Handle with the real file behind it, in memory that SQLite gives.
struct FaultyDisk::Methods {
    struct Handle {
        sqlite3_file base;
        State* disk;
        std::vector<Replaced>* unsynced;
        bool is_distrusted;
        sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
        const sqlite3_io_methods& to() { return *real()->pMethods; }
    };
    static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
        auto* disk = static_cast<State*>(vfs->pAppData);
        Handle& handle = of(file);
        std::memset(&handle, 0, sizeof handle);
        handle.disk = disk;
        const int result = disk->real->xOpen(disk->real, name, handle.real(), flags, out);
        if (handle.real()->pMethods == nullptr) return result;
        handle.base.pMethods = &disk->methods;
        handle.unsynced = new std::vector<Replaced>;
        return result;
    }
    static int close(sqlite3_file* file) {
        Handle& handle = of(file);
        delete handle.unsynced;
        if (handle.is_distrusted) --handle.disk->distrusted;
        return handle.to().xClose(handle.real());
    }

    static void remember(Handle& handle, sqlite3_int64 offset, sqlite3_int64 length) {
        Replaced replaced;
        replaced.offset = offset;
        handle.to().xFileSize(handle.real(), &replaced.size_before);
        if (offset < replaced.size_before) {
            const auto kept = std::min(length, replaced.size_before - offset);
            replaced.bytes.resize(static_cast<std::size_t>(kept));
            handle.to().xRead(handle.real(), replaced.bytes.data(), static_cast<int>(kept), offset);
        }
        handle.unsynced->push_back(std::move(replaced));
    }
    static void lose_unsynced(Handle& handle) {
        for (auto one = handle.unsynced->rbegin(); one != handle.unsynced->rend(); ++one) {
            if (!one->bytes.empty())
                handle.to().xWrite(handle.real(), one->bytes.data(),
                                   static_cast<int>(one->bytes.size()), one->offset);
            handle.to().xTruncate(handle.real(), one->size_before);
        }
        handle.unsynced->clear();
    }

    static int write(sqlite3_file* file, const void* bytes, int length, sqlite3_int64 offset) {
        Handle& handle = of(file);
        const bool fails = handle.disk->strikes();
        if (fails && handle.disk->failure == Failure::io_error) return SQLITE_IOERR_WRITE;
        const int written = fails ? length / 2 : length;
        remember(handle, offset, written);
        const int result = handle.to().xWrite(handle.real(), bytes, written, offset);
        if (!fails) return result;
        return handle.disk->failure == Failure::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        Handle& handle = of(file);
        if (handle.disk->strikes()) return SQLITE_IOERR_TRUNCATE;
        sqlite3_int64 before = 0;
        handle.to().xFileSize(handle.real(), &before);
        remember(handle, size, before > size ? before - size : 0);
        return handle.to().xTruncate(handle.real(), size);
    }
    /// Nobody pulls the plug here, so a good sync has nothing to wait for.
    static int sync(sqlite3_file* file, int) {
        Handle& handle = of(file);
        if (!handle.disk->strikes()) {
            handle.unsynced->clear();
            return SQLITE_OK;
        }
        ++handle.disk->failed_syncs;
        lose_unsynced(handle);
        if (handle.disk->hides_failed_syncs) return SQLITE_OK;
        if (!handle.is_distrusted) ++handle.disk->distrusted;
        handle.is_distrusted = true;
        return SQLITE_IOERR_FSYNC;
    }

    // The rest goes straight through.
    static int read(sqlite3_file* f, void* to, int length, sqlite3_int64 offset) {
        return of(f).to().xRead(of(f).real(), to, length, offset);
    }
    static int file_size(sqlite3_file* f, sqlite3_int64* size) {
        return of(f).to().xFileSize(of(f).real(), size);
    }
    static int lock(sqlite3_file* f, int level) { return of(f).to().xLock(of(f).real(), level); }
    static int unlock(sqlite3_file* f, int level) {
        return of(f).to().xUnlock(of(f).real(), level);
    }
    static int check_reserved(sqlite3_file* f, int* out) {
        return of(f).to().xCheckReservedLock(of(f).real(), out);
    }
    static int control(sqlite3_file* f, int what, void* value) {
        return of(f).to().xFileControl(of(f).real(), what, value);
    }
    static int sector_size(sqlite3_file* f) { return of(f).to().xSectorSize(of(f).real()); }
    static int characteristics(sqlite3_file* f) {
        return of(f).to().xDeviceCharacteristics(of(f).real());
    }
    static int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return of(f).to().xShmMap(of(f).real(), page, size, extend, out);
    }
    static int shm_lock(sqlite3_file* f, int offset, int count, int flags) {
        return of(f).to().xShmLock(of(f).real(), offset, count, flags);
    }
    static void shm_barrier(sqlite3_file* f) { of(f).to().xShmBarrier(of(f).real()); }
    static int shm_unmap(sqlite3_file* f, int remove) {
        return of(f).to().xShmUnmap(of(f).real(), remove);
    }
};

FaultyDisk::FaultyDisk() : state_(std::make_unique<State>()) {
    using M = Methods;
    state_->methods = {2,
                       M::close,
                       M::read,
                       M::write,
                       M::truncate,
                       M::sync,
                       M::file_size,
                       M::lock,
                       M::unlock,
                       M::check_reserved,
                       M::control,
                       M::sector_size,
                       M::characteristics,
                       M::shm_map,
                       M::shm_lock,
                       M::shm_barrier,
                       M::shm_unmap,
                       nullptr,
                       nullptr};
    state_->real = sqlite3_vfs_find(nullptr);
    state_->vfs = *state_->real;
    state_->vfs.zName = "faulty";
    state_->vfs.szOsFile = static_cast<int>(sizeof(M::Handle)) + state_->real->szOsFile;
    state_->vfs.pNext = nullptr;
    state_->vfs.pAppData = state_.get();
    state_->vfs.xOpen = M::open;
    sqlite3_vfs_register(&state_->vfs, 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(&state_->vfs);
    sqlite3_vfs_register(state_->real, 1);
}

void FaultyDisk::fail_at(std::size_t number, Failure failure, bool for_good) {
    state_->fail_at = number;
    state_->failure = failure;
    state_->for_good = for_good;
    state_->operations = state_->failures = state_->failed_syncs = 0;
}

void FaultyDisk::repair() { state_->fail_at = 0; }
void FaultyDisk::hide_failed_syncs() { state_->hides_failed_syncs = true; }
std::size_t FaultyDisk::operations() const { return state_->operations; }
std::size_t FaultyDisk::failures() const { return state_->failures; }
std::size_t FaultyDisk::failed_syncs() const { return state_->failed_syncs; }
std::size_t FaultyDisk::distrusted_files() const { return state_->distrusted; }

}  // namespace lampjack::support
