// Gradients, and libtorch's optimisers fed with them.
#include <torch/csrc/autograd/autograd.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

#include "guard.hpp"

using hf::guard;
using torch::optim::AdamWParamState;
using torch::optim::OptimizerParamState;
using torch::optim::SGDParamState;

struct hf_optimizer_box {
  std::unique_ptr<torch::optim::Optimizer> value;
  std::vector<at::Tensor> parameters;
};

namespace {

/// What libtorch keeps of a parameter, in the order that ctorch.h says.
std::vector<at::Tensor> entries(const OptimizerParamState &state) {
  if (const auto *adam = dynamic_cast<const AdamWParamState *>(&state))
    return {at::scalar_tensor(adam->step(), at::kDouble), adam->exp_avg(), adam->exp_avg_sq()};
  if (const auto *sgd = dynamic_cast<const SGDParamState *>(&state))
    return {sgd->momentum_buffer()};
  TORCH_CHECK(false, "an optimiser of another kind");
}

/// The same of entries in that order: three are AdamW's, one is SGD's.
std::unique_ptr<OptimizerParamState> state_of(const std::vector<at::Tensor> &entries) {
  if (entries.size() == 3) {
    auto state = std::make_unique<AdamWParamState>();
    state->step(entries[0].item<int64_t>());
    state->exp_avg(entries[1]);
    state->exp_avg_sq(entries[2]);
    return state;
  }
  TORCH_CHECK(entries.size() == 1, "no optimiser keeps ", entries.size(), " entries");
  auto state = std::make_unique<SGDParamState>();
  state->momentum_buffer(entries[0]);
  return state;
}

}  // namespace

extern "C" {

hf_status hf_set_requires_grad(hf_tensor a, bool flag) {
  return guard([&] { a->value.set_requires_grad(flag); });
}

hf_status hf_gradients(
    hf_tensor y, const hf_tensor *inputs, int32_t count, bool keep_graph, bool create_graph,
    bool allow_unused, hf_tensor *out) {
  return guard([&] {
    auto result = torch::autograd::grad(
        {y->value}, hf::values(inputs, count), /*grad_outputs=*/{},
        keep_graph || create_graph, create_graph, allow_unused);
    for (int32_t i = 0; i < count; ++i)
      out[i] = hf::wrap(
          result[i].defined() ? std::move(result[i]) : at::zeros_like(inputs[i]->value));
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
    for (auto &parameter : optimizer->parameters) {
      parameter.mutable_grad().reset();  // `zero_grad` fails at gradients that are views
      // SGD writes through `.data`, as fused kernels do, which libtorch does not count as writing.
      // Blocks of a weight (linear.cpp) and what a graph has saved would be taken for fresh.
      parameter.unsafeGetTensorImpl()->bump_version();
    }
  });
}

hf_status hf_optimizer_state(
    hf_optimizer optimizer, int32_t index, hf_tensor *out, int32_t count) {
  return guard([&] {
    const auto &states = optimizer->value->state();
    const auto known = states.find(optimizer->parameters[index].unsafeGetTensorImpl());
    if (known == states.end()) return;
    const auto values = entries(*known->second);
    TORCH_CHECK(
        values.size() == static_cast<size_t>(count), "the optimiser keeps ", values.size(),
        " entries of a parameter, not ", count);
    for (int32_t i = 0; i < count; ++i)
      out[i] = hf::wrap(values[i].detach().to(
          at::kCPU, values[i].scalar_type(), /*non_blocking=*/false, /*copy=*/true));
  });
}

hf_status hf_optimizer_restore(
    hf_optimizer optimizer, int32_t index, const hf_tensor *values, int32_t count) {
  return guard([&] {
    const auto &parameter = optimizer->parameters[index];
    auto &states = optimizer->value->state();
    if (count == 0) {
      states.erase(parameter.unsafeGetTensorImpl());
      return;
    }
    std::vector<at::Tensor> copies;
    for (const auto &value : hf::values(values, count))
      copies.push_back(value.detach().to(
          parameter.device(), value.scalar_type(), /*non_blocking=*/false, /*copy=*/true));
    states[parameter.unsafeGetTensorImpl()] = state_of(copies);
  });
}

void hf_optimizer_release(hf_optimizer optimizer) { delete optimizer; }

}  // extern "C"
