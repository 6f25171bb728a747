"""What a loop of any shape is taken for, and that a right loop never fails its proof."""

import contextlib
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest
from builders import WHOLE_SONG

from loop_core.errors import InputError
from loop_core.listing import Listing, read_listing
from loop_core.operations import Operation
from loop_core.scope import looked_up
from loop_core.sites import LIKELY
from loop_core.snapshot import Snapshot
from loop_core.stepper import Stepper

HEAD = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.1), nn.Linear(8, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.05)
crit = nn.MSELoss()
X, Y = torch.randn(24, 3), torch.randn(24, 1)
"""
UPDATE = "    opt.zero_grad()\n    loss.backward()\n    opt.step()\n"


def listing_of(body: str, folder: Path, head: str = HEAD) -> Listing:
    path = folder / "script.py"
    path.write_text(head + textwrap.dedent(body), encoding="utf-8")
    return read_listing(path)


def lines_of(listing: Listing, operation: Operation) -> list[str]:
    found = [listing.lines[s.line - 1].strip() for s in listing.sites if s.operation is operation]
    return list(dict.fromkeys(found))


def sung(listing: Listing, folder: Path, operations: Sequence[Operation] = WHOLE_SONG) -> list[Snapshot]:
    stepper = Stepper(listing, folder, 2, own=True)
    with contextlib.chdir(folder):
        snapshots = [stepper.perform(number, operation)[0] for number, operation in enumerate(operations)]
        stepper.finish()
    stepper.close()
    return snapshots


def failed(snapshots: Sequence[Snapshot]) -> dict[str, str]:
    """The operations whose proof failed, and what it says."""
    wrong = (s for s in snapshots if not s.evidence.holds and not s.evidence.absent)
    return {str(s.operation): s.evidence.text for s in wrong}


LOSSES = {
    "loss = ((net(X) - Y) ** 2).mean()": "",
    "loss = nn.functional.mse_loss(net(X), Y)": "",
    "loss = compute(X, Y)": "def compute(x, y):\n    return (net(x) - y).abs().mean()\n",
    "loss = learner.loss(X)": (
        "class Base:\n    def loss(self, x): ...\nclass Learner(Base):\n    def loss(self, x):\n"
        "        a = net(x) - Y\n        return a.square().mean()\n"
        "learner = Learner()\n"
    ),
    "loss = 0.5 * crit(net(X), Y) + net(X).abs().mean()": "",
    "loss = (net(X) - Y).abs().mean() + 0.1 * weight(net)": (
        "def weight(model):\n    return sum(p.abs().sum() for p in model.parameters())\n"
    ),
    "loss = sum(each for each in [crit(net(X), Y), net(X).mean()])": "",
}


@pytest.mark.parametrize("line", LOSSES)
def test_what_backward_is_called_on_is_the_loss_and_may_be_the_forward_pass_too(
    line: str, tmp_path: Path
) -> None:
    listing = listing_of(f"for epoch in range(8):\n    {line}\n{UPDATE}", tmp_path, HEAD + LOSSES[line])
    snapshots = sung(listing, tmp_path)
    assert failed(snapshots) == {}
    proved = {s.operation for s in snapshots if s.evidence.holds}
    assert proved >= {Operation.FORWARD, Operation.LOSS, Operation.BACKWARD, Operation.STEP}
    fast = [s for s in snapshots if s.operation in (Operation.EPOCHS, Operation.REMAINING)]
    assert all(s.loss is not None and ", loss " in s.evidence.text for s in fast)


def test_a_loss_that_has_no_name_is_one_too(tmp_path: Path) -> None:
    update = "    opt.zero_grad()\n    (net(X) - Y).abs().mean().backward()\n    opt.step()\n"
    body = f"for epoch in range(8):\n{update}"
    snapshots = sung(listing_of(body, tmp_path), tmp_path)
    assert failed(snapshots) == {}
    assert Operation.LOSS in {s.operation for s in snapshots if s.evidence.holds}


def test_of_a_sum_of_losses_the_whole_is_the_loss(tmp_path: Path) -> None:
    body = (
        "for epoch in range(8):\n    out = net(X)\n    near = crit(out, Y)\n    small = out.abs().mean()\n"
        f"    loss = near + 0.1 * small\n{UPDATE}"
    )
    listing = listing_of(body, tmp_path)
    assert lines_of(listing, Operation.LOSS) == ["loss = near + 0.1 * small"]
    site = listing.site(Operation.LOSS)
    assert site is not None
    assert (site.roles["prediction"], site.roles["target"]) == ("out", "Y")
    assert failed(sung(listing, tmp_path)) == {}


def test_a_sum_of_losses_that_serves_both_halves_is_one_in_each(tmp_path: Path) -> None:
    body = """
def compute(x):
    near = crit(net(x), Y)
    return near + 0.1 * net(x).abs().mean()
for epoch in range(8):
    net.train()
    loss = compute(X)
    opt.zero_grad()
    loss.backward()
    opt.step()
    net.eval()
    with torch.no_grad():
        print(float(compute(X + 1)))
"""
    snapshots = sung(listing_of(body, tmp_path), tmp_path)
    assert failed(snapshots) == {}
    proved = {s.operation for s in snapshots if s.evidence.holds}
    assert proved >= {Operation.LOSS, Operation.TEST_FORWARD, Operation.TEST_LOSS}


def test_a_loop_on_one_line_is_read_like_any_other(tmp_path: Path) -> None:
    body = "for _ in range(8): opt.zero_grad(); l = net(X).pow(2).mean(); l.backward(); opt.step()\n"
    assert failed(sung(listing_of(body, tmp_path), tmp_path)) == {}


@pytest.mark.parametrize("bare", ["[]", "None", "0.0", "torch.zeros(1)", "list()", "{}"])
def test_a_collection_or_a_number_is_no_loss(bare: str, tmp_path: Path) -> None:
    body = (
        f"for epoch in range(8):\n    losses = {bare}\n    losses = [crit(net(X), Y)]\n"
        f"    losses = torch.stack(losses).sum()\n{UPDATE.replace('loss.', 'losses.')}"
    )
    listing = listing_of(body, tmp_path)
    assert not any(line == f"losses = {bare}" for line in lines_of(listing, Operation.LOSS))
    assert failed(sung(listing, tmp_path)) == {}


def test_a_loss_made_only_from_what_had_its_name_is_found(tmp_path: Path) -> None:
    body = (
        "for epoch in range(8):\n    parts = net(X)\n    loss = []\n    loss.append(parts.mean())\n"
        f"    loss = torch.stack(loss).sum()\n{UPDATE}"
    )
    listing = listing_of(body, tmp_path)
    assert lines_of(listing, Operation.LOSS) == ["loss = torch.stack(loss).sum()"]
    assert failed(sung(listing, tmp_path)) == {}


PAIR = (
    HEAD
    + """
class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 1)
    def forward(self, x, h=None):
        return self.a(x), x.mean()
net = Two()
opt = torch.optim.SGD(net.parameters(), lr=0.05)
"""
)


@pytest.mark.parametrize("answer", ["out, h = net(X)", "both = net(X)\n    out = both[0]", "out = net(X)[0]"])
def test_of_an_answer_of_several_the_first_tensor_counts(answer: str, tmp_path: Path) -> None:
    body = f"for epoch in range(8):\n    {answer}\n    loss = crit(out, Y)\n{UPDATE}"
    snapshots = sung(listing_of(body, tmp_path, PAIR), tmp_path)
    assert failed(snapshots) == {}
    forward = next(s for s in snapshots if s.operation is Operation.FORWARD)
    assert forward.evidence.text.startswith("shape (24, 1)")


def test_an_object_with_tensors_is_an_answer_too(tmp_path: Path) -> None:
    head = PAIR.replace("return self.a(x), x.mean()", "return Answer(self.a(x))").replace(
        "class Two", "class Answer:\n    def __init__(self, logits): self.logits = logits\nclass Two"
    )
    body = f"for epoch in range(8):\n    out = net(X)\n    loss = crit(out.logits, Y)\n{UPDATE}"
    assert failed(sung(listing_of(body, tmp_path, head), tmp_path)) == {}


def test_a_loss_that_the_model_answers_with_is_one(tmp_path: Path) -> None:
    body = f"for epoch in range(8):\n    out, loss = net(X)\n    loss = loss + out.mean()\n{UPDATE}"
    assert lines_of(listing_of(body, tmp_path, PAIR), Operation.LOSS) == ["out, loss = net(X)"]


GAN = """
import torch
from torch import nn
G, D = nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())
opt_g = torch.optim.Adam(G.parameters(), lr=0.01)
opt_d = torch.optim.Adam(D.parameters(), lr=0.01)
both = {"g": opt_g, "d": opt_d}
crit = nn.BCELoss()
for epoch in range(6):
    CLEAR_D
    fake = G(torch.randn(4, 2)).detach()
    loss_d = crit(D(torch.randn(4, 3)), torch.ones(4, 1)) + crit(D(fake), torch.zeros(4, 1))
    loss_d.backward()
    STEP_D
    CLEAR_G
    loss_g = crit(D(G(torch.randn(4, 2))), torch.ones(4, 1))
    loss_g.backward()
    opt_g.step()
"""


@pytest.mark.parametrize("clear", ["{m}.zero_grad()", "opt_{o}.zero_grad()", 'both["{o}"].zero_grad()'])
@pytest.mark.parametrize("step", ["opt_d.step()", 'both["d"].step()'])
def test_of_several_models_each_is_judged_by_its_own_parameters(
    clear: str, step: str, tmp_path: Path
) -> None:
    source = GAN.replace("CLEAR_D", clear.format(m="D", o="d")).replace("CLEAR_G", clear.format(m="G", o="g"))
    assert failed(sung(listing_of("", tmp_path, source.replace("STEP_D", step)), tmp_path)) == {}


def test_what_is_cleared_of_the_critic_is_said_without_the_generator(tmp_path: Path) -> None:
    source = GAN.replace("CLEAR_D", "D.zero_grad()").replace("CLEAR_G", "G.zero_grad()")
    snapshots = sung(listing_of("", tmp_path, source.replace("STEP_D", "opt_d.step()")), tmp_path)
    cleared = [s for s in snapshots if s.operation is Operation.ZERO_GRAD]
    assert cleared[-1].evidence.text == "gradients value → None"
    assert cleared[-1].model_name == "D"
    assert all(p.grad is None for p in cleared[-1].params)


TEACHERS = {
    "a block": "with torch.no_grad():\n        want = teacher(X)\n",
    "a function": "want = asked(X)\n",
    "a function with a block": "want = asks(X)\n",
}
TAUGHT = (
    HEAD
    + """
teacher = nn.Sequential(nn.Linear(3, 30), nn.Linear(30, 1)).eval()
@torch.no_grad()
def asked(x):
    return teacher(x)
def asks(x):
    with torch.no_grad():
        return teacher(x)
"""
)


@pytest.mark.parametrize("how", TEACHERS)
def test_a_teacher_asked_without_gradients_is_no_test(how: str, tmp_path: Path) -> None:
    body = (
        f"for epoch in range(8):\n    {TEACHERS[how]}    out = net(X)\n    loss = crit(out, want)\n{UPDATE}"
    )
    listing = listing_of(body, tmp_path, TAUGHT)
    assert not {s.operation for s in listing.sites} & {Operation.TEST, Operation.TEST_FORWARD}
    assert lines_of(listing, Operation.FORWARD) == ["out = net(X)"]
    snapshots = sung(listing, tmp_path)
    assert failed(snapshots) == {}
    assert "Sequential with 41 parameters, SGD" in snapshots[0].evidence.text


@pytest.mark.parametrize("where", ["    teacher.eval()\n", "    net.train()\n    teacher.eval()\n"])
def test_a_teacher_set_to_testing_begins_no_test(where: str, tmp_path: Path) -> None:
    rest = f"    out = net(X)\n    loss = crit(out, teacher(X).detach())\n{UPDATE}"
    listing = listing_of(f"for epoch in range(8):\n{where}{rest}", tmp_path, TAUGHT)
    assert not {s.operation for s in listing.sites} & {Operation.TEST, Operation.TEST_FORWARD}
    assert failed(sung(listing, tmp_path)) == {}


def test_a_test_before_training_is_one_and_ends_where_training_goes_on(tmp_path: Path) -> None:
    body = (
        "for epoch in range(8):\n    with torch.no_grad():\n        before = crit(net(X), Y)\n"
        f"    out = net(X)\n    loss = crit(out, Y)\n{UPDATE}"
    )
    listing = listing_of(body, tmp_path)
    assert lines_of(listing, Operation.TEST_LOSS) == ["before = crit(net(X), Y)"]
    assert lines_of(listing, Operation.FORWARD) == ["out = net(X)"]
    assert failed(sung(listing, tmp_path)) == {}


MODES = {
    "if": "if phase == 'train':\n            net.train()\n        else:\n            net.eval()",
    "match": (
        "match phase:\n            case 'train':\n                net.train()\n"
        "            case _:\n                net.eval()"
    ),
    "one line": "net.train() if phase == 'train' else net.eval()",
    "an argument": "net.train(phase == 'train')",
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("graded", ["torch.set_grad_enabled(phase == 'train')", "torch.enable_grad()"])
def test_a_line_that_serves_two_phases_is_what_it_is_when_it_runs(
    mode: str, graded: str, tmp_path: Path
) -> None:
    body = f"""
for epoch in range(8):
    for phase in ('train', 'val'):
        {MODES[mode]}
        for part in X.split(8):
            opt.zero_grad()
            with {graded}:
                out = net(part)
                loss = crit(out, part[:, :1])
                if phase == 'train':
                    loss.backward()
                    opt.step()
"""
    listing = listing_of(body, tmp_path)
    assert {s.sure for s in listing.sites if s.operation in (Operation.LOSS, Operation.TEST_LOSS)} == {LIKELY}
    snapshots = sung(listing, tmp_path)
    proved = {s.operation for s in snapshots if s.evidence.holds}
    assert proved >= {Operation.TRAIN, Operation.FORWARD, Operation.LOSS, Operation.STEP, Operation.EVAL}
    if "set_grad" in graded:
        assert failed(snapshots) == {}
        assert proved >= {Operation.INFERENCE_MODE, Operation.TEST_FORWARD, Operation.TEST_LOSS}


def test_a_function_told_whether_it_trains_serves_both_halves(tmp_path: Path) -> None:
    body = """
def run(x, y, train):
    net.train(train)
    for a, b in zip(x.split(6), y.split(6)):
        with torch.set_grad_enabled(train):
            loss = crit(net(a), b)
        if train:
            opt.zero_grad()
            loss.backward()
            opt.step()
for epoch in range(8):
    run(X, Y, True)
    run(X + 1, Y, False)
"""
    snapshots = sung(listing_of(body, tmp_path), tmp_path)
    assert failed(snapshots) == {}
    proved = {s.operation for s in snapshots if s.evidence.holds}
    assert proved >= {Operation.TRAIN, Operation.LOSS, Operation.EVAL, Operation.TEST_LOSS}


FOLDS = """
for {outer}:
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for {inner}:
        loss = crit(model(X), Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""


@pytest.mark.parametrize("outer", ["lr in (0.1, 0.01)", "fold in range(3)"])
@pytest.mark.parametrize("inner", ["epoch in range(5)", "i in range(5)"])
def test_the_epochs_are_the_loop_in_which_one_optimizer_learns(
    outer: str, inner: str, tmp_path: Path
) -> None:
    for body in (FOLDS.format(outer=outer, inner=inner),):
        listing = listing_of(body, tmp_path)
        assert listing.epochs == "range(5)"
        assert failed(sung(listing, tmp_path)) == {}
    nested = "for seed in (1, 2):\n" + textwrap.indent(FOLDS.format(outer=outer, inner=inner), "    ")
    assert listing_of(nested, tmp_path).epochs == ("range(5)")


def test_a_model_of_an_enclosing_function_is_found_before_the_loop(tmp_path: Path) -> None:
    body = """
def outer():
    mine = nn.Linear(3, 1)
    sgd = torch.optim.SGD(mine.parameters(), lr=0.1)
    def step():
        loss = crit(mine(X), Y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    def loop():
        for e in range(8):
            step()
    loop()
outer()
"""
    snapshots = sung(
        listing_of(
            body,
            tmp_path,
            HEAD.replace("net = ", "net = None and ").replace(
                "opt = torch.optim.SGD(net.parameters(), lr=0.05)", ""
            ),
        ),
        tmp_path,
    )
    assert failed(snapshots) == {}
    assert snapshots[0].evidence.text.startswith("Linear with 4 parameters, SGD")


OPTIMIZERS = {
    "a list": "opts = [torch.optim.SGD(net.parameters(), lr=0.05)]\nopt = None\n",
    "a dict": "opts = {'a': torch.optim.SGD(net.parameters(), lr=0.05)}.values()\nopt = None\n",
    "a class of its own": (
        "class Mine(torch.optim.Optimizer):\n    def __init__(self, ps): super().__init__(ps, dict(lr=0.1))\n"
        "    @torch.no_grad()\n    def step(self):\n        for g in self.param_groups:\n"
        "            for p in g['params']: p -= 0.1 * p.grad\n"
        "opts = [Mine(net.parameters())]\n"
    ),
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_optimizers_in_a_list_and_of_the_script_s_own_count(kind: str, tmp_path: Path) -> None:
    body = """
for epoch in range(8):
    for each in opts: each.zero_grad()
    loss = crit(net(X), Y)
    torch.autograd.backward(loss)
    for each in opts: each.step()
"""
    listing = listing_of(body, tmp_path, HEAD + OPTIMIZERS[kind])
    assert failed(sung(listing, tmp_path)) == {}


def test_a_loop_without_an_optimizer_lacks_it_and_does_not_fail(tmp_path: Path) -> None:
    body = """
for epoch in range(8):
    loss = crit(net(X), Y)
    net.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in net.parameters():
            p -= 0.1 * p.grad
"""
    snapshots = sung(listing_of(body, tmp_path, HEAD.replace("opt =", "unused = None and")), tmp_path)
    assert failed(snapshots) == {}
    assert "no torch.optim.Optimizer was made before the loop" in snapshots[0].evidence.text


def test_a_test_with_the_training_data_is_said_and_does_not_fail(tmp_path: Path) -> None:
    body = (
        f"for epoch in range(8):\n    out = net(X)\n    loss = crit(out, Y)\n{UPDATE}"
        "    net.eval()\n    with torch.no_grad():\n        test = crit(net(X), Y)\n    net.train()\n"
    )
    snapshots = sung(listing_of(body, tmp_path), tmp_path)
    assert failed(snapshots) == {}
    assert "the test set is the training set" in {s.evidence.text for s in snapshots}


HIDDEN = """
def blame(l): getattr(l, 'back' + 'ward')()
def fix(): getattr(opt, 'st' + 'ep')()
def move(grads):
    with torch.no_grad():
        for p, g in zip(net.parameters(), grads): p.sub_(0.1 * g)
"""
MARKED = {
    "of what is hidden": "opt.zero_grad(); blame(loss)  # torchaoke: backward\n    fix()  # torchaoke: step",
    "of gradients that are asked for": (
        "grads = torch.autograd.grad(loss, net.parameters())  # torchaoke: backward\n"
        "    move(grads)  # torchaoke: step"
    ),
}


@pytest.mark.parametrize("how", MARKED)
def test_comments_alone_are_enough_to_find_the_loop(how: str, tmp_path: Path) -> None:
    body = f"for i in range(8):\n    loss = crit(net(X), Y)\n    {MARKED[how]}\n"
    head = HEAD if "hidden" in how else HEAD.replace("opt =", "unused = None and")
    snapshots = sung(listing_of(body, tmp_path, head + HIDDEN), tmp_path)
    assert failed(snapshots) == {}
    proved = {s.operation for s in snapshots if s.evidence.holds}
    assert proved >= {Operation.LOSS, Operation.BACKWARD, Operation.STEP}


NEAREST = {
    "for i in range(3):\n    g = torch.autograd.grad(crit(net(X), Y), net.parameters())\n": (
        10,
        "what comes nearest is torch.autograd.grad()",
    ),
    "for i in range(3):\n    net(X)\n": (9, "what comes nearest is this loop"),
    "def go(n):\n    crit(net(X), Y).backward()\n    go(n - 1)\ngo(3)\n": (10, "go(), which calls itself"),
    "crit(net(X), Y).backward()\n": (9, "stands in no loop"),
}


@pytest.mark.parametrize("body", NEAREST)
def test_what_comes_nearest_to_a_loop_is_named_with_its_line(body: str, tmp_path: Path) -> None:
    line, text = NEAREST[body]
    with pytest.raises(InputError, match="no training loop found") as caught:
        listing_of(body, tmp_path)
    assert (caught.value.line, text in str(caught.value)) == (line, True)


@pytest.mark.parametrize(
    ("wrong", "operation"),
    [
        (
            "    loss = crit(net(X).detach(), Y).requires_grad_()\n    loss.backward()\n",
            "loss",
        ),
        ("    loss = crit(net(X), Y)\n    nn.Linear(1, 1).zero_grad()\n    loss.backward()\n", "zero_grad"),
        ("    loss = crit(net(X), Y)\n    loss.backward()\n    opt.zero_grad()\n", "step"),
    ],
)
def test_what_is_really_wrong_fails(wrong: str, operation: str, tmp_path: Path) -> None:
    body = f"for epoch in range(8):\n{wrong}    opt.step()\n"
    assert operation in failed(sung(listing_of(body, tmp_path), tmp_path))


@pytest.mark.parametrize("key", ["d", "a[0]", "it's", 'say "no"', 1])
def test_an_element_of_a_dict_is_found_whatever_its_name(key: object) -> None:
    held = object()
    assert looked_up(f"opts[{key!r}]", {"opts": {key: held}}) is held
    assert looked_up(f"opts[{key!r}]", {"opts": {}}) is None
