"""What pictures are made of."""

import numpy as np


def test_scaled_as_the_network_was_trained(make, tiny):
    subject = make(tiny(**{"data.scaling": "standardized"}))
    np.testing.assert_array_equal(subject.data.scale.apply(subject.data.test_pixels), subject.data.test.images)
    (logits,) = subject.outputs(["logits"], subject.data.test_pixels[:4]).values()
    np.testing.assert_allclose(logits, subject.logits[:4], atol=1e-5)
