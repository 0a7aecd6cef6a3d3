// Reads a file of packed weights in place. Written by voxpod_inference/engines/vocoder_weights.py.
//
//   Header, `count` Entries, the checksum of both (FNV-1a, 64 bits), then float32 data at multiples of 64 bytes.
//
// Everything is checked before it is used: the file may be cut, of another version, or no such file at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vp {

inline constexpr uint32_t packed_version = 4;

class Packed {
public:
    // Empty `error` when the file is sound. `data` must stay mapped.
    Packed(const void* data, size_t bytes, std::string& error);

    std::string_view cpu_class() const;
    uint32_t family() const { return family_; }

    // `floats` values at 64-byte alignment, or null, and then why is added to `error` unless it holds something already.
    const float* find(std::string_view name, size_t floats, std::string& error) const;

private:
    const unsigned char* data_;
    size_t bytes_;
    uint32_t count_ = 0, family_ = 0;
};

}  // namespace vp
