"""The vocabulary of the training loop: what a line of a song can make a lesson do."""

from enum import StrEnum


class Operation(StrEnum):
    """One operation of a training loop; the values are the names that songs and traces use."""

    SETUP = "setup"  # everything before the loop: data, model, loss function, optimizer
    EPOCH = "epoch"  # the `for` takes its next value
    TRAIN = "train"  # model.train()
    FORWARD = "forward"  # y_pred = model(X_train)
    LOSS = "loss"  # loss = loss_fn(y_pred, y_train)
    ZERO_GRAD = "zero_grad"  # optimizer.zero_grad()
    BACKWARD = "backward"  # loss.backward()
    STEP = "step"  # optimizer.step()
    TEST = "test"  # the testing half of the epoch begins
    EVAL = "eval"  # model.eval()
    INFERENCE_MODE = "inference_mode"  # with torch.inference_mode(): or torch.no_grad():
    TEST_FORWARD = "test_forward"  # test_pred = model(X_test)
    TEST_LOSS = "test_loss"  # test_loss = loss_fn(test_pred, y_test)
    PRINT = "print"  # print(...)
    EPOCHS = "epochs"  # whole epochs, fast, up to the next published row
    REMAINING = "remaining"  # every epoch that is left
    SAVE = "save"  # torch.save(model.state_dict(), ...)


FAST = frozenset({Operation.EPOCHS, Operation.REMAINING})
"""Operations that run whole epochs."""

TESTING = frozenset(
    {
        Operation.TEST,
        Operation.EVAL,
        Operation.INFERENCE_MODE,
        Operation.TEST_FORWARD,
        Operation.TEST_LOSS,
    }
)
"""Operations of the testing half of an epoch."""

LOOP = (
    Operation.EPOCH,
    Operation.TRAIN,
    Operation.FORWARD,
    Operation.LOSS,
    Operation.ZERO_GRAD,
    Operation.BACKWARD,
    Operation.STEP,
    Operation.TEST,
    Operation.EVAL,
    Operation.INFERENCE_MODE,
    Operation.TEST_FORWARD,
    Operation.TEST_LOSS,
    Operation.PRINT,
)
"""The operations of one epoch in their order."""
