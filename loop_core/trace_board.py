"""A trace as event files of TensorBoard: imports torch, and TensorBoard where it is installed."""

from pathlib import Path

from loop_core.errors import InputError
from loop_core.operations import FAST, Operation
from loop_core.trace_file import Trace


def write_board(trace: Trace, folder: Path) -> None:
    """Write event files into a folder, with the epoch as the step; InputError without TensorBoard.

    loss/train, loss/test: of every epoch.  gradient_norm: of the epochs that are sung, after the backward
    pass, and of the last one of each fast line.  learning_rate: as the last operation of these epochs left
    it.  printed: what was printed, as text. TensorBoard keeps numbers as 32-bit floats.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise InputError('no TensorBoard: it needs pip install ".[tensorboard]"') from None
    writer = SummaryWriter(str(folder))
    try:
        for losses in trace.losses():
            for name, value in (("loss/train", losses.train), ("loss/test", losses.test)):
                if value is not None:
                    writer.add_scalar(name, value, losses.epoch)
        for name, values in (("gradient_norm", _norms(trace)), ("learning_rate", _rates(trace))):
            for epoch, value in values.items():
                writer.add_scalar(name, value, epoch)
        for epoch, lines in _printed(trace).items():
            writer.add_text("printed", "\n".join(f"    {line}" for line in lines), epoch)
    finally:
        writer.close()


def _norms(trace: Trace) -> dict[int, float]:
    """By epoch; only where gradients are new, since they stay until they are taken away."""
    new = {str(operation) for operation in (*FAST, Operation.BACKWARD)}
    return {
        entry.epoch: entry.grad_norm
        for entry in trace.entries
        if entry.operation in new and entry.epoch is not None and entry.grad_norm is not None
    }


def _rates(trace: Trace) -> dict[int, float]:
    return {
        entry.epoch: entry.learning_rate
        for entry in trace.entries
        if entry.epoch is not None and entry.learning_rate is not None
    }


def _printed(trace: Trace) -> dict[int, list[str]]:
    """By epoch; what is printed before the loop comes with the first."""
    found: dict[int, list[str]] = {}
    for entry in trace.entries:
        if entry.printed:
            found.setdefault(entry.epoch or 0, []).extend(entry.printed)
    return found
