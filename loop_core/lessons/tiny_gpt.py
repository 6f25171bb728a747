"""A tiny GPT: a million weights learn which character comes next."""

import torch
from torch import nn

# Every sentence of these words; the last 16 are for the test
who = "the model, a layer, the tape, our singer, an epoch, the loss"
does = "learns, moves, follows, clears, sings, repeats"
what = (
    "every weight, the next line, one number, old gradients,"
    " a new batch, the whole loop"
)
sentences = [
    f"{one} {verb} {other}. "
    for one in who.split(", ")
    for verb in does.split(", ")
    for other in what.split(", ")
]
torch.manual_seed(42)
sentences = [sentences[i] for i in torch.randperm(len(sentences))]
characters = sorted(set("".join(sentences)))


def encode(text):
    return torch.tensor([characters.index(one) for one in text])


train_text = encode("".join(sentences[:-16]))
test_text = encode("".join(sentences[-16:]))
context, batch_size = 24, 8
generator = torch.Generator().manual_seed(42)


def sample(text):
    starts = torch.randint(
        len(text) - context, (batch_size, 1), generator=generator
    )
    places = starts + torch.arange(context)
    return text[places], text[places + 1]


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.softmax = nn.Softmax(dim=-1)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        qkv = self.qkv(x).unflatten(2, (3 * self.heads, -1))
        q, k, v = qkv.transpose(1, 2).chunk(3, dim=1)
        scores = q @ k.transpose(2, 3) / q.shape[3] ** 0.5
        later = torch.ones(scores.shape[2:]).triu(diagonal=1) > 0
        looks = self.softmax(scores.masked_fill(later, -torch.inf))
        return self.out((looks @ v).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
        )

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self, width=200, heads=4, depth=2):
        super().__init__()
        self.token = nn.Embedding(len(characters), width)
        self.position = nn.Embedding(context, width)
        self.blocks = nn.Sequential(
            *[Block(width, heads) for _ in range(depth)]
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, len(characters))

    def forward(self, x):
        places = torch.arange(x.shape[1])
        x = self.token(x) + self.position(places)
        logits = self.head(self.norm(self.blocks(x)))
        return logits.transpose(1, 2)  # as the loss wants them


@torch.inference_mode()
def write(start, count=24, temperature=0.5):
    text = encode(start)[None]
    for _ in range(count):
        logits = model(text[:, -context:])[0, :, -1]
        chances = (logits / temperature).softmax(dim=0)
        new = torch.multinomial(chances, 1, generator=generator)
        text = torch.cat([text, new[None]], dim=1)
    return "".join(characters[one] for one in text[0])


torch.manual_seed(42)
model = GPT()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.AdamW(
    model.parameters(), lr=0.003
)
X_test, y_test = sample(test_text)

epochs = 60
for epoch in range(epochs):
    X_train, y_train = sample(train_text)
    model.train()
    logits = model(X_train)
    loss = loss_fn(logits, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    # Testing
    model.eval()
    with torch.inference_mode():
        test_logits = model(X_test)
        test_loss = loss_fn(test_logits, y_test)

    if epoch % 10 == 0:
        print(
            f"{epoch}: {loss:.3f} "
            f"{test_loss:.3f} {write('the ')}"
        )

torch.save(model.state_dict(), "tiny_gpt.pt")
