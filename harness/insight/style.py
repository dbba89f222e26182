"""How pictures look: as Matplotlib makes them by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def own_style() -> Iterator[None]:
    """Draw and save with Matplotlib's own settings, and none from elsewhere.

    It takes those of a file ``matplotlibrc`` in the working directory, which may have it run LaTeX.
    """
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        yield
