"""Write what is generated of README and docs: ``python docs/generate.py``.

The reference in docs/studies.md comes from the schema of study files, the tables in docs/performance.md and
docs/method-tables.md, and the figure of power, from benchmarks/results, docs/answers.md and the findings in the README
from reports. What stands between markers is replaced. The schema beside the study files is written, too. A
test fails when any of it is out of date.
"""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.image_sets import IMAGE_SETS
from harness.metrics import METRICS, NAMED
from harness.pages.markdown import pipe_table
from harness.presets import PRESETS, PROTOCOLS
from harness.reports.reading import read_report
from harness.study import SCHEMA_FILE, StudyTables, load_study, schema_text, show_level

PAGE = Path(__file__).with_name("studies.md")
MEASURED = tuple(Path(__file__).with_name(name) for name in ("performance.md", "method-tables.md"))
POWER = Path(__file__).parent / "images" / "power.svg"
RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"
BEGIN = "<!-- from here on written by docs/generate.py -->"
END = "<!-- up to here written by docs/generate.py -->"

TABLES = (
    ("", "Study", "Top level", "Keys above the first table."),
    ("data", "DataSpec", "[data]", ""),
    ("model", "ModelSpec", "[model]", ""),
    ("model", "OwnModel", "[model] with build", "A function of yours: [your own network](own-network.md)."),
    ("model.conv", "ConvBlock", "model.conv", "Each entry of the list:"),
    ("train", "TrainSpec", "[train]", ""),
    ("train.plateau", "Plateau", "[train.plateau]", ""),
    ("train.augment", "Augment", "[train.augment]", "Optional; see [augmentation](#augmentation)."),
    ("seeds", "SeedSpec", "[seeds]", 'Optional. "replicate" draws anew in every replicate, "fixed" as in replicate 0.'),
    ("target", "TargetSpec", "[target]", "Optional: without it every training runs to its maximum."),
    ("design", "Factorial", '[design] with kind = "factorial"', ""),
    ("design", "OneAtATime", '[design] with kind = "one_at_a_time"', ""),
    ("design", "Listed", '[design] with kind = "listed"', ""),
    ("design", "Screening", '[design] with kind = "screening"', ""),
    ("design", "Search", '[design] with kind = "search"', ""),
    ("design.replicates", "Adaptive", "design.replicates", "As a table, in all designs but a search:"),
    ("design.space", "Range", "design.space", "A numeric range:"),
    ("design.confirm", "Confirm", "[design.confirm]", "Only with a search."),
    ("budget", "BudgetSpec", "[budget]", "Optional."),
    (
        "metrics",
        "MetricSpec",
        "[metrics.NAME]",
        "Optional. Elsewhere it is `val_NAME` and `test_NAME`.",
    ),
    ("report", "ReportSpec", "[report]", "Optional."),
    ("report.reference", "Reference", "[[report.reference]]", "Optional."),
)
"""Path in the file, name in the schema, heading, and what is said below it."""

_FROM = {"ModelSpec": "preset", "DataSpec": "protocol", "TargetSpec": "protocol"}
"""Tables whose required keys may come from elsewhere."""

_BOUNDS = (
    ("minimum", "at least"),
    ("exclusiveMinimum", "above"),
    ("gt", "above"),
    ("maximum", "at most"),
    ("exclusiveMaximum", "below"),
)


def reference() -> str:
    """Return the reference of all keys, presets, image sets and metrics, in Markdown."""
    schema = StudyTables.model_json_schema()
    parts = []
    for _, name, heading, note in TABLES:
        table = schema if name == "Study" else schema["$defs"][name]
        said = [heading_of(heading), note or _without_path(table.get("description", "")), _keys(name, table)]
        parts.append("\n\n".join(text for text in said if text))
    return "\n\n".join([*parts, _presets(), _protocols(), _image_sets(), _metrics()])


def heading_of(text: str) -> str:
    """Return a heading of the reference; the file's own syntax in code type."""
    return f"### {text}" if text == "Top level" else f"### `{text}`"


def rewrite(page: str) -> str:
    """Return the page with the reference in place of what is between the markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n\n{END}{after}"


def show_type(schema: Mapping[str, Any]) -> str:
    """Return the type of a key in words, from its JSON Schema: ``whole number, at least 1``."""
    if "const" in schema:
        return _code(schema["const"])
    if "anyOf" in schema and "val_accuracy" in schema["anyOf"][0].get("enum", ()):
        return _metric(schema["anyOf"][0]["enum"])
    if "enum" in schema:
        return ", ".join(_code(value) for value in schema["enum"])
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "anything" if name == "JsonValue" else "table"
    if "anyOf" in schema:
        kinds = [show_type(choice) for choice in schema["anyOf"] if choice.get("type") != "null"]
        if sorted(kinds) == ["number", "whole number"]:
            kinds = ["number"]
        return " or ".join(kinds) + _bounds(schema)
    kind = schema.get("type")
    if kind == "array":
        items = show_type(schema["items"])
        return "list" if items == "anything" else f"list of: {items}"
    if kind == "object":
        keys = show_type(schema["propertyNames"]) if "propertyNames" in schema else "dotted path"
        return f"table: {keys} = {show_type(schema['additionalProperties'])}"
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true` or `false`"}
    return words[str(kind)] + _bounds(schema)


def _metric(names: Iterable[str]) -> str:
    """Return which metrics a key may name, in words."""
    if set(names) >= set(METRICS):
        return "[metric](#metrics)"
    return f"[metric](#metrics), {'none of the test split' if 'parameters' in names else 'known at every evaluation'}"


def _bounds(schema: Mapping[str, Any]) -> str:
    return "".join(f", {words} {schema[key]}" for key, words in _BOUNDS if key in schema)


def _keys(name: str, table: Mapping[str, Any]) -> str:
    rows = []
    for key, field in table["properties"].items():
        if name == "Study" and "description" not in field:
            continue  # a table with its own heading
        meaning = field.get("description", "Which design it is.")
        rows.append((f"`{key}`", show_type(field), _default(name, key, table), meaning))
    return _table(("key", "type", "default", "meaning"), rows)


def _default(name: str, key: str, table: Mapping[str, Any]) -> str:
    field = table["properties"][key]
    if "default" not in field and name in _FROM:
        return f"from the {_FROM[name]}, else required"
    if key in table.get("required", ()):
        return "required"
    value = field.get("default")
    return "none" if value is None or value in ({}, [], "") else _code(value)


def _presets() -> str:
    rows = []
    for name, keys in PRESETS.items():
        blocks, dense = show_level(keys["conv"]), show_level(keys["dense"])
        if keys.get("dense_dropout"):
            dense += f", dropout {keys['dense_dropout']}"
        weights = f"{keys['initializer']}, bias {keys['bias']:g}"
        pool = f"{keys['downsample']}, {keys['pool_padding']}; activation {keys['activation_order'].replace('_', ' ')}"
        rows.append((f"`{name}`", blocks, keys["padding"], pool if keys["conv"] else "", dense, weights))
    note = "`16@5x5` is a block of 16 filters of 5x5 pixels. A dense layer of one logit a class follows in each."
    headings = ("preset", "conv", "padding", "pool", "dense", "weights")
    return f"### Presets\n\n{note}\n\n{_table(headings, rows)}"


def _protocols() -> str:
    rows = []
    for name, tables in PROTOCOLS.items():
        said = [_settings(tables[table]) if table in tables else "" for table in ("data", "train", "target")]
        rows.append((f"`{name}`", *said))
    return f"### Protocols\n\n{_table(('protocol', '[data]', '[train]', '[target]'), rows)}"


def _settings(keys: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {show_level(value)}" for key, value in keys.items())


def _image_sets() -> str:
    rows = []
    for name, image_set in IMAGE_SETS.items():
        facts = image_set.facts
        if facts is None:
            continue
        shape = "x".join(map(str, facts.image_shape))
        rows.append((f"`{name}`", image_set.title, shape, f"{facts.train_images:,}", f"{facts.test_images:,}"))
    headings = ("name", "images", "shape", "training images", "test images")
    return f"### Image sets\n\n{_table(headings, rows)}"


def _metrics() -> str:
    rows = [
        (
            f"`{name}`",
            metric.title,
            metric.unit.meaning or metric.unit.name,
            metric.better,
            "every evaluation" if metric.evaluated else "the end",
            "where it is named" if name in NAMED else "always" if not metric.probe else "with its probe",
        )
        for name, metric in METRICS.items()
    ]
    headings = ("metric", "title", "unit", "better", "known at", "measured")
    note = "Of top-k accuracies there is one for each k from 2 to one less than there are classes."
    return f"### Metrics\n\n{note}\n\n{_table(headings, rows)}"


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    headings = tuple(headings)
    return pipe_table(headings, [False] * len(headings), rows)


def _code(value: Any) -> str:
    """Write a value as a study file would."""
    if isinstance(value, dict):
        return "`{ " + ", ".join(f"{key} = {json.dumps(item)}" for key, item in value.items()) + " }`"
    return f"`{json.dumps(value)}`"


def _without_path(description: str) -> str:
    """Return a table's docstring without the name that the heading says already."""
    head, mark, tail = description.partition("`: ")
    text = tail if mark and head.startswith("`[") else description
    return text[:1].upper() + text[1:]


def fill_tables(page: str) -> str:
    """Return a page with every table as the benchmark of its name wrote it last; after a slash, which of its tables."""
    return _MEASURED.sub(lambda found: f"{found[1]}\n{_measured(found[2])}{found[3]}", page)


_MEASURED = re.compile(r"(<!-- table ([\w/-]+) -->)\n.*?(<!-- end -->)", re.DOTALL)


NOT_MEASURED = "Not measured yet."


def _measured(name: str) -> str:
    name, _, which = name.partition("/")
    result = _result(name)
    if which:
        if which not in result:
            return f"\n{NOT_MEASURED}\n"
        result = result[which]
    versions = ", ".join(f"{package} {version}" for package, version in result["versions"].items())
    # results of earlier versions say which is the best of four instruction sets
    more = [result.get("processor_model", ""), result.get("instructions", result.get("vectors", ""))]
    cores = f"{result['cores']} cores of {result['processor']} ({', '.join(text for text in more if text)})"
    place = f"{result['date']}, {cores}; Python {result['python']}, {versions}; revision {result['revision']}."
    return "\n".join(["", *_folded(result["table"]), "", place, ""])


_LONG = 20
"""Rows of a table that are read in place; one with more is folded."""


def _folded(table: list[str]) -> list[str]:
    rows = len(table) - 2
    if rows <= _LONG:
        return table
    said = "; ".join([f"The table: {rows} rows", *_ranges(table)])
    return [f"<details><summary>{said}</summary>", "", *table, "", "</details>"]


_PROMISED = re.compile(r"(studies with .+|intervals that hold), %, now")


def _ranges(table: list[str]) -> list[str]:
    """Return the range of each column that measures a promise: ``intervals that hold 93.2 to 97 %``."""
    headings, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table)
    told = []
    for place, heading in enumerate(headings):
        promised = _PROMISED.fullmatch(heading)
        if promised:
            numbers = [float(row[place].split()[0]) for row in rows if row[place] != "-"]
            what = promised[1].replace("with one", "with a false verdict")
            told.append(f"{what} {min(numbers):g} to {max(numbers):g} %")
    return told


def _result(name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return result


_POWER_VARIANTS = 4
"""Of the studies in the figure of power, the base included."""


def draw_power(path: Path) -> None:
    """Draw how often a true difference is found, against its size, as the benchmark of validity counted."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "harness", "svg.fonttype": "none"}
    from matplotlib import pyplot

    rows = [(row["cell"], row["counts"]) for row in _result("validity")["power"]["cells"]]
    rows = [(cell, counts) for cell, counts in rows if cell["variants"] == _POWER_VARIANTS]
    figure, axes = pyplot.subplots(figsize=(7, 4))
    marks = iter(zip("os^D", ("#0072B2", "#E69F00", "#CC79A7", "#009E73"), strict=True))
    for sizes in dict.fromkeys(tuple(cell["sizes"]) for cell, _ in rows):
        mark, colour = next(marks)
        some = [(cell, counts) for cell, counts in rows if tuple(cell["sizes"]) == sizes and cell.get("effect")]
        label = f"{sizes[0]} replicates" if len(sizes) == 1 else f"{sizes[0]} to {sizes[1]} replicates, adaptive"
        shares = [100 * counts.get("found", 0) / counts["comparisons"] for _, counts in some]
        axes.plot([cell["effect"] for cell, _ in some], shares, marker=mark, color=colour, label=label)
    axes.set(
        xlabel="true difference, in standard deviations over seeds", ylabel="found, %", ylim=(0, 102), xlim=(0, None)
    )
    axes.grid(color="0.92")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")


QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Are two runs with the same settings the same? What makes them differ?", ("repeatability",)),
    ("Does doubling the iterations help?", ("more_iterations",)),
    ("Which learning rate?", ("learning_rate",)),
    ("How many filters of which size, how many dense units?", ("layer_sizes",)),
    ("How much dropout after the dense layer?", ("dropout_rate",)),
    ("ReLU before or after the pool?", ("same_function", "activation_order")),
    ("More layers? Shortcuts around them?", ("more_layers", "residual")),
    ("What is the smallest network that still gives good results?", ("smallest_network",)),
    ("ReLU on the last layer?", ("relu_last",)),
    ("No pooling at all?", ("no_pooling",)),
    ("A stride of 2 instead of max-pooling?", ("pooling_or_stride", "cifar10_pool_or_stride")),
    ("Valid or same padding?", ("padding",)),
    ("How many filters and units are dead, and do fewer do as well?", ("unused_features",)),
    ("Cross-validation, grid search, learning curves?", ("cross_validation", "learning_curve")),
    ("Convolution or dense layers alone?", ("conv_or_dense",)),
    ("Standardised, scaled or raw pixels?", ("pixel_scaling",)),
    ("Shifted, turned or cut images in training?", ("augmentation",)),
    ("Half the bits?", ("precision", "precision_emulated")),
)
"""What the published tutorials leave open, and what is asked beside it, with the studies that answer it."""

REPRODUCTIONS = (
    "hvass02",
    "hvass13b",
    "fashion02",
    "digitcnn",
    "keras_two_conv",
    "keras_one_conv",
    "mnist_convnet",
    "cifar10_cnn",
)
REPORTS = Path(__file__).parent.parent / "reports"
STUDIES = Path(__file__).parent.parent / "studies"
ANSWERS = Path(__file__).with_name("answers.md")
README = Path(__file__).parent.parent / "README.md"

answer = runpy.run_path(str(Path(__file__).with_name("answering.py")))["answer"]
"""`docs` is no package: what belongs to it is run."""


FINDINGS = ("pooling_or_stride", "dropout_rate", "more_layers", "relu_last", "precision")
"""Studies whose answers the README shows."""


def answers() -> str:
    """Return docs/answers.md: every question with what a person would answer, and what its reports say, folded."""
    lines = [
        "# Answers",
        "",
        "Each question has the answer that a person would give, its numbers next, and, folded, what the report says.",
        "`docs/generate.py` takes the numbers from the reports, which say what they rest on: trainings, intervals,",
        "machine, versions.",
    ]
    for number, (question, studies) in enumerate(QUESTIONS, start=1):
        lines += ["", f"## {number}. {question}"]
        for name in studies:
            lines += [*(_heading(name) if len(studies) > 1 else []), "", *_told(name)]
    lines += ["", "## Published experiments, run again"]
    for name in REPRODUCTIONS:
        lines += [*_heading(name), "", *_told(name)]
    return "\n".join(lines) + "\n"


def _heading(name: str) -> list[str]:
    text = (STUDIES / f"{name}.toml").read_text(encoding="utf-8")
    return ["", f"### {tomllib.loads(text)['question']}"]


def _told(name: str) -> list[str]:
    """Return what is said of a study: the answer, where it is from, and its report's sentences, folded."""
    report, study = _report(name), f"[study](../studies/{name}.toml)"
    if report is None:
        return [f"Not run yet: {study}."]
    source = f"[Report](../reports/{name}/comparison.md), {study}."
    if _is_of_another_design(name):
        source += " *The study was designed anew after this report, and has not been run again yet.*"
    folded = ["<details><summary>What the report says</summary>", ""]
    folded += [*(f"- {_plain(sentence)}" for sentence in report["sentences"]), "", "</details>"]
    said = answer(name, report)
    return [*([said, ""] if said else []), source, "", *folded]


def _report(name: str) -> dict[str, Any] | None:
    path = REPORTS / name / "report.json"
    if not path.exists():
        return None
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def _is_of_another_design(name: str) -> bool:
    """Whether the study file asks for other trainings than those that the report was made of."""
    now, then = load_study(STUDIES / f"{name}.toml"), read_report(REPORTS / name)[0]
    return (now.digest, now.design.replicate_range) != (then.digest, then.design.replicate_range)


def _plain(text: str) -> str:
    """Escape what Markdown would read as markup."""
    return re.sub(r"([\\*<\[`|])", r"\\\1", text)


def fill_findings(page: str) -> str:
    """Return the README with its findings as the reports have them."""
    lines = []
    for name in FINDINGS:
        report = _report(name)
        if report is None or _is_of_another_design(name):
            raise ValueError(f"the README shows {name}, which has no report of its study as it is now")
        link = f"([report](reports/{name}/comparison.md))"
        lines.append(f"- *{report['question']}* {answer(name, report)} {link}")
    return re.sub(
        r"(<!-- findings -->\n).*?(<!-- end -->)",
        lambda found: "\n".join([found[1], *lines, "", found[2]]),
        page,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    ANSWERS.write_text(answers(), encoding="utf-8")
    README.write_text(fill_findings(README.read_text(encoding="utf-8")), encoding="utf-8")
    for path in MEASURED:
        path.write_text(fill_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
    draw_power(POWER)
    PAGE.write_text(rewrite(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    (STUDIES / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
