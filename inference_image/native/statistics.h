// Mean and squared deviation per channel, block by block while the block is in the cache, then merged.
//
// Two passes within a block, the first over differences to its first row, and Chan's merge in double between blocks: no
// cancellation far from zero, and the result does not depend on the number of threads. The second look at a block costs under 1 % of the convolution that made it.
#pragma once

#include <cstdint>

#include "vector.h"

namespace vp {

// `frames` rows at `stride` floats -> record [2][channels]: means, then sums of squared deviations.
template <class Target>
inline void measure(const float* rows, int64_t stride, int64_t frames, int channels, float* record) {
    constexpr int width = Target::width, together = 32 / width > 0 ? 32 / width : 1;
    for (int c = 0; c < channels; c += width * together) {
        Vector<Target> sum[together], mean[together];
        for (int v = 0; v < together; ++v) sum[v] = Vector<Target>{}, mean[v] = load<Target>(rows + c + v * width);
        for (int64_t t = 1; t < frames; ++t)
            for (int v = 0; v < together; ++v) sum[v] += load<Target>(rows + t * stride + c + v * width) - mean[v];
        for (int v = 0; v < together; ++v) {
            mean[v] += sum[v] * (1.0f / static_cast<float>(frames));
            store<Target>(record + c + v * width, mean[v]);
            sum[v] = Vector<Target>{};
        }
        for (int64_t t = 0; t < frames; ++t)
            for (int v = 0; v < together; ++v) {
                const Vector<Target> d = load<Target>(rows + t * stride + c + v * width) - mean[v];
                sum[v] += d * d;
            }
        for (int v = 0; v < together; ++v) store<Target>(record + channels + c + v * width, sum[v]);
    }
}

}  // namespace vp
