// Single kernels for tests and for bench.py, which lay out weights and check results; not in the released library.
#include "testing.h"

#include <string_view>
#include <vector>

#include "generator.h"
#include "norm.h"
#include "winograd.h"

#define VP_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

// All blocks, and the moments of what was written if `moments` is not null: [mean, 1 / deviation][channels].
template <class Task>
void run(const vp::Kernel<Task>& kernel, Task task, int channels, int threads, float* moments) {
    std::vector<float> records(moments ? kernel.blocks(task) * 2 * channels : 0);
    if constexpr (requires { task.statistics; }) task.statistics = moments ? records.data() : nullptr;
    const size_t size = kernel.scratch(task) + 16;
    std::vector<float> scratch(size * threads);
    struct Context {
        const vp::Kernel<Task>& kernel;
        const Task& task;
        float* scratch;
        size_t size;
    } context{kernel, task, scratch.data(), size};
    vp::Pool pool(threads);
    pool.run(
        kernel.blocks(task),
        [](const void* given, int64_t block, int thread) {
            const auto& c = *static_cast<const Context*>(given);
            c.kernel.run(c.task, block, c.scratch + thread * c.size);
        },
        &context, nullptr);
    if constexpr (requires { task.statistics; })
        if (moments) vp::merge(kernel, task, channels, moments, moments + channels);
}

template <class Algorithm>
void copy_matrices(float* input, float* output) {
    for (const auto& row : Algorithm::matrices.input)
        for (const float value : row) *input++ = value;
    for (const auto& row : Algorithm::matrices.output)
        for (const float value : row) *output++ = value;
}

}  // namespace

// "scalar", "avx2", "avx512", "wide"; null when this processor cannot run it.
VP_EXPORT const vp::Kernels* vp_test_kernels(const char* name) {
    if (std::string_view(name) == "wide") return vp::kernels_named("avx2") ? vp::wide_kernels() : nullptr;
    return vp::kernels_named(name);
}

VP_EXPORT int vp_test_panel(const vp::Kernels* kernels) { return kernels->panel; }

VP_EXPORT void vp_test_evaluate(const vp::Kernels* kernels, int function, const float* x, float* y, int64_t n) {
    kernels->evaluate(static_cast<vp::Function>(function), x, y, n);
}

VP_EXPORT void vp_test_matrices(int taps, float* input, float* output) {
    if (taps == 3) copy_matrices<vp::Convolution3>(input, output);
    if (taps == 7) copy_matrices<vp::Convolution7>(input, output);
    if (taps == 11) copy_matrices<vp::Convolution11>(input, output);
}

VP_EXPORT void vp_test_convolution(const vp::Kernels* kernels, const vp::Convolution* task, int threads, float* moments) {
    const auto& kernel = task->taps == 3 ? kernels->convolution3
                         : task->taps == 7 ? kernels->convolution7
                                           : kernels->convolution11;
    run(kernel, *task, task->channels_out, threads, moments);
}

VP_EXPORT void vp_test_upsampling(const vp::Kernels* kernels, const vp::Upsampling* task, int threads, float* moments) {
    run(kernels->upsampling, *task, task->channels_out, threads, moments);
}

VP_EXPORT void vp_test_projection(const vp::Kernels* kernels, const vp::Projection* task, int threads, float* moments) {
    run(kernels->projection, *task, task->channels_out, threads, moments);
}

VP_EXPORT void vp_test_spectrum(const vp::Kernels* kernels, const vp::Spectrum* task, int threads) {
    run(kernels->spectrum, *task, 0, threads, nullptr);
}

VP_EXPORT void vp_test_synthesis(const vp::Kernels* kernels, const vp::Synthesis* task, int threads) {
    run(kernels->synthesis, *task, 0, threads, nullptr);
}
