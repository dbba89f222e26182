"""A store in memory: for tests of what uses a store, and for what nobody keeps."""
