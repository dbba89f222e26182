"""Each variant beside the reference: pair by pair, and what the pairs say together."""
