// The AVX-512 kernels compiled for AVX2: tests run their code, all but the choice of instructions, on any x86-64 machine.
#include "table.h"
#include "testing.h"

namespace vp {
const Kernels* wide_kernels() { return &kernels_of<Avx512OnAvx2>; }
}  // namespace vp
