#include "packed.h"

#include <cstring>

namespace vp {

namespace {

struct Header {
    char magic[4];  // "VPGK"
    uint32_t version;
    char cpu_class[16];
    uint64_t bytes;  // of the whole file
    uint32_t count;
    uint32_t family;  // which generator the weights are of
};
struct Entry {
    char name[48];
    uint64_t offset;  // from the start of the file
    uint64_t floats;
};
static_assert(sizeof(Header) == 40 && sizeof(Entry) == 64);

constexpr uint32_t most_entries = 4096;
constexpr size_t alignment = 64;

uint64_t checksum(const unsigned char* data, size_t bytes) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < bytes; ++i) hash = (hash ^ data[i]) * 1099511628211u;
    return hash;
}

template <class Record>
Record record_at(const unsigned char* data, size_t offset) {
    Record record;
    std::memcpy(&record, data + offset, sizeof record);
    return record;
}

std::string_view text_of(const char* text, size_t most) { return {text, strnlen(text, most)}; }

}  // namespace

Packed::Packed(const void* data, size_t bytes, std::string& error)
    : data_(static_cast<const unsigned char*>(data)), bytes_(bytes) {
    if (!data || bytes < sizeof(Header) || std::memcmp(data, "VPGK", 4) != 0) {
        error = "this is no file of packed vocoder weights";
        return;
    }
    const auto header = record_at<Header>(data_, 0);
    if (header.version != packed_version)
        error = "packed weights of version " + std::to_string(header.version) + "; this library reads version " +
                std::to_string(packed_version);
    else if (header.bytes != bytes)
        error = "packed weights of " + std::to_string(header.bytes) + " bytes, of which " + std::to_string(bytes) + " are there";
    else if (reinterpret_cast<uintptr_t>(data) % alignment != 0)
        error = "packed weights must lie at a multiple of 64 bytes";
    else if (header.count > most_entries)
        error = "packed weights with " + std::to_string(header.count) + " entries; at most 4096 are accepted";
    if (!error.empty()) return;
    const size_t end = sizeof(Header) + size_t{header.count} * sizeof(Entry);
    if (end + sizeof(uint64_t) > bytes || record_at<uint64_t>(data_, end) != checksum(data_, end)) {
        error = "the header of the packed weights is damaged";
        return;
    }
    count_ = header.count;
    family_ = header.family;
}

std::string_view Packed::cpu_class() const {
    return text_of(reinterpret_cast<const char*>(data_) + offsetof(Header, cpu_class), sizeof(Header::cpu_class));
}

const float* Packed::find(std::string_view name, size_t floats, std::string& error) const {
    std::string problem = " is missing";
    for (uint32_t i = 0; i < count_; ++i) {
        const auto entry = record_at<Entry>(data_, sizeof(Header) + i * sizeof(Entry));
        if (text_of(entry.name, sizeof entry.name) != name) continue;
        if (entry.floats != floats)
            problem = " has " + std::to_string(entry.floats) + " values; " + std::to_string(floats) + " are expected";
        else if (entry.offset % alignment != 0 || entry.offset > bytes_ || floats > (bytes_ - entry.offset) / sizeof(float))
            problem = " lies outside of the file";
        else
            return reinterpret_cast<const float*>(data_ + entry.offset);
        break;
    }
    if (error.empty()) error = "packed weights: " + std::string(name) + problem;
    return nullptr;
}

}  // namespace vp
