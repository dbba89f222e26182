"""`[design]`: what varies, how often, and who chooses; see :mod:`harness.study.designs.design`."""
