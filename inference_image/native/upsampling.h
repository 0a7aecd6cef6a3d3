// A block of a transposed convolution. With taps = overlap * stride every group of `stride` output frames depends on
// the same `overlap` input frames, and both lie in one piece: the whole operation is a product of
// [groups][overlap * channels_in] and [overlap * channels_in][stride * channels_out].
#pragma once

#include <algorithm>

#include "gemm.h"
#include "kernels.h"
#include "statistics.h"

namespace vp {

template <class Target>
struct UpsamplingBlock {
    static constexpr int width = Target::width, groups = 24;

    static int64_t all_groups(const Upsampling& task) { return task.frames_in + task.overlap - 1; }
    static int64_t blocks(const Upsampling& task) { return (all_groups(task) + groups - 1) / groups; }

    // Rows of `output` made by groups [first, first + groups), the reflected row with its source.
    static Span span(const Upsampling& task, int64_t block) {
        const int64_t moved = task.reflect ? 1 : 0, last = task.frames_out - moved;
        const int64_t begin = std::clamp<int64_t>(block * groups * task.stride - task.padding, 0, last);
        const int64_t end = std::clamp<int64_t>((block + 1) * groups * task.stride - task.padding, 0, last);
        return block == 0 ? Span{0, end + moved, 1} : Span{begin + moved, end - begin, 1};
    }

    static size_t staged_size(const Upsampling& task) { return static_cast<size_t>(groups + task.overlap) * task.channels_in; }
    static size_t scratch(const Upsampling& task) {
        return staged_size(task) + static_cast<size_t>(groups) * task.stride * task.channels_out;
    }

    static void run(const Upsampling& task, int64_t block, float* scratch) {
        const int64_t first = block * groups;
        const int height = static_cast<int>(std::min<int64_t>(groups, all_groups(task) - first));
        float* products = scratch + staged_size(task);
        stage(task, first - (task.overlap - 1), height + task.overlap - 1, scratch);
        const int columns = task.stride * task.channels_out;
        multiply<Target>(scratch, task.channels_in, task.weights, height, columns, task.overlap * task.channels_in, products,
                         columns);
        const int64_t moved = task.reflect ? 1 : 0;
        for (int64_t row = 0; row < static_cast<int64_t>(height) * task.stride; ++row) {
            const int64_t frame = first * task.stride + row - task.padding;
            if (frame < 0 || frame >= task.frames_out - moved) continue;
            put(task, products + row * task.channels_out, frame + moved);
            if (task.reflect && frame == 1) put(task, products + row * task.channels_out, 0);
        }
        const Span rows = span(task, block);
        if (task.statistics && rows.count > 0)
            measure<Target>(task.output + rows.first * task.channels_out, task.channels_out, rows.count, task.channels_out,
                            task.statistics + 2 * block * task.channels_out);
    }

    static void stage(const Upsampling& task, int64_t first, int count, float* staged) {
        for (int i = 0; i < count; ++i, staged += task.channels_in) {
            const int64_t frame = first + i;
            if (frame < 0 || frame >= task.frames_in) {
                std::fill(staged, staged + task.channels_in, 0.0f);
                continue;
            }
            const float* from = task.input + frame * task.channels_in;
            for (int c = 0; c < task.channels_in; c += width) {
                const Vector<Target> x = load<Target>(from + c) * task.factor;
                store<Target>(staged + c, x < 0.0f ? x * task.slope : x);
            }
        }
    }

    static void put(const Upsampling& task, const float* products, int64_t row) {
        const int64_t at = row * task.channels_out;
        for (int c = 0; c < task.channels_out; c += width) {
            Vector<Target> y = load<Target>(products + c) + load<Target>(task.bias + c);
            if (task.residual) y += load<Target>(task.residual + at + c);
            store<Target>(task.output + at + c, y);
        }
    }

    static constexpr Kernel<Upsampling> kernel{blocks, span, scratch, run};
};

}  // namespace vp
