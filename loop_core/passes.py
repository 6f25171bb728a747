"""A forward pass seen layer by layer, through hooks that are there for this one pass only."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from loop_core.freeze import untouched
from loop_core.pictures import SIDE, shrunk
from loop_core.snapshot import Drops, Forward, Layer, frozen

MOST_LAYERS = 24
"""A model with more layers is shown by the first and the last of them, half of these each."""
MOST_CALLS = 2 * MOST_LAYERS
"""A layer that is called over and over is seen so often at most, with all others."""
MOST_MAPS, MAP_SIDE = 8, 16
"""Channels of a layer whose pictures are kept, and their longest side."""
ALL_SHOWN = 16
"""Of a wider layer the most telling units are noted."""
TELLING = 4
MOST_COPIED = 2**22
"""Parameters up to which a model is copied to learn its layers ahead."""
TRIES = 8
"""Passes of a dropout layer that are tried."""
MOST_DROPOUTS = 4


@dataclass(slots=True)
class ForwardRecorder:
    """Forward hooks that keep each layer's output for one sample, for one pass of the model."""

    layers: list[Layer] = field(default_factory=list)
    sample: int = 0
    inputs: Layer | None = None
    _skipped: int = 0
    _over: bool = False
    _handles: list[Any] = field(default_factory=list)

    def start(self, model: nn.Module) -> None:
        """Hook the layers: the modules without children, or with parameters of their own."""
        self.layers, self.inputs, self._over = [], None, False
        self._handles = [model.register_forward_pre_hook(self._take_inputs)]
        layers = _layers(model)
        self._skipped = max(0, len(layers) - MOST_LAYERS)
        if self._skipped:
            layers = layers[: MOST_LAYERS // 2] + layers[-(MOST_LAYERS // 2) :]
        for name, module, own in layers:
            self._handles.append(module.register_forward_hook(self._hook(name, own)))
        self._handles.append(model.register_forward_hook(self._end))

    def stop(self) -> Forward | None:
        """Take the hooks off; what the pass left, or None when no layer answered with a tensor."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
        if self.inputs is None or not self.layers:
            return None
        return Forward(self.sample, (self.inputs, *self.layers), self._skipped)

    def _take_inputs(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if self.inputs is None and inputs and isinstance(inputs[0], torch.Tensor) and inputs[0].ndim:
            self.sample = len(inputs[0]) // 2
            if len(inputs[0]) > self.sample:
                self.inputs = layer_of("", "input", inputs[0], self.sample)

    def _end(self, module: nn.Module, inputs: Any, output: Any) -> None:
        """A further pass in the same statement is not seen."""
        self._over = True

    def _hook(self, name: str, own: tuple[str, ...]) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            first = output[0] if isinstance(output, tuple) and output else output
            if self._over or len(self.layers) >= MOST_CALLS:
                return
            if not isinstance(first, torch.Tensor) or not first.ndim:
                return
            if len(first) > self.sample and first.numel():
                self.layers.append(layer_of(name, type(module).__name__, first, self.sample, own))

        return hook


def _layers(model: nn.Module) -> list[tuple[str, nn.Module, tuple[str, ...]]]:
    """Name, module and the names of its own parameters, of each layer; a model of layers is none itself."""
    found = []
    for name, module in model.named_modules():
        own = tuple(f"{name}.{key}" if name else key for key, _ in module.named_parameters(recurse=False))
        inner = next(module.children(), None) is not None
        if not inner or (own and module is not model):
            found.append((name, module, own))
    return found


def layer_of(name: str, kind: str, batch: torch.Tensor, sample: int, params: tuple[str, ...] = ()) -> Layer:
    """One sample of an output (samples, units), (samples, steps, units) or (samples, channels, ...)."""
    row = batch.detach()[sample]
    maps = None
    if row.ndim == 2:
        maps, width = row[None], row.shape[1]
        row = shrunk(row, SIDE).float().mean(dim=0)
    elif row.ndim > 2:
        maps, width = row[:MOST_MAPS].reshape(min(len(row), MOST_MAPS), row.shape[1], -1), len(row)
        row = row[:SIDE].reshape(min(len(row), SIDE), -1)[:, : SIDE * SIDE].float().mean(dim=1)
    else:
        row = row.reshape(-1)
        width = row.numel()
    telling = () if maps is not None or width <= ALL_SHOWN else _telling(row)
    units = frozen(shrunk(row[None], SIDE)[0].cpu().float().numpy())
    pictures = None if maps is None else frozen(shrunk(maps, MAP_SIDE).cpu().float().numpy())
    return Layer(name, kind, width, units, pictures, telling, params)


def _telling(row: torch.Tensor) -> tuple[tuple[int, float], ...]:
    """Index and activation of the units with the largest absolute activation, in their order."""
    strongest = row.float().abs().nan_to_num(nan=torch.inf).topk(TELLING).indices.sort().values
    return tuple((int(index), float(row[index])) for index in strongest)


def outline_of(model: nn.Module, inputs: torch.Tensor) -> Forward | None:
    """The layers that a pass goes through, learned from a copy of the model in eval mode.

    None for a model that torch cannot copy, that is large, or that does not answer for two samples.
    """
    if sum(p.numel() for p in model.parameters()) > MOST_COPIED:
        return None
    recorder = ForwardRecorder()
    try:
        with untouched(), torch.inference_mode(False), torch.no_grad():
            twin = copy.deepcopy(model).eval()
            recorder.start(twin)
            twin(inputs[:2])
    except Exception:  # the model's own code was written for the lesson's data: its own pass will tell
        return None
    return recorder.stop()


def drops_of(model: nn.Module, forward: Forward | None) -> tuple[Drops, ...]:
    """What each dropout layer keeps in its present mode, tried on copies; ``forward``: how wide they are."""
    widths = {layer.name: len(layer.units) for layer in forward.layers[1:]} if forward else {}
    dropouts = [(n, m) for n, m in model.named_modules() if isinstance(m, _DropoutNd) and n in widths]
    with untouched(), torch.inference_mode(False), torch.no_grad():
        return tuple(
            Drops(name, frozen((copy.copy(module)(torch.ones(TRIES, widths[name])) != 0).numpy()))
            for name, module in dropouts[:MOST_DROPOUTS]
        )
