"""The TensorFlow and the JAX engine do the same, given the same weights."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("jax", reason="needs the extra jax")

TRAINING = """
import json
import numpy as np
from harness.engines import augment_images, build_engine, mean_scores
from harness.network import build_network
from harness.study import Augment, ModelSpec, TrainSpec

random = np.random.default_rng(0)
images, labels = random.random((200, 12, 12, 1), dtype=np.float32), random.integers(0, 4, 200)
spec = ModelSpec.model_validate({"conv": [{"filters": 8}, {"filters": 4, "downsample": "stride"}], "dense": [16],
                                 "batch_norm": True})
model = build_network(spec, (12, 12, 1), 4, seed=1)
model.set_weights([random.normal(0.0, 0.1, weight.shape) + (weight.ndim == 1) for weight in model.get_weights()])
augment = Augment(shift=2, flip="horizontal", rotate=10.0, zoom=0.1, cutout=3)
train = TrainSpec(max_steps=60, batch_size=32, optimizer="adamw", learning_rate=0.01, schedule="one_cycle",
                  label_smoothing=0.1, augment=augment)
background = np.full((12, 12, 1), 0.25, np.float32)
engine = build_engine(model, train, 60, images, labels, 3, 4, background)
engine.warm_up(10)
history = []
for _ in range(6):
    trained, scored = engine.train(10), mean_scores(engine.logits(images), labels)
    history.append([trained.loss, trained.accuracy, scored.loss, scored.accuracy])
print(json.dumps(history))
print(augment_images(augment, images, 5, background).tobytes().hex())
"""


def history(backend):
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "-c", TRAINING], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    history, images = done.stdout.splitlines()[-2:]
    return json.loads(history), np.frombuffer(bytes.fromhex(images), np.float32)


@pytest.mark.slow
def test_both_give_the_same_history_from_the_same_weights():
    (ours, our_images), (theirs, their_images) = history("tensorflow"), history("jax")
    np.testing.assert_allclose(our_images, their_images, rtol=0, atol=1e-6)  # augmented: the same but for rounding
    assert len(ours) == 6
    for one, other in zip(ours, theirs, strict=True):
        assert one[0] == pytest.approx(other[0], rel=1e-5), "loss in training"
        # A bias before a batch normalisation has no slope but rounding, which differs from processor to processor, and
        # Adam makes steps of its own size of that; the moving mean follows late.
        assert one[2] == pytest.approx(other[2], rel=2e-2), "loss afterwards"
        assert one[1] == pytest.approx(other[1], abs=0.011), "accuracy in training: few images lie on the edge"
        assert one[3] == pytest.approx(other[3], abs=0.031), "accuracy afterwards"
    assert ours[-1][0] < ours[0][0]
