"""The loop of the script beside it."""

import torch


def train(net, train_set, test_set, optimizer, loss_fn, epochs):
    history = []
    for epoch in range(epochs):
        net.train()
        for X, y in train_set:
            y_pred = net(X)
            loss = loss_fn(y_pred, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        net.eval()
        with torch.inference_mode():
            for X, y in test_set:
                test_loss = loss_fn(net(X), y)
        history.append([loss.item(), test_loss.item()])
        if epoch % 10 == 0:
            print(epoch, history[-1])
    return history
