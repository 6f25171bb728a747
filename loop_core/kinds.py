"""What the names of a script stand for, read from its text: models, optimizers, loss functions.

A name is an expression without calls ('model', 'self.net'). Names of all functions and modules are taken
together: who calls a thing ``model`` in one place rarely means something else by it in another.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MODULE_BASES = re.compile(r"(\w+\.)*(Module|Sequential|ModuleList|LightningModule)")
LAYERS = re.compile(r"(torch\.)?nn\.(?!functional|init|utils|parallel|Parameter|.*Loss$)[A-Z]\w*")
LOSS_CLASSES = re.compile(r"(\w+\.)*\w+Loss")
OPTIMIZERS = re.compile(r"(\w+\.)*optim\.(?!lr_scheduler)\w+")
OPTIMIZER_NAMES = re.compile(
    r"Ada(delta|factor|grad|m|max|mW)|ASGD|LBFGS|Muon|NAdam|RAdam|RMSprop|Rprop|SGD|SparseAdam"
)
SCHEDULERS = re.compile(r"(\w+\.)*lr_scheduler\.\w+|(\w+\.)*(\w+LR|ReduceLROnPlateau)")
SCALERS = re.compile(r"(\w+\.)*GradScaler")
WRAPPERS = re.compile(r"(\w+\.)*(DistributedDataParallel|DataParallel|DDP|compile|fully_shard|script)")
SAME_OBJECT = frozenset(
    ["to", "cuda", "cpu", "double", "float", "half", "bfloat16", "train", "eval", "requires_grad_", "apply"]
)
"""Methods of a module that answer with the module itself."""
OF_MODELS = frozenset(["parameters", "named_parameters", "train", "eval", "load_state_dict"])
FUNCTIONAL_LOSSES = re.compile(r"(binary_)?cross_entropy(_with_logits)?|kl_div|\w+_loss")
"""Losses of ``torch.nn.functional``."""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the script or of a module beside it; owner: the class that it is a method of, or ''."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    file: int
    owner: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters that can be given by place, without a method's first one."""
        names = [a.arg for a in (*self.node.args.posonlyargs, *self.node.args.args)]
        static = any(ast.unparse(d) == "staticmethod" for d in self.node.decorator_list)
        return tuple(names[1:] if self.owner and not static else names)


@dataclass(slots=True, eq=False)
class Kinds:
    """The names of each kind, and the functions."""

    models: set[str] = field(default_factory=set)
    optimizers: set[str] = field(default_factory=set)
    schedulers: set[str] = field(default_factory=set)
    scalers: set[str] = field(default_factory=set)
    loss_functions: set[str] = field(default_factory=set)
    losses: set[str] = field(default_factory=set)
    instances: dict[str, str] = field(default_factory=dict)  # names of objects of the script's own classes
    functions: list[Function] = field(default_factory=list)
    module_classes: set[str] = field(default_factory=set)
    optimizer_classes: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    bases: dict[str, list[str]] = field(default_factory=dict)  # of the script's own classes
    blamed: set[str] = field(default_factory=set)  # losses on which backward is called as they are
    remade: set[str] = field(default_factory=set)  # losses that are only made from what had their name
    parts: set[int] = field(default_factory=set)  # ids of statements that calculate a part of a loss
    returning: set[int] = field(default_factory=set)  # ids of statements that return a loss
    said: dict[int, str] = field(default_factory=dict)  # by a statement's id, what a comment says of it

    def family(self, owner: str) -> set[str]:
        """A class with those that it inherits from and those that inherit from it."""
        found = {owner, *self.above(owner)}
        return found | {name for name in self.bases if owner and owner in self.above(name)}

    def above(self, owner: str) -> set[str]:
        """The names of all classes that a class inherits from."""
        found: set[str] = set()
        waiting = list(self.bases.get(owner, ()))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.bases.get(name, ())
        return found

    def callees(self, call: ast.Call, owner: str) -> list[Function]:
        """The script's own functions that a call may mean; owner: the class in whose method it stands."""
        match call.func:
            case ast.Name(id=name):
                wanted = (name, "__init__") if name in self.classes else ("", name)
            case ast.Attribute(value=receiver, attr=name):
                text = ast.unparse(receiver)
                if text in self.models or text in self.optimizers or text in self.schedulers:
                    return []
                of = owner if text in ("self", "cls") else self.instances.get(text, "")
                if text in self.classes:
                    of = text
                wanted = (of, name)
            case _:
                return []
        of, name = wanted
        owners = self.family(of) if of in self.bases else {of}
        return [f for f in self.functions if f.node.name == name and f.owner in owners]

    def is_loss_function(self, func: ast.expr) -> bool:
        """Whether a callee calculates a loss."""
        text = ast.unparse(func)
        last = text.rpartition(".")[2]
        if any(function.node.name == last for function in self.functions):
            return False
        functional = FUNCTIONAL_LOSSES.fullmatch(last) is not None
        return text in self.loss_functions or functional or _made_by(LOSS_CLASSES, func)

    def is_model(self, func: ast.expr) -> bool:
        """Whether a callee is a model, or its ``forward``."""
        text = ast.unparse(func)
        return text.removesuffix(".forward") in self.models


def kinds_of(trees: Iterable[ast.Module]) -> Kinds:
    """Read the names of a script and the modules beside it."""
    kinds, trees = Kinds(), tuple(trees)
    nodes = [node for tree in trees for node in ast.walk(tree)]
    _note_classes(kinds, [node for node in nodes if isinstance(node, ast.ClassDef)])
    for file, tree in enumerate(trees):
        kinds.functions += _functions(tree, file)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    given = [*assignments(nodes), *_handed_over(kinds, trees)]
    _note_uses(kinds, calls)
    _note_annotations(kinds, nodes)
    before = -1
    while before != (before := sum(map(len, _sets(kinds)))):
        for target, value in given:
            _note_value(kinds, target, value)
    kinds.models -= kinds.optimizers | kinds.schedulers | kinds.loss_functions | {"self", "torch"}
    kinds.models = {name for name in kinds.models if name not in kinds.instances}
    results = {t for t, v in given if isinstance(v, ast.Call) and not kinds.callees(v, "")}
    kinds.loss_functions |= {
        ast.unparse(value.func)
        for target, value in given
        if target in kinds.losses and target in results and isinstance(value, ast.Call)
        if isinstance(value.func, ast.Name) and value.func.id not in _BUILTINS
        if not any(f.node.name == value.func.id for f in kinds.functions) and not kinds.is_model(value.func)
    }
    return kinds


_BUILTINS = frozenset(["sum", "float", "int", "max", "min", "abs", "len", "list", "tuple"])
BACKWARDS = re.compile(r"(\w+\.)*(autograd|accelerator|fabric)")
"""Whose ``backward`` is given the loss."""


def _sets(kinds: Kinds) -> tuple[set[str] | dict[str, str], ...]:
    named = kinds.models, kinds.optimizers, kinds.schedulers, kinds.scalers, kinds.loss_functions
    return (*named, kinds.losses, kinds.instances)


def _note_classes(kinds: Kinds, classes: list[ast.ClassDef]) -> None:
    kinds.classes = {node.name for node in classes}
    before = -1
    while before != (before := len(kinds.module_classes)):
        for node in classes:
            bases = [ast.unparse(base) for base in node.bases]
            if any(MODULE_BASES.fullmatch(b) or b in kinds.module_classes for b in bases):
                kinds.module_classes.add(node.name)
    for node in classes:
        kinds.bases[node.name] = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
    for name in kinds.classes:
        if any(above == "Optimizer" or OPTIMIZER_NAMES.fullmatch(above) for above in kinds.above(name)):
            kinds.optimizer_classes.add(name)


def _functions(tree: ast.Module, file: int) -> Iterator[Function]:
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, owner = waiting.pop(0)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Function(child, file, owner)
                waiting.append((child, ""))
            else:
                waiting.append((child, child.name if isinstance(child, ast.ClassDef) else owner))


def _note_uses(kinds: Kinds, calls: list[ast.Call]) -> None:
    """What the methods that are called on a name say of it."""
    for call in calls:
        if not isinstance(call.func, ast.Attribute):
            continue
        receiver, method = call.func.value, call.func.attr
        if method == "backward":
            given = BACKWARDS.fullmatch(ast.unparse(receiver)) is not None and bool(call.args)
            note_loss(kinds, call.args[0] if given else receiver)
        elif method == "manual_backward" and call.args:
            note_loss(kinds, call.args[0])
        elif is_plain(receiver):
            text = ast.unparse(receiver)
            if method in OF_MODELS and text not in ("self", "torch", "cls", "super"):
                kinds.models.add(text)


def note_loss(kinds: Kinds, blamed: ast.expr) -> None:
    """The names in what ``backward`` is called on are losses."""
    kinds.losses |= {name for name in _names_in(blamed) if name != "torch"}
    scaled = isinstance(blamed, ast.Call) and ast.unparse(blamed.func).endswith(".scale")
    if isinstance(blamed, ast.Call) and scaled and blamed.args:
        blamed = blamed.args[0]
    if is_plain(blamed):
        kinds.blamed.add(ast.unparse(blamed))


def _note_annotations(kinds: Kinds, nodes: list[ast.AST]) -> None:
    for node in nodes:
        if isinstance(node, ast.arg) and node.annotation is not None:
            _note_type(kinds, node.arg, ast.unparse(node.annotation).strip("'\""))


def _note_type(kinds: Kinds, name: str, kind: str) -> None:
    last = kind.rpartition(".")[2]
    if MODULE_BASES.fullmatch(kind) or kind in kinds.module_classes:
        kinds.models.add(name)
    elif last == "Optimizer" or OPTIMIZER_NAMES.fullmatch(last):
        kinds.optimizers.add(name)
    elif SCHEDULERS.fullmatch(kind) or last in ("LRScheduler", "_LRScheduler"):
        kinds.schedulers.add(name)
    elif kind in kinds.classes:
        kinds.instances[name] = kind


def _note_value(kinds: Kinds, target: str, value: ast.expr) -> None:
    """The target is of the kind of the value that it is given."""
    text = ast.unparse(value)
    for names in (kinds.models, kinds.optimizers, kinds.schedulers, kinds.scalers, kinds.loss_functions):
        if text in names:
            names.add(target)
    if text in kinds.instances:
        kinds.instances[target] = kinds.instances[text]
    if not isinstance(value, ast.Call):
        return
    callee = ast.unparse(value.func)
    last = callee.rpartition(".")[2]
    if SCHEDULERS.fullmatch(callee):
        kinds.schedulers.add(target)
    elif OPTIMIZERS.fullmatch(callee) or makes_optimizer(kinds, value):
        kinds.optimizers.add(target)
    elif SCALERS.fullmatch(callee):
        kinds.scalers.add(target)
    elif LOSS_CLASSES.fullmatch(callee):
        kinds.loss_functions.add(target)
    elif LAYERS.fullmatch(callee) or last in kinds.module_classes:
        kinds.models.add(target)
    elif last in kinds.classes:
        kinds.instances[target] = last
    elif WRAPPERS.fullmatch(callee) and value.args and ast.unparse(value.args[0]) in kinds.models:
        kinds.models.add(target)
    elif isinstance(value.func, ast.Attribute) and last in SAME_OBJECT:
        _note_value(kinds, target, value.func.value)


def makes_optimizer(kinds: Kinds, call: ast.Call) -> bool:
    """Whether a call makes an optimizer, of torch's or of the script's own."""
    callee = ast.unparse(call.func)
    last = callee.rpartition(".")[2]
    named = OPTIMIZER_NAMES.fullmatch(last) is not None or last in kinds.optimizer_classes
    return named or (OPTIMIZERS.fullmatch(callee) is not None and last[:1].isupper())


def assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """What plain names are assigned, one by one also where several are at once."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _paired(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _paired(target, value)
            case ast.NamedExpr(target=target, value=value):
                yield from _paired(target, value)


def _paired(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts, strict=True):
            yield from _paired(one, its)
    elif is_plain(target):
        yield ast.unparse(target), value


def _handed_over(kinds: Kinds, trees: Iterable[ast.Module]) -> Iterator[tuple[str, ast.expr]]:
    """Arguments of the script's own functions, as if they were assigned to the parameters."""
    for node in (node for tree in trees for node in ast.walk(tree)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        for function in kinds.functions:
            if name != (function.owner if function.node.name == "__init__" else function.node.name):
                continue
            yield from zip(function.parameters, node.args, strict=False)
            every = (*function.parameters, *(a.arg for a in function.node.args.kwonlyargs))
            yield from ((k.arg, k.value) for k in node.keywords if k.arg in every and k.arg is not None)


def _names_in(expression: ast.expr) -> set[str]:
    """The plain names that an expression is made of, but for what is only called."""
    called = {id(node.func) for node in ast.walk(expression) if isinstance(node, ast.Call)}
    found: set[str] = set()
    waiting: list[ast.AST] = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute) and is_plain(node) and id(node) not in called:
            found.add(ast.unparse(node))
        elif isinstance(node, ast.Attribute) and id(node) in called:
            waiting.append(node.value)
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def is_plain(expression: ast.expr) -> bool:
    """Whether looking the expression up runs no code of the lesson: a name, or attributes of one."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, ast.Name)


def is_named(expression: ast.expr) -> bool:
    """Whether it is plain, or an element of something plain that a constant names: ``optimizers["a"]``."""
    while isinstance(expression, ast.Subscript) and isinstance(expression.slice, ast.Constant):
        expression = expression.value
    return is_plain(expression)


def _made_by(pattern: re.Pattern[str], func: ast.expr) -> bool:
    """Whether a callee is a new object of such a class: ``nn.MSELoss()(a, b)``."""
    return isinstance(func, ast.Call) and pattern.fullmatch(ast.unparse(func.func)) is not None
