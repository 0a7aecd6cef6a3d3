// An iSTFTNet generator: features, timbre and harmonic source -> samples.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "kernels.h"
#include "packed.h"
#include "pool.h"
#include "weights.h"

namespace vp {

class Generator {
public:
    // Null on failure, and why in `error`. `packed` must outlive the generator.
    static std::unique_ptr<Generator> open(const void* packed, size_t bytes, int threads, std::string& error);

    static constexpr int64_t most_frames = 1 << 20;  // 3.6 hours; keeps every size far from overflow
    const Family& family() const { return family_; }

    // One of the codes of vocoder.h. One run at a time; others wait.
    int run(const float* features, int64_t frames, const float* timbre, const float* source, float* samples,
            const volatile int* stop);

private:
    Generator(const Kernels& kernels, const Family& family, const Weights& weights, int threads);

    const Kernels& kernels_;
    const Family& family_;
    Weights weights_;
    Pool pool_;
    std::mutex running_;
};

// The fastest kernels for this processor, and those of a class by name (null: unknown, or the processor cannot).
const Kernels& best_kernels();
const Kernels* kernels_named(std::string_view name);

}  // namespace vp
