// sin, sin^2, cos and exp on vectors. Errors against float64 are bounded by tests/unit/inference/test_vocoder_kernels.py.
#pragma once

#include "kernels.h"
#include "vector.h"

namespace vp {

// Nearest integer by the sum with 1.5 * 2^23, whose last bit is worth 1: right for |x| < 2^22 on every instruction set.
template <class Target>
[[gnu::always_inline]] inline Vector<Target> nearest(Vector<Target> x) {
    constexpr float shifter = 12582912.0f;
    return (x + shifter) - shifter;
}

// sin of x reduced to [-pi/2, pi/2] by multiples of pi, but for the sign (odd multiples turn it).
// pi is split in three so that the first two products are exact, with or without fused multiply-add (Cody and Waite).
template <class Target>
[[gnu::always_inline]] inline Vector<Target> sine_of_remainder(Vector<Target> x, Vector<Target> multiple) {
    Vector<Target> r = x - multiple * 3.140625f;
    r = r - multiple * 9.67025756835937e-4f;
    r = r - multiple * 6.27711405e-7f;
    const Vector<Target> q = r * r;
    Vector<Target> p = q * 2.6083159809786593e-6f - 1.981069071916863e-4f;
    p = p * q + 8.3330785855650902e-3f;
    p = p * q - 0.16666659712791443f;
    return p * q * r + r;
}

template <class Target>
[[gnu::always_inline]] inline Vector<Target> squared_sine(Vector<Target> x) {
    const Vector<Target> s = sine_of_remainder<Target>(x, nearest<Target>(x * 0.318309886f));
    return s * s;
}

template <class Target>
[[gnu::always_inline]] inline Vector<Target> sine(Vector<Target> x) {
    const Vector<Target> multiple = nearest<Target>(x * 0.318309886f);
    // 1 when the multiple is even, -1 when it is odd.
    const Vector<Target> half = multiple * 0.5f;
    const Vector<Target> distance = half - nearest<Target>(half);
    return sine_of_remainder<Target>(x, multiple) * (1.0f - 8.0f * distance * distance);
}

// For |x| <= 1.
template <class Target>
[[gnu::always_inline]] inline Vector<Target> cosine_near_zero(Vector<Target> x) {
    const Vector<Target> q = x * x;
    Vector<Target> p = q * -2.7557319e-7f + 2.4801587e-5f;
    p = p * q - 1.3888889e-3f;
    p = p * q + 4.1666667e-2f;
    p = p * q - 0.5f;
    return p * q + 1.0f;
}

// Clamped to the range whose results are normal numbers, [-87, 88].
template <class Target>
[[gnu::always_inline]] inline Vector<Target> exponential(Vector<Target> x) {
    using Integers = typename VectorOf<Target>::Integers;
    x = x < -87.0f ? splat<Target>(-87.0f) : x;
    x = x > 88.0f ? splat<Target>(88.0f) : x;
    const Vector<Target> power = nearest<Target>(x * 1.44269504f);
    Vector<Target> r = x - power * 0.693359375f;
    r = r - power * -2.12194440e-4f;
    Vector<Target> p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const Integers exponent = (__builtin_convertvector(power, Integers) + 127) << 23;
    return p * reinterpret_cast<Vector<Target>>(exponent);
}

template <class Target>
inline void evaluate(Function function, const float* x, float* y, int64_t n) {
    for (int64_t i = 0; i < n; i += Target::width) {
        const Vector<Target> at = load<Target>(x + i);
        switch (function) {
            case Function::sine: store<Target>(y + i, sine<Target>(at)); break;
            case Function::squared_sine: store<Target>(y + i, squared_sine<Target>(at)); break;
            case Function::cosine_near_zero: store<Target>(y + i, cosine_near_zero<Target>(at)); break;
            case Function::exponential: store<Target>(y + i, exponential<Target>(at)); break;
        }
    }
}

}  // namespace vp
