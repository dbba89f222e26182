"""Variables that would change what is done here, and what is done with each."""

from __future__ import annotations

import os
from dataclasses import dataclass

_NO_FOLDER = os.devnull
"""A folder that cannot exist: nothing is read from it, and nothing written."""


@dataclass(frozen=True)
class Rule:
    """What is done with a variable.

    Attributes:
        name: its name; one that ends in ``*`` stands for all that begin so.
        value: what it is set to, whether it was set or not; None removes it.
        keep: leave it as it is: it is the user's to say, and worth knowing.
        here: of one kept, that it speaks of this machine, and says nothing to a process on another.
        why: what it would change.
    """

    name: str
    value: str | None = None
    keep: bool = False
    here: bool = False
    why: str = ""

    def matches(self, name: str) -> bool:
        """Whether the rule is about a variable."""
        return name.startswith(self.name[:-1]) if self.name.endswith("*") else name == self.name


RULES = (
    # MLflow
    Rule("MLFLOW_ENABLE_ASYNC_LOGGING", "false", why="metrics written later may be lost"),
    Rule("MLFLOW_DISABLE_TELEMETRY", "true", why="nothing is sent anywhere"),
    Rule("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false", why="job workers take 13 processes and 2 GB"),
    Rule("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0", why="harness itself waits for a server, and does nothing twice"),
    Rule("MLFLOW_HTTP_REQUEST_TIMEOUT", "60", why="how long a server may take to answer"),
    Rule("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true", why="what MLflow prints among what commands say"),
    Rule("MLFLOW_LOGGING_LEVEL", keep=True, why="how much MLflow says"),
    Rule("MLFLOW_CONFIGURE_LOGGING", keep=True, why="how much MLflow says"),
    Rule("MLFLOW_SERVER_*", keep=True, here=True, why="who may see the pages of `harness ui`"),
    Rule("MLFLOW_*", why="where and how MLflow records; --store says where, and the rest is chosen here"),
    # Pydantic asks every installed package for plugins, which would take part in reading study files
    Rule("PYDANTIC_DISABLE_PLUGINS", "__all__", why="plugins of other packages may change how study files are read"),
    # Keras: backend and numbers are chosen here, and not in ~/.keras/keras.json
    Rule("KERAS_BACKEND", keep=True, why="which library trains"),
    Rule("KERAS_HOME", _NO_FOLDER, why="keras.json there chooses backend, number type and image layout"),
    Rule("KERAS_*", why="limits and ways of Keras's own training loop"),
    # numbers: precision, compilers and checks that change what is computed or how fast
    Rule("TF_ENABLE_ONEDNN_OPTS", keep=True, why="rounding, and speed by a factor of two"),
    Rule("TF_DETERMINISTIC_OPS", keep=True, why="rounding and speed on a GPU"),
    Rule("TF_CUDNN_DETERMINISTIC", keep=True, why="rounding and speed on a GPU"),
    Rule("TF_XLA_FLAGS", why="another compiler: rounding and speed"),
    Rule("NVIDIA_TF32_OVERRIDE", why="precision on a GPU; train.precision says it"),
    Rule("DNNL_DEFAULT_FPMATH_MODE", why="precision; train.precision says it"),
    Rule("ONEDNN_DEFAULT_FPMATH_MODE", why="precision; train.precision says it"),
    Rule("DNNL_MAX_CPU_ISA", keep=True, why="rounding and speed"),
    Rule("ONEDNN_MAX_CPU_ISA", keep=True, why="rounding and speed"),
    Rule("XLA_FLAGS", keep=True, why="rounding and speed with the JAX backend"),
    Rule("JAX_PLATFORMS", keep=True, why="which device the JAX backend trains on"),
    *(
        Rule(f"JAX_{name}", why="what the JAX backend computes; harness says it")
        for name in (
            *("ENABLE_X64", "DEFAULT_DTYPE_BITS", "DEFAULT_MATMUL_PRECISION", "DISABLE_JIT", "DEBUG_NANS"),
            *("DEBUG_INFS", "CHECK_TRACER_LEAKS", "NUMPY_DTYPE_PROMOTION", "NUMPY_RANK_PROMOTION"),
            *("DEFAULT_PRNG_IMPL", "THREEFRY_PARTITIONABLE", "ENABLE_CHECKS", "TRANSFER_GUARD"),
        )
    ),
    Rule("CUDA_VISIBLE_DEVICES", keep=True, here=True, why="which GPUs train"),
    # threads: --threads and the rule of harness.launchers say how many, and workers are pinned
    *(
        Rule(name, why="threads and cores of workers; --threads says how many")
        for name in (
            *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"),
            *("TF_NUM_INTEROP_THREADS", "OMP_PROC_BIND", "OMP_PLACES", "OMP_THREAD_LIMIT", "OMP_DYNAMIC"),
            *("OMP_WAIT_POLICY", "OMP_SCHEDULE", "GOMP_CPU_AFFINITY", "KMP_AFFINITY", "KMP_BLOCKTIME"),
        )
    ),
    # Python
    Rule("PYTHONSAFEPATH", "1", why="the working directory is no place to import from"),
    Rule("PYTHONUTF8", "1", why="files are UTF-8, whatever the locale says"),
    Rule("PYTHONIOENCODING", why="files are UTF-8, whatever the locale says"),
    *(
        Rule(name, why="a process in the background must not wait for a person")
        for name in ("PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONBREAKPOINT")
    ),
    Rule("PYTHONWARNINGS", "ignore", why="a warning of a library must not end a training"),
    Rule("PYTHONPATH", keep=True, here=True, why="what is imported; the working directory is left out of it"),
    Rule("PYTHONHOME", keep=True, here=True, why="what is imported"),
    Rule("PYTHONOPTIMIZE", keep=True, why="checks inside the program are left out"),
)
"""The first rule that is about a variable counts. What no rule is about is left alone, PYTHONHASHSEED among them:
nothing here depends on the order of a set."""


def rule_of(name: str) -> Rule | None:
    """Return the rule that is about a variable, if one is."""
    return next((rule for rule in RULES if rule.matches(name)), None)
