"""One thread for torch, here and in processes that tests start: small models are slower on several."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
