"""Networks as Keras models; nothing about training."""

from harness.network.specified import build_network

__all__ = ["build_network"]
