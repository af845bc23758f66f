// The layers that libtorch has kernels for.
#include <limits>

#include "guard.hpp"

using hf::list;
using hf::make;

extern "C" {

hf_status hf_embedding(hf_tensor ids, hf_tensor weight, hf_tensor *out) {
  return make(out, [&] { return at::embedding(weight->value, ids->value); });
}

hf_status hf_layer_norm(
    hf_tensor a, int64_t width, hf_tensor weight, hf_tensor bias, double epsilon, hf_tensor *out) {
  return make(out, [&] {
    return at::layer_norm(a->value, {width}, hf::maybe(weight), hf::maybe(bias), epsilon);
  });
}

hf_status hf_attention(
    hf_tensor q, hf_tensor k, hf_tensor v, hf_tensor mask, bool causal, bool math, hf_tensor *out) {
  return make(out, [&] {
    if (math) {
      auto added = hf::maybe(mask);
      if (added && added->scalar_type() == at::kBool) {
        // This path adds any mask to the scores as it is.
        added = at::zeros_like(*added, q->value.options())
                    .masked_fill(added->logical_not(), -std::numeric_limits<double>::infinity());
      }
      return std::get<0>(at::_scaled_dot_product_attention_math(
          q->value, k->value, v->value, added, 0.0, causal));
    }
    return at::scaled_dot_product_attention(
        q->value, k->value, v->value, hf::maybe(mask), 0.0, causal);
  });
}

hf_status hf_convolution(
    hf_tensor a, hf_tensor weight, hf_tensor bias, const int64_t *stride, const int64_t *padding,
    const int64_t *dilation, int32_t dims, int64_t groups, hf_tensor *out) {
  return make(out, [&] {
    const std::vector<int64_t> none(static_cast<size_t>(dims), 0);
    return at::convolution(
        a->value, weight->value, hf::maybe(bias), list(stride, dims), list(padding, dims),
        list(dilation, dims), /*transposed=*/false, none, groups);
  });
}

hf_status hf_resize(
    hf_tensor a, int64_t height, int64_t width, bool bicubic, bool antialias, hf_tensor *out) {
  return make(out, [&] {
    const int64_t size[] = {height, width};
    const at::IntArrayRef target(size, 2);
    if (bicubic) {
      return antialias ? at::_upsample_bicubic2d_aa(a->value, target, false)
                       : at::upsample_bicubic2d(a->value, target, false);
    }
    return antialias ? at::_upsample_bilinear2d_aa(a->value, target, false)
                     : at::upsample_bilinear2d(a->value, target, false);
  });
}

hf_status hf_rfft(hf_tensor a, int64_t length, hf_tensor *out) {
  return make(out, [&] { return at::fft_rfft(a->value, length); });
}
hf_status hf_rfft2(hf_tensor a, hf_tensor *out) {
  return make(out, [&] { return at::fft_rfft2(a->value); });
}
hf_status hf_irfft2(hf_tensor a, int64_t height, int64_t width, hf_tensor *out) {
  return make(out, [&] {
    const int64_t size[] = {height, width};
    return at::fft_irfft2(a->value, at::IntArrayRef(size, 2));
  });
}
hf_status hf_fft2(hf_tensor a, hf_tensor *out) {
  return make(out, [&] { return at::fft_fft2(a->value); });
}
hf_status hf_ifft2(hf_tensor a, hf_tensor *out) {
  return make(out, [&] { return at::fft_ifft2(a->value); });
}

}  // extern "C"
