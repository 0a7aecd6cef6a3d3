// 1-D Winograd (Toom-Cook) convolution F(outputs, taps): `outputs` results of a filter of `taps` with only
// outputs + taps - 1 products per channel pair, by evaluating polynomials at as many points.
//
//   y = A^T [ (G w) * (B^T x) ]
//
// The points are pairs +-a (so that half of each transform is shared between the two), 0 when their number is odd, and
// infinity. They were chosen by searching fractions for the smallest error in float32; docs/native-vocoder.md has the
// table. G is applied at pack time (engines/vocoder_weights.py), which must use the same points in the same order.
#pragma once

#include <array>

#include "vector.h"

namespace vp {

template <int outputs, int taps>
struct Points;  // positive halves of the pairs
template <>
struct Points<8, 3> {
    static constexpr std::array<double, 4> pairs{1.25, 0.8, 0.4, 2.5};
};
template <>
struct Points<12, 7> {
    static constexpr std::array<double, 8> pairs{0.25, 0.5, 0.7, 0.9, 1.1, 1.5, 2.0, 4.0};
};
template <>
struct Points<10, 11> {
    static constexpr std::array<double, 9> pairs{0.2, 0.4, 2.0 / 3.0, 0.8, 1.0, 1.25, 1.5, 2.5, 5.0};
};

template <int outputs_, int taps_>
struct Winograd {
    static constexpr int outputs = outputs_, taps = taps_, size = outputs + taps - 1;
    static constexpr int pair_count = static_cast<int>(Points<outputs, taps>::pairs.size());
    static constexpr bool has_zero = size % 2 == 0;
    static_assert(2 * pair_count + (has_zero ? 1 : 0) + 1 == size);

    struct Matrices {
        std::array<std::array<float, size>, size> input;      // B^T
        std::array<std::array<float, size>, outputs> output;  // A^T
    };

    // Order of the points: 0 if there is one, a, -a, b, -b, ..., infinity.
    static constexpr std::array<double, size - 1> points() {
        std::array<double, size - 1> all{};
        int next = has_zero ? 1 : 0;
        for (const double a : Points<outputs, taps>::pairs) {
            all[next++] = a;
            all[next++] = -a;
        }
        return all;
    }

    static constexpr Matrices make() {
        Matrices made{};
        const auto all = points();
        for (int row = 0; row < size; ++row) {
            // The product of (x - point) over the other points, lowest power first.
            std::array<double, size + 1> polynomial{};
            polynomial[0] = 1.0;
            int degree = 0;
            for (int other = 0; other < size - 1; ++other) {
                if (other == row) continue;
                ++degree;
                for (int i = degree; i >= 0; --i)
                    polynomial[i] = (i > 0 ? polynomial[i - 1] : 0.0) - all[other] * polynomial[i];
            }
            double largest = 0.0;
            for (const double value : polynomial) largest = value > largest ? value : (-value > largest ? -value : largest);
            for (int i = 0; i < size; ++i) made.input[row][i] = static_cast<float>(polynomial[i] / largest);
            double power = 1.0;
            for (int i = 0; i < outputs; ++i) {
                made.output[i][row] = row == size - 1 ? (i == outputs - 1 ? 1.0f : 0.0f) : static_cast<float>(power);
                if (row < size - 1) power *= all[row];
            }
        }
        return made;
    }
    static constexpr Matrices matrices = make();
};

// What is used for 3, 7 and 11 taps.
using Convolution3 = Winograd<8, 3>;
using Convolution7 = Winograd<12, 7>;
using Convolution11 = Winograd<10, 11>;

// B^T x: `frames[i]` are `size` consecutive inputs; `put(p, value)` takes the transformed ones.
template <class Target, class Algorithm, class Put>
[[gnu::always_inline]] inline void transform_input(const Vector<Target>* frames, Put&& put) {
    constexpr int size = Algorithm::size;
    constexpr auto& input = Algorithm::matrices.input;
    Vector<Target> x[size];
    unrolled<size>([&](auto i) { x[i] = frames[i]; });
    const auto half_row = [&](auto row, auto parity) {
        Vector<Target> sum{};
        unrolled<size>([&](auto i) {
            if constexpr (i % 2 == parity && input[row][i] != 0.0f) sum += x[i] * input[row][i];
        });
        return sum;
    };
    using Even = std::integral_constant<int, 0>;
    using Odd = std::integral_constant<int, 1>;
    constexpr int first = Algorithm::has_zero ? 1 : 0;
    // The rows of 0 and infinity have only one parity: the other half is empty and costs nothing.
    if constexpr (Algorithm::has_zero) put(0, half_row(Even{}, Even{}));
    unrolled<Algorithm::pair_count>([&](auto pair) {
        constexpr int row = first + 2 * pair;
        const std::integral_constant<int, row> constant;
        const Vector<Target> even = half_row(constant, Even{}), odd = half_row(constant, Odd{});
        put(row, even + odd);
        // Row -a is row a with every second sign turned, counted from the highest power.
        put(row + 1, size % 2 == 0 ? even - odd : odd - even);
    });
    using Last = std::integral_constant<int, size - 1>;
    put(size - 1, half_row(Last{}, std::integral_constant<int, (size - 1) % 2>{}));
}

// A^T m: `get(p)` are the products; `put(i, value)` takes the outputs.
template <class Target, class Algorithm, class Get, class Put>
[[gnu::always_inline]] inline void transform_output(Get&& get, Put&& put) {
    constexpr int outputs = Algorithm::outputs, size = Algorithm::size, pairs = Algorithm::pair_count;
    constexpr int first = Algorithm::has_zero ? 1 : 0;
    constexpr auto& output = Algorithm::matrices.output;
    Vector<Target> sum[pairs], difference[pairs];
    unrolled<pairs>([&](auto pair) {
        const Vector<Target> plus = get(first + 2 * pair), minus = get(first + 2 * pair + 1);
        sum[pair] = plus + minus;
        difference[pair] = plus - minus;
    });
    unrolled<outputs>([&](auto i) {
        Vector<Target> y{};
        if constexpr (i == 0 && Algorithm::has_zero) y = get(0);
        if constexpr (i == outputs - 1) y = get(size - 1);
        unrolled<pairs>([&](auto pair) {
            constexpr float power = output[i][first + 2 * pair];
            y += (i % 2 == 0 ? sum[pair] : difference[pair]) * power;
        });
        put(i, y);
    });
}

}  // namespace vp
