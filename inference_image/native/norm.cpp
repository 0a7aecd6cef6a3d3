#include "norm.h"

#include <cmath>
#include <vector>

namespace vp {

namespace {
constexpr int timbre_size = 128;
constexpr double epsilon = 1e-5;
}  // namespace

template <class Task>
void merge(const Kernel<Task>& kernel, const Task& task, int channels, float* mean, float* inverse_deviation) {
    std::vector<double> sum(channels), deviation(channels);
    const int64_t blocks = kernel.blocks(task);
    double frames = 0.0;
    for (int64_t b = 0; b < blocks; ++b) {
        const auto count = static_cast<double>(kernel.span(task, b).count);
        if (count == 0.0) continue;
        const float* record = task.statistics + 2 * b * channels;
        for (int c = 0; c < channels; ++c) sum[c] += count * record[c];
        frames += count;
    }
    for (auto& s : sum) s /= frames;
    for (int64_t b = 0; b < blocks; ++b) {
        const auto count = static_cast<double>(kernel.span(task, b).count);
        if (count == 0.0) continue;
        const float* record = task.statistics + 2 * b * channels;
        for (int c = 0; c < channels; ++c) {
            const double d = record[c] - sum[c];
            deviation[c] += record[channels + c] + count * d * d;
        }
    }
    for (int c = 0; c < channels; ++c) {
        mean[c] = static_cast<float>(sum[c]);
        inverse_deviation[c] = static_cast<float>(1.0 / std::sqrt(deviation[c] / frames + epsilon));
    }
}

template void merge(const Kernel<Convolution>&, const Convolution&, int, float*, float*);
template void merge(const Kernel<Upsampling>&, const Upsampling&, int, float*, float*);
template void merge(const Kernel<Projection>&, const Projection&, int, float*, float*);

void style(const float* weights, const float* bias, const float* timbre, int channels, float* gain_and_offset) {
    for (int c = 0; c < 2 * channels; ++c) gain_and_offset[c] = bias[c] + (c < channels ? 1.0f : 0.0f);
    for (int i = 0; i < timbre_size; ++i)
        for (int c = 0; c < 2 * channels; ++c) gain_and_offset[c] += timbre[i] * weights[i * 2 * channels + c];
}

void apply_style(const float* gain_and_offset, const float* mean, const float* inverse_deviation, int channels, float* scale,
                 float* shift) {
    for (int c = 0; c < channels; ++c) {
        scale[c] = gain_and_offset[c] * inverse_deviation[c];
        shift[c] = gain_and_offset[channels + c] - mean[c] * scale[c];
    }
}

}  // namespace vp
