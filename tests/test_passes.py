"""A forward pass seen layer by layer, and what dropout layers do in their mode."""

import numpy as np
import pytest
import torch
from builders import EPOCH, edited, open_stepper, sing
from torch import nn

from loop_core.lessons import find_lesson
from loop_core.operations import Operation
from loop_core.passes import MOST_CALLS, MOST_LAYERS, ForwardRecorder, drops_of, layer_of, outline_of
from loop_core.snapshot import Forward

DROPOUT = find_lesson("dropout").path.read_text(encoding="utf-8")


def passed(model: nn.Module, inputs: torch.Tensor) -> Forward:
    recorder = ForwardRecorder()
    recorder.start(model)
    model(inputs)
    forward = recorder.stop()
    assert forward is not None
    return forward


def test_the_recorder_sees_every_layer_and_takes_its_hooks_off() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 1)))
    recorder = ForwardRecorder()
    recorder.start(model)
    data = torch.randn(5, 2)
    output = model(data)
    forward = recorder.stop()
    assert forward is not None
    assert [(layer.name, layer.kind, layer.width) for layer in forward.layers] == [
        ("", "input", 2),
        ("0", "Linear", 3),
        ("1", "ReLU", 3),
        ("2.0", "Linear", 1),
    ]
    assert forward.layers[1].params == ("0.weight", "0.bias")
    assert forward.sample == 2
    assert forward.layers[0].units.tolist() == data[2].tolist()
    assert forward.layers[-1].units.tolist() == output[2].tolist()
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_deep_model_is_seen_at_both_ends() -> None:
    model = nn.Sequential(*(nn.Linear(2, 2) for _ in range(50)))
    forward = passed(model, torch.ones(3, 2))
    assert forward.skipped == 50 - MOST_LAYERS
    assert [layer.name for layer in forward.layers] == ["", *map(str, (*range(12), *range(38, 50)))]


def test_a_layer_that_is_called_for_ever_is_seen_a_bounded_number_of_times() -> None:
    class Repeating(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(200):
                x = self.inner(x)
            return x

    assert len(passed(Repeating(), torch.ones(1, 2)).layers) == MOST_CALLS + 1


def test_channels_are_pictures_and_their_means() -> None:
    batch = torch.randn(4, 12, 30, 20)
    layer = layer_of("c", "Conv2d", batch, 3)
    assert layer.width == 12
    assert layer.maps is not None
    assert layer.maps.shape == (8, 16, 16)
    assert layer.units == pytest.approx(batch[3].mean(dim=(1, 2)).numpy(), abs=1e-6)


def test_a_small_channel_is_shown_to_the_pixel() -> None:
    batch = torch.randn(2, 3, 5, 4)
    maps = layer_of("c", "Conv2d", batch, 1).maps
    assert maps is not None
    assert np.array_equal(maps, batch[1].numpy())


def test_a_sequence_is_one_picture_of_steps_by_units() -> None:
    batch = torch.randn(2, 7, 10)
    layer = layer_of("t", "LayerNorm", batch, 0)
    assert layer.width == 10
    assert layer.maps is not None
    assert np.array_equal(layer.maps, batch[:1].numpy())
    assert layer.units == pytest.approx(batch[0].mean(dim=0).numpy(), abs=1e-6)


def test_of_a_wide_layer_the_units_that_answer_most_strongly_are_told() -> None:
    batch = torch.zeros(1, 7000)
    batch[0, [5, 900, 901, 6999]] = torch.tensor([1.0, -9.0, 4.0, 2.0])
    layer = layer_of("w", "Linear", batch, 0)
    assert layer.telling == ((5, 1.0), (900, -9.0), (901, 4.0), (6999, 2.0))
    assert (layer.width, len(layer.units)) == (7000, 64)


def test_a_layer_that_answers_with_several_tensors_is_seen_by_its_first() -> None:
    forward = passed(nn.Sequential(nn.LSTM(3, 5)), torch.randn(2, 4, 3))
    assert [(layer.kind, layer.width) for layer in forward.layers] == [("input", 3), ("LSTM", 5)]


def test_the_outline_knows_the_layers_and_leaves_the_model_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 1)).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    inputs = torch.randn(9, 2)
    state = torch.get_rng_state()
    outline = outline_of(model, inputs)
    assert outline is not None
    assert [layer.kind for layer in outline.layers] == ["input", "Linear", "BatchNorm1d", "Dropout", "Linear"]
    assert model.training
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before.items())
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(module._forward_hooks for module in model.modules())


def test_a_model_that_cannot_answer_has_no_outline() -> None:
    assert outline_of(nn.Linear(3, 1), torch.randn(9, 2)) is None


def test_dropout_drops_in_train_and_keeps_all_in_eval() -> None:
    model = nn.Sequential(nn.Linear(1, 40), nn.Dropout(0.5)).train()
    forward = passed(model, torch.ones(2, 1))
    state = torch.get_rng_state()
    (training,) = drops_of(model, forward)
    (testing,) = drops_of(model.eval(), forward)
    assert torch.equal(torch.get_rng_state(), state)
    assert training.name == "1"
    assert training.kept.shape == (8, 40)
    assert 0.3 < training.kept.mean() < 0.7
    assert testing.kept.all()


def test_the_drops_of_a_lesson_come_with_the_lines_that_set_the_mode(tmp_path) -> None:
    stepper = open_stepper(DROPOUT, tmp_path)
    told = {s.operation: s.drops for s in sing(stepper, (Operation.SETUP, *EPOCH))}
    stepper.close()
    assert not told[Operation.TRAIN][0].kept.all()
    assert told[Operation.EVAL][0].kept.all()
    assert not any(drops for operation, drops in told.items() if operation not in ("train", "eval"))


def test_without_dropout_there_are_none(tmp_path) -> None:
    stepper = open_stepper(edited(), tmp_path)
    assert not any(s.drops for s in sing(stepper, (Operation.SETUP, *EPOCH)))
    stepper.close()
