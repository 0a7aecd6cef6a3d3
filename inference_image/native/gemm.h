// Matrix product C = A B with B packed in panels: [columns / panel][depth][panel]. The one multiplication of the library.
#pragma once

#include <cstddef>

#include "vector.h"

namespace vp {

template <class Target, int rows>
inline void multiply_rows(const float* a, ptrdiff_t a_stride, const float* b, int depth, float* c, ptrdiff_t c_stride) {
    constexpr int width = Target::width, vectors = Target::vectors;
    Vector<Target> sum[rows][vectors];
    unrolled<rows>([&](auto r) { unrolled<vectors>([&](auto v) { sum[r][v] = Vector<Target>{}; }); });
    for (int k = 0; k < depth; ++k, b += width * vectors) {
        Vector<Target> column[vectors];
        unrolled<vectors>([&](auto v) { column[v] = load<Target>(b + v * width); });
        unrolled<rows>([&](auto r) {
            const Vector<Target> row = splat<Target>(a[r * a_stride + k]);
            unrolled<vectors>([&](auto v) { sum[r][v] += row * column[v]; });
        });
    }
    unrolled<rows>([&](auto r) {
        unrolled<vectors>([&](auto v) { store<Target>(c + r * c_stride + v * width, sum[r][v]); });
    });
}

// The rows that are left over when `rows` does not divide the height.
template <class Target, int rows>
inline void multiply_rest(int left, const float* a, ptrdiff_t a_stride, const float* b, int depth, float* c,
                          ptrdiff_t c_stride) {
    if constexpr (rows > 0) {
        if (left == rows)
            multiply_rows<Target, rows>(a, a_stride, b, depth, c, c_stride);
        else
            multiply_rest<Target, rows - 1>(left, a, a_stride, b, depth, c, c_stride);
    }
}

// `columns` is a multiple of the panel. Rows of A may overlap (a stride below `depth`): that is how a convolution over
// frames becomes a product without copying its windows.
template <class Target>
inline void multiply(const float* a, ptrdiff_t a_stride, const float* b, int height, int columns, int depth, float* c,
                     ptrdiff_t c_stride) {
    for (int n = 0; n < columns; n += panel<Target>) {
        const float* columns_of_b = b + static_cast<ptrdiff_t>(n) * depth;
        int m = 0;
        for (; m + Target::rows <= height; m += Target::rows)
            multiply_rows<Target, Target::rows>(a + m * a_stride, a_stride, columns_of_b, depth, c + m * c_stride + n,
                                                c_stride);
        multiply_rest<Target, Target::rows - 1>(height - m, a + m * a_stride, a_stride, columns_of_b, depth,
                                                c + m * c_stride + n, c_stride);
    }
}

}  // namespace vp
