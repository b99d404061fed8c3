#include "base/inflate.h"

#include <algorithm>

#include <zlib.h>

namespace lampjack {
namespace {

constexpr std::size_t kFirst = 4 << 10;  ///< room for the outcome at the start; it doubles
constexpr int kAnyHeader = 32;  ///< added to the window's size: gzip's or zlib's, as the bytes say

class Stream {
public:
    explicit Stream(std::string_view bytes) noexcept {
        // zlib does not write there; its interface predates const.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        ready_ = inflateInit2(&stream_, MAX_WBITS + kAnyHeader) == Z_OK;
    }
    ~Stream() {
        if (ready_) inflateEnd(&stream_);
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    bool ready() const noexcept { return ready_; }

    /// Fills `out` from `at` on as far as it goes, and moves `at`; zlib's verdict.
    int fill(std::string& out, std::size_t& at) noexcept {
        stream_.next_out = reinterpret_cast<Bytef*>(out.data() + at);
        stream_.avail_out = static_cast<uInt>(out.size() - at);
        const int verdict = ::inflate(&stream_, Z_NO_FLUSH);
        at = out.size() - stream_.avail_out;
        return verdict;
    }

    bool has_more() const noexcept { return stream_.avail_in != 0; }
    /// A gzip file may be several, one behind the other.
    void begin_next() noexcept { inflateReset(&stream_); }

private:
    z_stream stream_{};
    bool ready_ = false;
};

}  // namespace

Result<std::string> inflate(std::string_view bytes, std::size_t most) {
    constexpr std::size_t longest = 0x7FFFFFFF;  // what zlib counts in one go
    if (bytes.size() > longest || most > longest)
        return fail(Code::too_large, "the compressed body is too large");
    Stream stream(bytes);
    if (!stream.ready()) return fail(Code::internal, "out of memory");
    // One byte more than is allowed tells that there is more.
    std::string out(std::min(kFirst, most + 1), '\0');
    std::size_t size = 0;
    for (;;) {
        const int verdict = stream.fill(out, size);
        if (verdict == Z_MEM_ERROR) return fail(Code::internal, "out of memory");
        if (size > most) return fail(Code::too_large, "the body is too large once uncompressed");
        if (verdict == Z_STREAM_END) {
            if (!stream.has_more()) break;
            stream.begin_next();
            continue;
        }
        const bool goes_on = verdict == Z_OK || (verdict == Z_BUF_ERROR && size == out.size());
        if (!goes_on || (size != out.size() && !stream.has_more()))
            return fail(Code::json, "the compressed body is broken or cut off");
        if (size == out.size()) out.resize(std::min(out.size() * 2, most + 1));
    }
    out.resize(size);
    return out;
}

}  // namespace lampjack
