"""PPO's learner without the work that a plain feed-forward policy does not need."""

from __future__ import annotations

from typing import Any

import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core import ALL_MODULES, DEFAULT_MODULE_ID
from ray.rllib.core.columns import Columns
from ray.rllib.evaluation.postprocessing import Postprocessing

from zelda_train.shaping import Potential, Shaping

TERMS = ("policy_loss", "value_loss", "entropy", "approx_kl", "clip_fraction")


class LeanPPOLearner(PPOTorchLearner):  # type: ignore[misc]
    """PPO with the clipped surrogate, a plain squared value error and an entropy bonus.

    Against RLlib's own learner: no KL term (its coefficient is lost in checkpoints), no clipping of the squared value
    error, fused Adam, losses averaged over all minibatches instead of those of the last, and one check for finite
    gradients on the global norm, where RLlib makes two for every tensor. An update whose norm is not finite is
    skipped and counted. Reads `learner_config_dict`: `grad_clip` (largest global norm) and `threads` (of torch).
    """

    def build(self) -> None:
        """Build the module, its optimizer and the connector; RLlib calls this once."""
        torch.set_num_threads(int(self.config.learner_config_dict["threads"]))
        super().build()
        self._skipped = 0
        self._terms: list[torch.Tensor] = []

    def set_potential(self, potential: Potential | None) -> None:
        """Shape the rewards of all further batches with this potential; None turns the shaping off."""
        self.shaping.potential = potential

    @property
    def updates(self) -> int:
        """Batches that this learner has learnt from, over all epochs."""
        return int(self._weights_seq_no)

    @property
    def shaping(self) -> Shaping:
        """The connector that shapes rewards and computes advantages."""
        found: Shaping = next(piece for piece in self._learner_connector.connectors if isinstance(piece, Shaping))
        return found

    def configure_optimizers_for_module(self, module_id: str, config: PPOConfig | None = None) -> None:
        """Register fused Adam for all parameters of a module."""
        parameters = self.get_parameters(self._module[module_id])
        self.register_optimizer(
            module_id=module_id,
            optimizer=torch.optim.Adam(parameters, eps=1e-5, fused=True),
            params=parameters,
            lr_or_lr_schedule=(config or self.config).lr,
        )

    def before_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Tell the connector which version of the weights the batch ought to come from."""
        super().before_gradient_based_update(timesteps=timesteps)
        self.shaping.weights_version = self.updates

    def compute_loss_for_module(
        self, *, module_id: str, config: PPOConfig, batch: dict[str, Any], fwd_out: dict[str, Any]
    ) -> torch.Tensor:
        """Return PPO's loss of a minibatch of N steps, a scalar tensor."""
        log_probs = torch.log_softmax(fwd_out[Columns.ACTION_DIST_INPUTS], -1)  # (N, A) float32
        logp = log_probs.gather(1, batch[Columns.ACTIONS][:, None]).squeeze(1)
        log_ratio = logp - batch[Columns.ACTION_LOGP]
        ratio = log_ratio.exp()
        advantages = batch[Postprocessing.ADVANTAGES]
        clipped = ratio.clamp(1 - config.clip_param, 1 + config.clip_param)
        policy_loss = -torch.min(advantages * ratio, advantages * clipped).mean()
        entropy = -(log_probs.exp() * log_probs).sum(-1).mean()
        values = self.module[module_id].unwrapped().compute_values(batch)
        value_loss = (values - batch[Postprocessing.VALUE_TARGETS]).pow(2).mean()
        with torch.no_grad():
            # The low-variance estimator of KL(old, new): (r - 1) - log r.
            kl = (ratio - 1 - log_ratio).mean()
            outside = ((ratio - 1).abs() > config.clip_param).float().mean()
            self._terms.append(torch.stack([policy_loss, value_loss, entropy, kl, outside]))
        entropy_weight = self.entropy_coeff_schedulers_per_module[module_id].get_current_value()
        loss: torch.Tensor = policy_loss + config.vf_loss_coeff * value_loss - entropy_weight * entropy
        return loss

    def apply_gradients(self, gradients_dict: dict[Any, torch.Tensor]) -> None:
        """Clip the gradient and step the optimizers, or skip the update if its norm is not finite."""
        parameters = [self._params[reference] for reference in gradients_dict]
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.config.learner_config_dict["grad_clip"])
        if not torch.isfinite(norm):
            self._skipped += 1
            return
        for module_id, names in self._module_optimizers.items():
            for name in names:
                self.get_optimizer(module_id, name).step()

    def after_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Log the terms of the loss, averaged over the minibatches of the whole update."""
        means = torch.stack(self._terms).mean(0).tolist()
        self._terms.clear()
        for name, mean in zip(TERMS, means, strict=True):
            self.metrics.log_value((DEFAULT_MODULE_ID, name), mean, window=1)
        self.metrics.log_value((ALL_MODULES, "skipped_updates"), self._skipped, window=1)
        self._skipped = 0
        super().after_gradient_based_update(timesteps=timesteps)
