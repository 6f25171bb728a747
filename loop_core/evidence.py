"""The proof of each operation, read from the live objects and never from the text of the lesson."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import nn

from loop_core.gradients import Marks, NormReader, grad_marks, grad_state
from loop_core.operations import Operation
from loop_core.pictures import picture, values_of
from loop_core.scope import tensors_in
from loop_core.snapshot import Array, Evidence, GradMode, Saved

NO = "no evidence: "
COMPARED = frozenset({Operation.ZERO_GRAD, Operation.BACKWARD, Operation.STEP})
"""Operations before and after which the same parameters are looked at."""
MOST_PRINTED = 20
"""Lines of what was printed that stand in a proof, the last ones."""


@dataclass(slots=True)
class Live:
    """The lesson's live objects at one moment.

    optimizers: those that the operation may concern.  tensors: without a model, those that want gradients.
    results: what the site's roles name ('result', 'inputs', ...), looked up in the lesson's variables.
    ran: the operations that have run in this epoch.  norms: reads the gradients' norm.
    own: the script is the user's: what it does otherwise than a lesson is said, and is no failure.
    """

    model: nn.Module | None
    optimizers: tuple[torch.optim.Optimizer, ...]
    loss_fn: object
    tensors: tuple[torch.Tensor, ...]
    results: dict[str, Any]
    ran: frozenset[Operation]
    printed: tuple[str, ...]
    saved: tuple[Saved, object] | None
    epoch: int | None
    norms: NormReader
    own: bool = False

    def norm(self) -> float | None:
        """The 2-norm of all gradients together, or None when there are none."""
        return self.norms.read(self.trained)

    @property
    def optimizer(self) -> torch.optim.Optimizer | None:
        """The first of them."""
        return self.optimizers[0] if self.optimizers else None

    @property
    def trained(self) -> list[torch.Tensor]:
        """What the optimizers hold; without one, what wants gradients: in the model, else of all tensors."""
        if self.optimizers:
            return [p for each in self.optimizers for group in each.param_groups for p in group["params"]]
        if self.model is not None:
            return [p for p in self.model.parameters() if p.requires_grad]
        return list(self.tensors)

    def by_optimizer(self, states: tuple[str, ...]) -> list[tuple[str, ...]]:
        """What is known of each trained parameter, apart for each optimizer that may be meant."""
        if len(self.optimizers) < 2:
            return [states]
        rest = iter(states)
        counts = [sum(len(group["params"]) for group in each.param_groups) for each in self.optimizers]
        return [tuple(islice(rest, count)) for count in counts]


@dataclass(frozen=True, slots=True)
class Before:
    """What is known just before an operation: modes, gradients and versions, and pictures of the values.

    model: the one whose values these are.
    """

    training: bool | None
    grad_mode: GradMode
    grads: tuple[str, ...]
    grad_marks: Marks
    versions: tuple[int, ...]
    model: nn.Module | None
    values: dict[str, Array]
    epoch: int | None


def grad_mode() -> GradMode:
    """This thread's grad mode."""
    if torch.is_inference_mode_enabled():
        return "inference"
    return "grad" if torch.is_grad_enabled() else "no_grad"


def look_before(live: Live, since: Before | None = None) -> Before:
    """What `check` will compare with; since: what was seen last, where nobody has looked just before."""
    trained = live.trained
    if since is not None and len(since.versions) == len(trained):
        return since
    return Before(
        training=None if live.model is None else live.model.training,
        grad_mode=grad_mode() if since is None else since.grad_mode,
        grads=tuple(grad_state(p) for p in trained),
        grad_marks=grad_marks(trained),
        versions=tuple(p._version for p in trained),
        model=live.model,
        values={} if live.model is None else values_of(live.model),
        epoch=live.epoch if since is None else since.epoch,
    )


def check(operation: Operation, before: Before, live: Live) -> Evidence:
    """Whether the operation that has just run left what it must leave."""
    if operation in COMPARED and len(before.versions) != len(live.trained):
        return Evidence(False, NO + "the optimizers hold other parameters than before")
    return CHECKS[operation](before, live)


def _setup(before: Before, live: Live) -> Evidence:
    if live.model is None and live.tensors and live.optimizer is None:
        count = sum(tensor.numel() for tensor in live.tensors)
        return Evidence(True, f"no torch.nn.Module; tensors of {count:,} numbers that want gradients")
    if live.model is None:
        return Evidence(False, NO + "no torch.nn.Module was made before the loop", absent=live.own)
    count = sum(p.numel() for p in live.model.parameters())
    name = f"{type(live.model).__name__} with {count:,} parameters"
    if live.optimizer is None:
        none = "no torch.optim.Optimizer was made before the loop"
        return Evidence(live.own, f"{name}, {none}" if live.own else NO + none)
    own = {id(p) for p in live.model.parameters()}
    if not any(id(p) in own for p in live.trained):
        return Evidence(False, NO + "the optimizer holds no parameter of the model")
    text = f"{name}, {type(live.optimizer).__name__} at lr {live.optimizer.param_groups[0].get('lr'):g}"
    return Evidence(True, text if live.loss_fn is None else f"{text}, {type(live.loss_fn).__name__}")


def _epoch(before: Before, live: Live) -> Evidence:
    return Evidence(live.epoch != before.epoch, f"epoch {_word(before.epoch)} → {_word(live.epoch)}")


def _train(before: Before, live: Live) -> Evidence:
    return _mode(before, live, True)


def _eval(before: Before, live: Live) -> Evidence:
    return _mode(before, live, False)


def _mode(before: Before, live: Live, wanted: bool) -> Evidence:
    if live.model is None:
        return Evidence(False, NO + "no model")
    others = sum(module.training is not wanted for module in live.model.modules())
    text = f"model.training {_change(before.training, live.model.training)}"
    return Evidence(not others, text if not others else f"{text}, but not in {others} of its modules")


def _forward(before: Before, live: Live) -> Evidence:
    result = live.results.get("result")
    if not isinstance(result, torch.Tensor):
        return Evidence(False, NO + f"the forward pass left {_kind(result)}, not a tensor")
    text = f"shape {tuple(result.shape)}{_not_finite(result)}"
    if result.grad_fn is None:
        return Evidence(False, f"{text}, not linked to the weights: no grad_fn")
    return Evidence(True, f"{text}, grad_fn {result.grad_fn.name()}")


def _loss(before: Before, live: Live) -> Evidence:
    value, evidence = _scalar(live.results.get("result"))
    if value is None:
        return evidence
    grad_fn = live.results["result"].grad_fn
    if grad_fn is None:
        return Evidence(False, f"{evidence.text}, not linked to the weights: no grad_fn")
    return Evidence(evidence.holds, f"{evidence.text}, grad_fn {grad_fn.name()}")


def _zero_grad(before: Before, live: Live) -> Evidence:
    now = tuple(grad_state(p) for p in live.trained)
    each = live.by_optimizer(now)
    cleared = any(bool(states) and all(state != "value" for state in states) for states in each)
    return Evidence(cleared, f"gradients {_change(_states(before.grads), _states(now))}")


def _backward(before: Before, live: Live) -> Evidence:
    marks = grad_marks(live.trained)
    got = sum(now is not None and now != then for then, now in zip(before.grad_marks, marks, strict=True))
    now = tuple(grad_state(p) for p in live.trained)
    text = f"gradients {_states(before.grads)} → {_states(now)} in {got} of {len(marks)} parameters"
    if not got and live.own and live.optimizer is None:
        return _gradients_apart(live.results.get("result"), text)
    norm = live.norm()
    if norm is None:
        return Evidence(False, text)
    return Evidence(got > 0 and math.isfinite(norm), f"{text}, norm {norm:.4g}")


def _gradients_apart(result: object, text: str) -> Evidence:
    """Gradients that are an answer, as of ``torch.autograd.grad``, and stand in no parameter."""
    grads = list(tensors_in(result))
    if not grads:
        return Evidence(False, f"{text}, and none are seen elsewhere", absent=True)
    norm = float(torch.stack([g.detach().float().norm() for g in grads]).norm())
    count = sum(g.numel() for g in grads)
    text = f"{len(grads)} gradients of {count:,} numbers as tensors of their own, norm {norm:.4g}"
    return Evidence(math.isfinite(norm), text)


def _step(before: Before, live: Live) -> Evidence:
    names = {id(p): n for n, p in live.model.named_parameters()} if live.model is not None else {}
    pairs = zip(live.trained, before.versions, strict=True)
    wanted = [(p, v) for p, v in pairs if p.grad is not None or live.optimizer is None]
    if len(live.optimizers) > 1:
        wanted = _of_those_that_stepped(wanted, live.optimizers)
    if not wanted:
        return Evidence(False, "nothing to step with: every gradient is None")
    moved = 0
    most = 0.0
    whole = True
    for parameter, version in wanted:
        old = before.values.get(names.get(id(parameter), ""))
        change = 0.0 if old is None else float(abs(picture(parameter) - old).max(initial=0.0))
        moved += parameter._version != version or change > 0
        most = change if math.isnan(change) else max(most, change)
        whole &= old is not None and old.size == parameter.numel()
    shown = "" if whole else " where shown"
    text = f"{moved} of {len(wanted)} parameters changed,{shown} by at most {most:.4g}"
    if live.own and live.optimizer is None:
        unseen = "no optimizer, and none of the known parameters changed"
        return Evidence(True, text) if moved else Evidence(False, NO + unseen, absent=True)
    return Evidence(moved == len(wanted) and math.isfinite(most), text)


def _of_those_that_stepped(
    wanted: list[tuple[torch.Tensor, int]], optimizers: tuple[torch.optim.Optimizer, ...]
) -> list[tuple[torch.Tensor, int]]:
    """Of several optimizers, of which it is not known which one it was, the parameters of those that did."""
    changed = {id(p) for p, version in wanted if p._version != version}
    held: set[int] = set()
    for optimizer in optimizers:
        own = {id(p) for group in optimizer.param_groups for p in group["params"]}
        held |= own if own & changed else set()
    return [pair for pair in wanted if id(pair[0]) in held] or wanted


def _test(before: Before, live: Live) -> Evidence:
    if Operation.STEP not in live.ran:
        return Evidence(live.own, "testing begins, but no optimizer step has run in this epoch")
    train, test = live.results.get("train"), live.results.get("test")
    if not isinstance(train, torch.Tensor) or not isinstance(test, torch.Tensor):
        return Evidence(True, "the training half is over")
    if train is test or (train.shape == test.shape and torch.equal(train, test)):
        return Evidence(live.own, "the test set is the training set")
    return Evidence(True, f"{len(test)} test samples apart from {len(train)} training samples")


def _inference_mode(before: Before, live: Live) -> Evidence:
    now = grad_mode()
    return Evidence(now != "grad", f"grad mode {before.grad_mode} → {now}")


def _test_forward(before: Before, live: Live) -> Evidence:
    result = live.results.get("result")
    if not isinstance(result, torch.Tensor):
        return Evidence(False, NO + f"the forward pass left {_kind(result)}, not a tensor")
    return _unlinked(result, f"shape {tuple(result.shape)}{_not_finite(result)}", True)


def _test_loss(before: Before, live: Live) -> Evidence:
    value, evidence = _scalar(live.results.get("result"))
    return evidence if value is None else _unlinked(live.results["result"], evidence.text, evidence.holds)


def _unlinked(result: torch.Tensor, text: str, holds: bool) -> Evidence:
    if result.requires_grad:
        return Evidence(False, f"{text}, still linked to the weights: requires_grad is True")
    return Evidence(holds, f"{text}, is_inference() {result.is_inference()}, requires_grad False")


def _print(before: Before, live: Live) -> Evidence:
    if not live.printed:
        return Evidence(False, NO + "nothing was printed")
    more = "… ⏎ " if len(live.printed) > MOST_PRINTED else ""
    return Evidence(True, f"printed {more}{' ⏎ '.join(live.printed[-MOST_PRINTED:])}")


def _save(before: Before, live: Live) -> Evidence:
    if live.saved is None:
        return Evidence(False, NO + "no file was written")
    saved, original = live.saved
    try:
        loaded = torch.load(saved.path, weights_only=True)
    except Exception as error:  # whatever a damaged or foreign file makes torch raise is the evidence
        return Evidence(False, f"{saved.name} does not load with weights_only=True: {error}")
    same = _equal(loaded, original)
    verdict = "loaded back equal" if same else "loaded back different"
    return Evidence(same, f"{saved.name}, {saved.size:,} bytes, {verdict}")


def _equal(a: object, b: object) -> bool:
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        same = a.dtype == b.dtype and a.shape == b.shape
        return same and torch.allclose(a.cpu(), b.detach().cpu(), rtol=0, atol=0, equal_nan=True)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_equal, a, b))
    return bool(a == b)


def _scalar(result: object) -> tuple[float | None, Evidence]:
    if not isinstance(result, torch.Tensor) or not result.numel():
        return None, Evidence(False, NO + f"the loss is {_kind(result)}, not a tensor of numbers")
    value = float(result.detach().float().mean())
    if result.numel() > 1:
        return value, Evidence(math.isfinite(value), f"{result.numel()} losses, mean {value:.6g}")
    return value, Evidence(math.isfinite(value), f"loss {value:.6g}")


def _change(before: object, now: object) -> str:
    return f"{now}, as before" if before == now else f"{before} → {now}"


def _states(states: tuple[str, ...]) -> str:
    return " and ".join(sorted(set(states))) or "none"


def _not_finite(result: torch.Tensor) -> str:
    count = int((~torch.isfinite(result.detach())).sum()) if result.is_floating_point() else 0
    return f", {count} of {result.numel()} values not finite" if count else ""


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def _word(epoch: int | None) -> str:
    return "none" if epoch is None else str(epoch)


CHECKS: dict[Operation, Callable[[Before, Live], Evidence]] = {
    Operation.SETUP: _setup,
    Operation.EPOCH: _epoch,
    Operation.TRAIN: _train,
    Operation.FORWARD: _forward,
    Operation.LOSS: _loss,
    Operation.ZERO_GRAD: _zero_grad,
    Operation.BACKWARD: _backward,
    Operation.STEP: _step,
    Operation.TEST: _test,
    Operation.EVAL: _eval,
    Operation.INFERENCE_MODE: _inference_mode,
    Operation.TEST_FORWARD: _test_forward,
    Operation.TEST_LOSS: _test_loss,
    Operation.PRINT: _print,
    Operation.SAVE: _save,
}
