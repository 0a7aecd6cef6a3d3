// What only the test library has.
#pragma once

#include "kernels.h"

namespace vp {
const Kernels* wide_kernels();
}  // namespace vp
