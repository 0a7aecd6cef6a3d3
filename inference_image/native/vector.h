// Vectors of floats in GCC's and clang's portable notation, and the targets that choose their width.
//
// Every kernel is a template over a target, and every target is a type of its own: the same kernel compiled with other
// instruction flags must be another symbol, or the linker could hand AVX-512 code to a processor without it.
#pragma once

#include <cstdint>
#include <utility>

namespace vp {

// `rows` x `vectors` is the block of the product that the microkernel keeps in registers.
struct Baseline {
    static constexpr const char* name = "scalar";
    static constexpr int width = 4, rows = 6, vectors = 2;
};
struct Avx2 {
    static constexpr const char* name = "avx2";
    static constexpr int width = 8, rows = 6, vectors = 2;
};
struct Avx512 {
    static constexpr const char* name = "avx512";
    static constexpr int width = 16, rows = 12, vectors = 2;
};
struct Vnni {  // of a language model alone: products of bytes
    static constexpr const char* name = "vnni";
    static constexpr int width = 16, rows = 12, vectors = 2;
};
// The code of Avx512 compiled for AVX2, so that tests run it on any machine.
struct Avx512OnAvx2 {
    static constexpr const char* name = "avx512";
    static constexpr int width = 16, rows = 12, vectors = 2;
};

// Columns of a panel of packed weights.
template <class Target>
inline constexpr int panel = Target::width * Target::vectors;

template <class Target>
struct VectorOf {
    typedef float Type __attribute__((vector_size(Target::width * 4)));
    typedef int32_t Integers __attribute__((vector_size(Target::width * 4)));
    typedef uint16_t Halves __attribute__((vector_size(Target::width * 2)));
    typedef uint32_t Wholes __attribute__((vector_size(Target::width * 4)));
    typedef float Unaligned __attribute__((vector_size(Target::width * 4), aligned(4), may_alias));
};
template <class Target>
using Vector = typename VectorOf<Target>::Type;

template <class Target>
[[gnu::always_inline]] inline Vector<Target> load(const float* from) {
    return *reinterpret_cast<const typename VectorOf<Target>::Unaligned*>(from);
}
template <class Target>
[[gnu::always_inline]] inline void store(float* to, Vector<Target> value) {
    *reinterpret_cast<typename VectorOf<Target>::Unaligned*>(to) = value;
}
template <class Target>
[[gnu::always_inline]] inline Vector<Target> splat(float value) {
    return value - Vector<Target>{};  // x - 0 is x and costs nothing; x + 0 turns -0 and costs an addition
}

template <class Body, int... index>
[[gnu::always_inline]] inline void call_each(Body& body, std::integer_sequence<int, index...>) {
    (body(std::integral_constant<int, index>{}), ...);
}

// body(0), body(1), ... with constants, so that arrays indexed in it become registers.
template <int count, class Body>
[[gnu::always_inline]] inline void unrolled(Body&& body) {
    call_each(body, std::make_integer_sequence<int, count>{});
}

}  // namespace vp
