#pragma once
// Compressing, as a platform or a proxy before us would.

#include <stdexcept>
#include <string>
#include <string_view>

#include <zlib.h>

namespace lampjack::support {

enum class Coding { gzip = MAX_WBITS + 16, deflate = MAX_WBITS, raw = -MAX_WBITS };

inline std::string compress(std::string_view text, Coding coding = Coding::gzip) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, static_cast<int>(coding), 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("deflateInit2");
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int verdict = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (verdict != Z_STREAM_END) throw std::runtime_error("deflate");
    return out;
}

}  // namespace lampjack::support
