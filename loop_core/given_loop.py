"""The loop that `loop_core.sing` runs, on objects that it is given; no lesson, and no script of its own."""

import torch

for epoch in range(epochs):
    model.train()
    for X, y in train_data:
        y_pred = model(X)
        loss = loss_fn(y_pred, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    # Testing
    model.eval()
    with torch.inference_mode():
        for X, y in test_data:
            test_pred = model(X)
            test_loss = loss_fn(test_pred, y)

    print(f"epoch {epoch}: loss {loss.item():.4f}, test loss {test_loss.item():.4f}")
