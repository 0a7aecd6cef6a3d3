// One piece of zeroed memory for a run, straight from the kernel and given back to it at the end.
#pragma once

#include <sys/mman.h>

#include <cstddef>

namespace vp {

class Arena {
public:
    explicit Arena(size_t floats) : bytes_(floats * sizeof(float)) {
        void* mapped = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        floats_ = mapped == MAP_FAILED ? nullptr : static_cast<float*>(mapped);
    }
    ~Arena() {
        if (floats_) munmap(floats_, bytes_);
    }
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    float* data() const { return floats_; }  // null: out of memory

private:
    size_t bytes_;
    float* floats_;
};

}  // namespace vp
