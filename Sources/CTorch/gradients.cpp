// Gradients, and libtorch's optimisers fed with them.
#include <torch/csrc/autograd/autograd.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

#include "guard.hpp"

using hf::guard;

struct hf_optimizer_box {
  std::unique_ptr<torch::optim::Optimizer> value;
  std::vector<at::Tensor> parameters;
};

extern "C" {

hf_status hf_set_requires_grad(hf_tensor a, bool flag) {
  return guard([&] { a->value.set_requires_grad(flag); });
}

hf_status hf_gradients(
    hf_tensor y, const hf_tensor *inputs, int32_t count, bool keep_graph, bool create_graph,
    hf_tensor *out) {
  return guard([&] {
    auto result = torch::autograd::grad(
        {y->value}, hf::values(inputs, count), /*grad_outputs=*/{},
        keep_graph || create_graph, create_graph);
    for (int32_t i = 0; i < count; ++i) out[i] = hf::wrap(std::move(result[i]));
  });
}

hf_status hf_adamw(
    const hf_tensor *parameters, int32_t count, double rate, double beta1, double beta2,
    double epsilon, double decay, hf_optimizer *out) {
  return guard([&] {
    auto leaves = hf::values(parameters, count);
    auto options = torch::optim::AdamWOptions(rate)
                       .betas(std::make_tuple(beta1, beta2))
                       .eps(epsilon)
                       .weight_decay(decay);
    auto optimizer = std::make_unique<torch::optim::AdamW>(leaves, options);
    *out = new hf_optimizer_box{std::move(optimizer), std::move(leaves)};
  });
}

hf_status hf_sgd(
    const hf_tensor *parameters, int32_t count, double rate, double momentum, double decay,
    hf_optimizer *out) {
  return guard([&] {
    auto leaves = hf::values(parameters, count);
    auto options = torch::optim::SGDOptions(rate).momentum(momentum).weight_decay(decay);
    auto optimizer = std::make_unique<torch::optim::SGD>(leaves, options);
    *out = new hf_optimizer_box{std::move(optimizer), std::move(leaves)};
  });
}

hf_status hf_optimizer_step(
    hf_optimizer optimizer, const hf_tensor *gradients, int32_t count, double rate) {
  return guard([&] {
    TORCH_CHECK(
        static_cast<size_t>(count) == optimizer->parameters.size(),
        "the optimiser has another number of parameters than gradients were given");
    for (int32_t i = 0; i < count; ++i) {
      TORCH_CHECK(
          gradients[i]->value.sizes() == optimizer->parameters[i].sizes(), "gradient ", i,
          " has the shape ", gradients[i]->value.sizes(), ", its parameter ",
          optimizer->parameters[i].sizes());
    }
    for (int32_t i = 0; i < count; ++i)
      optimizer->parameters[i].mutable_grad() = gradients[i]->value;
    for (auto &group : optimizer->value->param_groups()) group.options().set_lr(rate);
    optimizer->value->step();
    optimizer->value->zero_grad();
  });
}

void hf_optimizer_release(hf_optimizer optimizer) { delete optimizer; }

}  // extern "C"
