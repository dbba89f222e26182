"""The compiled functions of one network shape in TensorFlow, kept for later trials of the process."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Hashable

import keras
import tensorflow as tf

from harness.engines.augmenting import DRAWN, change
from harness.engines.feed import Steps
from harness.engines.objective import Numbers, named_losses, objective_key, penalty
from harness.engines.optimizers import build_optimizer, optimizer_key
from harness.engines.template import Template, shape_key
from harness.study import TrainSpec

KEPT_PROGRAMS = 8
"""Compiled programs that a process keeps for later trials."""


class Program:
    """The compiled functions of one network shape, the variables they work on, and who is using them.

    Steps run in a while loop inside the graph, so Python is entered once a call and not once a step. XLA is not used:
    on a CPU it takes twice as long as oneDNN.
    """

    def __init__(self, model: keras.Model, spec: TrainSpec) -> None:
        self.template = Template(model)
        self.optimizer = build_optimizer(spec)
        self.optimizer.keras.build(self.template.model.trainable_variables)
        self.spec = spec
        self.changes = spec.augment.changes
        self.fresh = [variable.numpy() for variable in self.optimizer.keras.variables]
        self.compiled = False
        self.user: weakref.ref[object] | None = None
        image = model.inputs[0].shape[1:]
        images, labels = tf.TensorSpec((None, *image), tf.float32), tf.TensorSpec((None,), tf.int64)
        drawn = spec.batch_size if any(self.changes) else 0
        fed = Steps(
            tf.TensorSpec((None, spec.batch_size), tf.int32),
            tf.TensorSpec((None,), tf.float32),
            tf.TensorSpec((None, drawn, DRAWN), tf.float32),
        )
        number, classes = tf.TensorSpec((), tf.float32), tf.TensorSpec(model.output_shape[1:], tf.float32)
        numbers = Numbers(number, number, classes, tf.TensorSpec(image, tf.float32))
        self.train = tf.function(self._train, input_signature=[images, labels, fed, numbers], autograph=False)
        self.forward = tf.function(self._forward, input_signature=[images], autograph=False)

    @property
    def is_free(self) -> bool:
        """Whether no engine that is still alive uses it."""
        return self.user is None or self.user() is None

    @property
    def variables(self) -> list[keras.Variable]:
        """The variables that make the network as it is evaluated: its own, and the averages of its weights."""
        memory = self.optimizer.keras.variables
        return [*self.template.model.variables, *(memory[place] for place in self.optimizer.average_places)]

    def evaluated(self) -> list[tf.Tensor]:
        """Return the values of the trainable variables in evaluations: averages, where they are averaged."""
        places, memory = self.optimizer.average_places, self.optimizer.keras.variables
        own = [memory[place] for place in places] if places else self.template.model.trainable_variables
        return [variable.value for variable in own]

    def load(self, model: keras.Model) -> None:
        """Take over a network's weights, seeds and dropout rates, and forget what the optimiser remembers."""
        values = self.template.values(model)
        for variable in self.template.model.variables:
            variable.assign(values[id(variable)])
        for variable, value in zip(self.optimizer.keras.variables, self.fresh, strict=True):
            variable.assign(value)
        memory = self.optimizer.keras.variables
        for place, weight in zip(self.optimizer.average_places, self.template.model.trainable_variables, strict=False):
            memory[place].assign(weight)

    def _forward(self, images: tf.Tensor) -> tf.Tensor:
        if not self.optimizer.average_places:
            return self.template.model(images, training=False)
        model = self.template.model
        others = [variable.value for variable in model.non_trainable_variables]
        logits, _ = model.stateless_call(self.evaluated(), others, images, training=False)
        return logits

    def _train(self, images: tf.Tensor, labels: tf.Tensor, fed: Steps, numbers: Numbers) -> tuple[tf.Tensor, tf.Tensor]:
        def body(step: tf.Tensor, loss_sum: tf.Tensor, hits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            batch = fed.indices[step]
            self.optimizer.set(fed.rates[step], numbers.decay)
            shown = change(tf.gather(images, batch), fed.draws[step], numbers.background, self.changes)
            loss, hit = self._step(shown, tf.gather(labels, batch), numbers)
            return step + 1, loss_sum + tf.cast(loss, tf.float64), hits + hit

        steps = tf.shape(fed.indices)[0]
        start = (tf.constant(0), tf.constant(0.0, tf.float64), tf.constant(0, tf.int64))
        _, loss_sum, hits = tf.while_loop(lambda step, *_: step < steps, body, start, parallel_iterations=1)
        return loss_sum, hits

    def _step(self, images: tf.Tensor, labels: tf.Tensor, numbers: Numbers) -> tuple[tf.Tensor, tf.Tensor]:
        optimizer, weights = self.optimizer.keras, self.template.model.trainable_variables
        with tf.GradientTape() as tape:
            logits = self.template.model(images, training=True)
            losses = self._losses(logits, labels)
            if self.spec.class_weights != "none":
                losses *= tf.gather(numbers.class_weights, labels)
            loss = tf.reduce_mean(losses)
            minimised = self._with_own(loss)
            if self.spec.l2:
                minimised += penalty(numbers.l2, weights)
            scaled = optimizer.scale_loss(minimised)
        optimizer.apply(tape.gradient(scaled, weights), weights)
        hits = tf.math.count_nonzero(tf.argmax(logits, axis=1) == labels)
        return loss, hits

    def _with_own(self, loss: tf.Tensor) -> tf.Tensor:
        """Return the loss with what layers add to it themselves: regularisation of a network of the user's."""
        own = self.template.model.losses
        return tf.add_n([loss, *(tf.reduce_sum(tf.cast(one, loss.dtype)) for one in own)]) if own else loss

    def _losses(self, logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        if self.spec.loss != "cross_entropy":
            return named_losses(self.spec, logits, labels)
        smoothing = self.spec.label_smoothing
        if not smoothing:
            return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        classes = logits.shape[-1]
        share = smoothing / classes
        smooth = tf.one_hot(labels, classes, on_value=1 - smoothing + share, off_value=share)
        return tf.nn.softmax_cross_entropy_with_logits(smooth, logits)


_KEPT: OrderedDict[Hashable, Program] = OrderedDict()


def program_for(model: keras.Model, spec: TrainSpec) -> Program:
    """Return the program of this shape that an earlier trial of this process compiled and no longer uses, or a new one.

    Learning rate, weight decay, dropout rates, amounts of augmentation and seeds are inputs of a program; everything
    else is part of its shape.
    """
    key = (shape_key(model), spec.batch_size, objective_key(spec), spec.augment.changes, *optimizer_key(spec))
    program = _KEPT.get(key)
    if program is None or not program.is_free:
        program = _KEPT[key] = Program(model, spec)
    _KEPT.move_to_end(key)
    while len(_KEPT) > KEPT_PROGRAMS:
        _KEPT.popitem(last=False)
    return program
