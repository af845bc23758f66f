// Philox 4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy
// as 1, 2, 3" (SC 2011): a block of four words is a function of (key, counter) and nothing else.
#include <array>
#include <cmath>

#include "ctorch.h"

namespace {

using Block = std::array<uint32_t, 4>;

Block philox(uint64_t seed, uint64_t stream, uint64_t counter) {
  auto low = static_cast<uint32_t>(seed);
  auto high = static_cast<uint32_t>(seed >> 32);
  Block x = {
      static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32),
      static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)};
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * x[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * x[2];
    x = {static_cast<uint32_t>(b >> 32) ^ x[1] ^ low, static_cast<uint32_t>(b),
         static_cast<uint32_t>(a >> 32) ^ x[3] ^ high, static_cast<uint32_t>(a)};
    low += 0x9E3779B9;
    high += 0xBB67AE85;
  }
  return x;
}

/// Calls `write(i, word)` for the words first ..< first + count of a stream.
template <typename Write>
void words(uint64_t seed, uint64_t stream, uint64_t first, size_t count, Write &&write) {
  for (size_t i = 0; i < count;) {
    const uint64_t position = first + i;
    const Block block = philox(seed, stream, position / 4);
    for (uint64_t lane = position % 4; lane < 4 && i < count; ++lane, ++i) write(i, block[lane]);
  }
}

/// A number of [0, 1) with the 24 bits that a float32 holds exactly.
float unit(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

}  // namespace

extern "C" {

void hf_philox_bits(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *out, size_t count) {
  words(seed, stream, first, count, [&](size_t i, uint32_t word) { out[i] = word; });
}

void hf_philox_uniform(uint64_t seed, uint64_t stream, uint64_t first, float *out, size_t count) {
  words(seed, stream, first, count, [&](size_t i, uint32_t word) { out[i] = unit(word); });
}

/// Box-Muller on each pair of words, in double precision.
void hf_philox_normal(uint64_t seed, uint64_t stream, uint64_t first, float *out, size_t count) {
  double radius = 0;
  words(seed, stream, first, 2 * count, [&](size_t i, uint32_t word) {
    if (i % 2 == 0) {
      radius = std::sqrt(-2 * std::log((static_cast<double>(word) + 1) * 0x1p-32));
    } else {
      out[i / 2] = static_cast<float>(radius * std::cos(6.283185307179586 * word * 0x1p-32));
    }
  });
}

}  // extern "C"
