"""The bare compute floor: two one-thread processes, each a compiled loop over images in memory; nothing is logged.

A process compiles each of the two networks once and starts each training from fresh weights. What it does is what no
harness can leave out: import, read the images, train, evaluate the validation images after every epoch.
"""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.workload import BATCH, ORDERS, TRAIN, arguments, build, load


def main() -> None:
    if "--share" not in sys.argv:
        processes = [subprocess.Popen([sys.executable, "-m", __spec__.name, *sys.argv[1:], "--share", str(share)])
                     for share in range(2)]  # fmt: skip
        sys.exit(max(process.wait() for process in processes))
    share = int(sys.argv[-1])
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[share % len(cores)]})
    train(share)


def train(share: int) -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    folder, trials, epochs = arguments()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    images, labels, held_images, held_labels = (tf.constant(array) for array in load(folder))
    programs = {}
    for trial in range(share, trials, 2):
        order = ORDERS[trial // 2 % 2]
        if order not in programs:
            model = build(order)
            optimizer = keras.optimizers.Adam(1e-3)
            optimizer.build(model.trainable_variables)
            variables = [*model.variables, *optimizer.variables]
            programs[order] = model, variables, [v.numpy() for v in variables], loop(model, optimizer), forward(model)
        model, variables, fresh, run, infer = programs[order]
        for variable, value in zip(variables, fresh, strict=True):
            variable.assign(value)
        random = np.random.default_rng(trial)
        for _ in range(epochs):
            run(images, labels, tf.constant(random.permutation(TRAIN).reshape(-1, BATCH)))
            infer(held_images, held_labels).numpy()


def loop(model, optimizer):
    import tensorflow as tf

    @tf.function
    def run(images, labels, indices):
        for step in tf.range(tf.shape(indices)[0]):
            batch = indices[step]
            with tf.GradientTape() as tape:
                logits = model(tf.gather(images, batch), training=True)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(labels, batch), logits)
                loss = tf.reduce_mean(losses)
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    return run


def forward(model):
    import tensorflow as tf

    @tf.function
    def infer(images, labels):
        return tf.math.count_nonzero(tf.argmax(model(images, training=False), axis=1) == labels)

    return infer


if __name__ == "__main__":
    main()
