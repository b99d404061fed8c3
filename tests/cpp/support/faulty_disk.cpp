#include "support/faulty_disk.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <random>
#include <set>
#include <vector>

#include <sqlite3.h>

namespace lampjack::support {
namespace {

constexpr sqlite3_int64 kSector = 512;

/// A write, or a truncation to `offset`, that no sync followed: what it replaced, and what it wrote.
struct Unsynced {
    sqlite3_int64 offset = 0;
    std::vector<char> replaced;
    sqlite3_int64 size_before = 0;
    std::vector<char> written;
    bool is_truncation = false;
};

}  // namespace

struct FaultyDisk::State {
    sqlite3_vfs vfs{};
    sqlite3_io_methods methods{};
    sqlite3_vfs* real = nullptr;
    std::size_t fail_at = 0;
    Failure failure = Failure::io_error;
    bool for_good = false;
    bool hides_failed_syncs = false, ignores_syncs = false;
    std::size_t power_cut_at = 0;
    Remains remains = Remains::nothing;
    std::mt19937 random;
    bool is_off = false;
    std::set<void*> open_files;  ///< handles
    std::size_t operations = 0, failures = 0, failed_syncs = 0, distrusted = 0;

    bool strikes() {
        if (power_cut_at != 0) return false;  // counted already
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
        std::vector<Unsynced>* unsynced;
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
        handle.unsynced = new std::vector<Unsynced>;
        disk->open_files.insert(&handle);
        return result;
    }
    static int close(sqlite3_file* file) {
        Handle& handle = of(file);
        delete handle.unsynced;
        handle.disk->open_files.erase(&handle);
        if (handle.is_distrusted) --handle.disk->distrusted;
        return handle.to().xClose(handle.real());
    }

    static void remember(Handle& handle, Unsynced one, sqlite3_int64 length) {
        handle.to().xFileSize(handle.real(), &one.size_before);
        if (one.offset < one.size_before) {
            const auto kept = std::min(length, one.size_before - one.offset);
            one.replaced.resize(static_cast<std::size_t>(kept));
            handle.to().xRead(handle.real(), one.replaced.data(), static_cast<int>(kept),
                              one.offset);
        }
        handle.unsynced->push_back(std::move(one));
    }
    static void put(Handle& handle, const char* bytes, sqlite3_int64 size, sqlite3_int64 offset) {
        if (size > 0) handle.to().xWrite(handle.real(), bytes, static_cast<int>(size), offset);
    }
    static void lose_unsynced(Handle& handle) {
        for (auto one = handle.unsynced->rbegin(); one != handle.unsynced->rend(); ++one) {
            put(handle, one->replaced.data(), std::ssize(one->replaced), one->offset);
            handle.to().xTruncate(handle.real(), one->size_before);
        }
        handle.unsynced->clear();
    }
    /// Writes the operation again, as far as chance lets its sectors through.
    static void let_through(Handle& handle, const Unsynced& one, bool is_torn) {
        if (one.is_truncation) {
            handle.to().xTruncate(handle.real(), one.offset);
            return;
        }
        const auto size = std::ssize(one.written);
        if (!is_torn) return put(handle, one.written.data(), size, one.offset);
        for (sqlite3_int64 at = 0; at < size; at += kSector)
            if (handle.disk->random() % 2 == 0)
                put(handle, one.written.data() + at, std::min(kSector, size - at), one.offset + at);
    }
    static void lose_power(State& disk) {
        disk.is_off = true;
        if (disk.remains == Remains::everything) return;
        for (void* file : disk.open_files) {
            Handle& handle = *static_cast<Handle*>(file);
            const std::vector<Unsynced> all = *handle.unsynced;
            lose_unsynced(handle);
            if (disk.remains == Remains::nothing) continue;
            for (const Unsynced& one : all)
                if (disk.random() % 2 == 0) let_through(handle, one, disk.remains == Remains::torn);
        }
    }
    /// Whether the power is gone, be it at this operation.
    static bool has_no_power(State& disk) {
        if (!disk.is_off && disk.power_cut_at != 0 && ++disk.operations == disk.power_cut_at)
            lose_power(disk);
        return disk.is_off;
    }

    static int write(sqlite3_file* file, const void* bytes, int length, sqlite3_int64 offset) {
        Handle& handle = of(file);
        if (has_no_power(*handle.disk)) return SQLITE_IOERR_WRITE;
        const bool fails = handle.disk->strikes();
        if (fails && handle.disk->failure == Failure::io_error) return SQLITE_IOERR_WRITE;
        const int written = fails ? length / 2 : length;
        Unsynced one;
        one.offset = offset;
        one.written.assign(static_cast<const char*>(bytes),
                           static_cast<const char*>(bytes) + written);
        remember(handle, std::move(one), written);
        const int result = handle.to().xWrite(handle.real(), bytes, written, offset);
        if (!fails) return result;
        return handle.disk->failure == Failure::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        Handle& handle = of(file);
        if (has_no_power(*handle.disk) || handle.disk->strikes()) return SQLITE_IOERR_TRUNCATE;
        sqlite3_int64 before = 0;
        handle.to().xFileSize(handle.real(), &before);
        Unsynced one;
        one.offset = size;
        one.is_truncation = true;
        remember(handle, std::move(one), std::max<sqlite3_int64>(before - size, 0));
        return handle.to().xTruncate(handle.real(), size);
    }
    /// A good sync has nothing to wait for: what is written is in the file, and only what is unsynced may be lost.
    static int sync(sqlite3_file* file, int) {
        Handle& handle = of(file);
        if (has_no_power(*handle.disk)) return SQLITE_IOERR_FSYNC;
        if (handle.disk->ignores_syncs) return SQLITE_OK;
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
    state_->power_cut_at = 0;
    state_->operations = state_->failures = state_->failed_syncs = 0;
}

void FaultyDisk::cut_power_at(std::size_t number, Remains remains, std::uint32_t seed) {
    fail_at(0, Failure::io_error, false);
    state_->power_cut_at = number;
    state_->remains = remains;
    state_->random.seed(seed);
}
bool FaultyDisk::is_off() const { return state_->is_off; }

void FaultyDisk::repair() {
    state_->fail_at = state_->power_cut_at = 0;
    state_->is_off = false;
}
void FaultyDisk::ignore_syncs() { state_->ignores_syncs = true; }
void FaultyDisk::hide_failed_syncs() { state_->hides_failed_syncs = true; }
std::size_t FaultyDisk::operations() const { return state_->operations; }
std::size_t FaultyDisk::failures() const { return state_->failures; }
std::size_t FaultyDisk::failed_syncs() const { return state_->failed_syncs; }
std::size_t FaultyDisk::distrusted_files() const { return state_->distrusted; }

}  // namespace lampjack::support
