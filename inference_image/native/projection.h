// A block of a convolution from few channels: windows of the input are rows of the product as they lie in memory.
#pragma once

#include <algorithm>

#include "gemm.h"
#include "kernels.h"
#include "statistics.h"

namespace vp {

template <class Target>
struct ProjectionBlock {
    static constexpr int width = Target::width, most_rows = 192;

    static int64_t blocks(const Projection& task) { return (task.frames + most_rows - 1) / most_rows; }
    static Span span(const Projection& task, int64_t block) {
        return {block * most_rows, std::min<int64_t>(most_rows, task.frames - block * most_rows), 1};
    }
    static size_t scratch(const Projection&) { return 0; }

    static void run(const Projection& task, int64_t block, float*) {
        const Span rows = span(task, block);
        float* output = task.output + rows.first * task.channels_out;
        multiply<Target>(task.input + rows.first * task.input_stride, task.input_stride, task.weights,
                         static_cast<int>(rows.count), task.channels_out, task.depth, output, task.channels_out);
        for (int64_t row = 0; row < rows.count; ++row)
            for (int c = 0; c < task.channels_out; c += width) {
                float* at = output + row * task.channels_out + c;
                store<Target>(at, load<Target>(at) + load<Target>(task.bias + c));
            }
        if (task.statistics)
            measure<Target>(output, task.channels_out, rows.count, task.channels_out,
                            task.statistics + 2 * block * task.channels_out);
    }

    static constexpr Kernel<Projection> kernel{blocks, span, scratch, run};
};

}  // namespace vp
