"""The training loop of generative models: AdamW, warm-up, cosine; what is drawn depends on seed and step only."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import torch

from kg_builder.train.generative.batches import Encoded, batches_of, make_batch
from kg_builder.train.generative.loss import answer_loss
from kg_builder.train.generative.model import Trainee
from kg_builder.train.generative.recipe import GenerativeRecipe, Steps

_LATE = "INFLUENCES"
"""Kind of the samples that may come after the others (`Lists.entities_first`)."""


def make_optimizer(trainee: Trainee, settings: Steps) -> torch.optim.AdamW:
    """Over the trained weights alike."""
    return torch.optim.AdamW(
        list(trainee.trained().values()), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )


def rate_share(step: int, steps: int, warmup: float) -> float:
    """Share of the highest learning rate at a step (from 0) of `steps`: a rise, then half a cosine down to 0."""
    rising = warmup * steps
    if step < rising:
        return (step + 1) / (rising + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1.0, steps - rising)))


def groups_of(samples: Sequence[Encoded], recipe: GenerativeRecipe, epoch: int) -> list[list[list[Encoded]]]:
    """The batches of an epoch (from 0) by steps."""
    settings = recipe.training
    dice = random.Random(f"{recipe.seed}/{epoch}/batches")
    first = recipe.lists.entities_first if epoch == 0 else 0.0
    batches = batches_of(samples, settings.batch_size, dice, last=_LATE, entities_first=first)
    size = settings.accumulation
    return [batches[start : start + size] for start in range(0, len(batches), size)]


class Fitting:
    """One run's optimizer with its steps."""

    def __init__(self, trainee: Trainee, recipe: GenerativeRecipe, *, steps: int) -> None:
        self.optimizer = make_optimizer(trainee, recipe.training)
        self._trainee = trainee
        self._recipe = recipe
        self._steps = steps
        self._scaler = torch.amp.GradScaler(enabled=trainee.precision is torch.float16)

    def step(self, group: Sequence[Sequence[Encoded]], number: int) -> float:
        """One step of the optimizer, the `number`-th (from 0). Returns the mean loss of its batches."""
        settings = self._recipe.training
        torch.manual_seed(random.Random(f"{self._recipe.seed}/{number}").getrandbits(63))
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = settings.learning_rate * rate_share(number, self._steps, settings.warmup)
        self._trainee.model.train()
        self.optimizer.zero_grad()
        losses = []
        for batch in group:
            loss = self._loss(batch)
            self._scaler.scale(loss / len(group)).backward()
            losses.append(float(loss.detach()))
        self._scaler.unscale_(self.optimizer)
        torch.nn.utils.clip_grad_norm_(list(self._trainee.trained().values()), settings.largest_gradient)
        self._scaler.step(self.optimizer)
        self._scaler.update()
        return sum(losses) / len(losses)

    def held_out_loss(self, samples: Sequence[Encoded]) -> float | None:
        """Mean loss an answer's token over samples that aren't learned from; None: there are none."""
        if not samples:
            return None
        self._trainee.model.eval()
        size = self._recipe.training.batch_size
        total, tokens = 0.0, 0
        ordered = sorted(samples, key=len)
        with torch.no_grad():
            for first in range(0, len(ordered), size):
                batch = ordered[first : first + size]
                count = sum(len(sample.answer) for sample in batch)
                total += float(self._loss(batch)) * count
                tokens += count
        return total / tokens

    def _loss(self, samples: Sequence[Encoded]) -> torch.Tensor:
        trainee = self._trainee
        batch = make_batch(
            samples,
            pad=trainee.pad,
            device=trainee.device,
            share_beginning=self._recipe.training.share_beginnings and len(samples) > 1,
        )
        with torch.autocast(trainee.device.type, trainee.precision, enabled=trainee.precision is not None):
            return answer_loss(trainee.model, batch)
