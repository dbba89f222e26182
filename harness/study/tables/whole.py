"""The tables of a study file together, and what must hold between them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from harness.errors import show_value
from harness.metrics import METRICS, MOST_ASKED, PROBES, OwnMetric, OwnName, asked_of
from harness.presets import PROTOCOLS
from harness.study.designs import Design
from harness.study.tables.budget import BudgetSpec, require_possible
from harness.study.tables.data import DataSpec
from harness.study.tables.metrics import MOST_OWN, MetricSpec, own_metrics, require_new_name
from harness.study.tables.own import Model, require_known_layers
from harness.study.tables.report import MOST_OF_ALL_PAIRS, ReportSpec
from harness.study.tables.table import FileTable
from harness.study.tables.train import SeedSpec, TargetSpec, TrainSpec, stopping_metrics


def _protocol_or_tables(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema what a protocol's expansion does: `data` and `train` are required only without one."""
    schema["required"] = [key for key in schema["required"] if key not in ("data", "train")]
    schema["anyOf"] = [{"required": ["protocol"]}, {"required": ["data", "train"]}]


class StudyTables(FileTable):
    """A study: one question, the base network, what varies and what counts as good."""

    model_config = ConfigDict(json_schema_extra=_protocol_or_tables)

    question: str = Field(min_length=1, description="The question in plain words; the report's title.")
    notes: str = Field(default="", description="Why it is asked, where it comes from; shown in the report.")
    seed: int = Field(default=0, ge=0, le=2**32 - 1, description="The seed that all replicates' seeds come from.")
    exclusive: bool = Field(
        default=False, description="Train one trial at a time with all cores, for the cleanest seconds."
    )
    protocol: Literal[tuple(PROTOCOLS)] | None = Field(  # type: ignore[valid-type]
        default=None,
        description="A reference protocol whose keys stand in for those not written in [data], [train] and [target].",
    )
    probes: tuple[Literal[tuple(PROBES)], ...] = Field(  # type: ignore[valid-type]
        default=(),
        strict=False,
        description="What is measured of every trained network besides: 'features' counts dead and redundant ones on "
        "the validation images, 'activation_order' compares with the other order of activation and pool.",
    )
    insight: Literal["none", "basic", "full"] | None = Field(
        default=None,
        description="Pictures of every trained network: 'none', 'basic' (confusion matrix and mistakes) or 'full' "
        "(also weights, outputs, activation maximisation, ...). By default 'full' for one training of the base and of "
        "each confirmed winner, 'basic' for the others.",
    )
    data: DataSpec
    model: Model
    train: TrainSpec
    target: TargetSpec | None = None
    seeds: SeedSpec = SeedSpec()
    design: Design
    own_metrics: dict[str, MetricSpec] = Field(
        default_factory=dict,
        alias="metrics",
        max_length=MOST_OWN,
        description="Metrics of one's own, each a `[metrics.NAME]`.",
    )
    budget: BudgetSpec = BudgetSpec()
    report: ReportSpec = ReportSpec()

    @field_validator("own_metrics")
    @classmethod
    def _check_names(cls, metrics: dict[str, MetricSpec]) -> dict[str, MetricSpec]:
        for name in metrics:
            try:
                require_new_name(name)
            except ValueError as error:
                raise ValueError(f"{show_value(name)}: {error}") from None
        return metrics

    @model_validator(mode="after")
    def _check(self) -> StudyTables:
        self.require_validation_images(self.data, self.train)
        named = [*self.report.metrics, *self.objectives, *(reference.metric for reference in self.report.reference)]
        for probe, metrics in PROBES.items():
            missing = [name for name in named if name in metrics and probe not in self.probes]
            if missing:
                raise ValueError(f"{missing[0]!r} is measured only with a probe. Add probes = [{probe!r}] at the top.")
        require_known_layers(self.model, self.probes)
        if "features" in self.probes and not self.data.validation:
            raise ValueError(
                "probes must not name 'features' with data.validation = 0: features are counted on validation images. "
                "Hold some out."
            )
        if "features" in self.probes and self.train.refit:
            raise ValueError(
                "probes must not name 'features' with train.refit = true: the network that is kept was trained on the "
                "validation images. Remove one of them."
            )
        require_possible(self.budget, self.design, self._judged_once)
        if self.data.split == "k_fold" and self.design.adaptive:
            raise ValueError(
                "design.replicates must be a number with data.split = 'k_fold', got { min, max }: folds that share "
                "images are judged once, when all are there. E.g. 50, ten repetitions of five folds."
            )
        if len(self.asked_metrics) > MOST_ASKED:
            raise ValueError(
                f"metrics that are measured where they are named must be at most {MOST_ASKED}, got "
                f"{len(self.asked_metrics)} with those on test images that come along. Name fewer."
            )
        self._check_all_pairs()
        self._check_levels()
        if self.target is None:
            for name in self.report.metrics:
                if METRICS[name].watched:
                    raise ValueError(
                        f"report.metrics names {name!r} but there is no [target]. Add one, or drop the metric."
                    )
        return self

    @property
    def _judged_once(self) -> str:
        """The setting for which all trainings are judged once, when all are there; empty if none asks for that."""
        if self.data.split == "k_fold":
            return "data.split = 'k_fold'"
        if self.report.compare == "all_pairs":
            return "report.compare = 'all_pairs'"
        return f"kind = {self.design.kind!r}" if self.design.explores or self.design.screens else ""

    def _check_all_pairs(self) -> None:
        """Raise ValueError if all pairs are asked of a design whose variants are not all compared, or of too many."""
        design = self.design
        if self.report.compare != "all_pairs":
            return
        if design.explores or design.screens or design.adaptive:
            why = "adaptive replicates" if design.adaptive else f"kind = {design.kind!r}"
            raise ValueError(
                f"report.compare must be 'base' with {why}, got 'all_pairs', which takes a fixed number of "
                "replicates of variants that are all compared. Leave it out, or use another design."
            )
        if design.most_variants > MOST_OF_ALL_PAIRS:
            raise ValueError(
                f"report.compare must be 'base' with more than {MOST_OF_ALL_PAIRS} variants, got 'all_pairs' with "
                f"{design.most_variants:,}. Leave it out, or use fewer levels."
            )

    def _check_levels(self) -> None:
        """Raise ValueError unless the values besides the target are ones that it might have."""
        levels = self.report.levels
        if levels and self.target is None:
            raise ValueError("report.levels needs a [target], whose metric they are values of. Add one.")
        for level in levels:
            accuracy = self.target is not None and METRICS[self.target.metric].is_share
            if (level <= 0 and not isinstance(self.target and self.target.metric, OwnName)) or (accuracy and level > 1):
                bounds = "between 0 and 1" if accuracy else "above 0"
                raise ValueError(f"report.levels must be {bounds}, got {level:g}. They are values of target.metric.")
        if len(set(levels)) < len(levels):
            raise ValueError(f"report.levels must differ, got {list(levels)}. Remove the repeated one.")

    def require_validation_images(self, data: DataSpec, train: TrainSpec) -> None:
        """Raise ValueError if a metric of validation images is named where a variant holds none out."""
        if train.restore_best != "none" and any(METRICS[name].evaluated for name in self.design.objectives):
            raise ValueError(
                "train.restore_best does not go with an objective that is evaluated in training, got "
                f"{train.restore_best!r}: a search compares last evaluations. Leave it out."
            )
        if data.validation:
            return
        if train.refit:
            raise ValueError(
                "train.refit must not be true with data.validation = 0: there are no validation images to add. "
                "Hold some out, or leave refit out."
            )
        named = [
            ("target.metric", self.target.metric if self.target else None),
            ("train.restore_best", train.restore_best if train.restore_best != "none" else None),
            ("train.plateau.metric", train.plateau.metric if train.plateau else None),
            *[("the objective", name) for name in self.objectives],
            *[("report.metrics", name) for name in self.report.metrics],
        ]
        for place, name in named:
            if name and METRICS[name].split == "validation":
                raise ValueError(
                    f"{place} must not be {name!r} with data.validation = 0: there are no validation images. "
                    "Hold some out, or use train_accuracy."
                )

    @property
    def objectives(self) -> tuple[str, ...]:
        """Metrics that make up an Optuna trial's values: the search's, else the accuracy that may be looked at."""
        return self.design.objectives or (("val_accuracy",) if self.data.validation else ("train_accuracy",))

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics that get a paired difference and a verdict."""
        if self.report.metrics:
            return self.report.metrics
        return ("test_accuracy", "seconds_to_target") if self.target else ("test_accuracy",)

    @property
    def margins(self) -> dict[str, float]:
        """Metric -> difference that does not matter: the report's, and those that metrics of the user's bring along."""
        own = {name: self.own_metrics[name.own.name].margin for name in self.metrics if isinstance(name, OwnName)}
        return {**{name: margin for name, margin in own.items() if margin is not None}, **self.report.margin}

    @property
    def own(self) -> dict[str, OwnMetric]:
        """The metrics of the user's, by name."""
        return own_metrics({name: table.model_dump() for name, table in self.own_metrics.items()})

    @property
    def asked_metrics(self) -> tuple[str, ...]:
        """Metrics that are measured because they are named here, each once; those that a factor names come on top."""
        return asked_of(
            *self.metrics,
            *self.objectives,
            *(reference.metric for reference in self.report.reference),
            *stopping_metrics(self.train, self.target),
        )
