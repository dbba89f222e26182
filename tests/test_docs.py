"""What README and docs say is true: commands, options, links, examples, and the reference of study files."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from benchmarks.validity import TABLES
from harness.cli import cli
from harness.study import Study, StudyTables, build_study, load_study

README, COMMANDS_PAGE, RECIPES = Path("README.md"), Path("docs/commands.md"), Path("docs/recipes.md")
PAGES = [README, *sorted(Path("docs").glob("*.md"))]
TEXTS = {path: path.read_text(encoding="utf-8") for path in PAGES}
ALL = "\n".join(TEXTS.values())

TINY = """
question = "Does the page's example run?"
data = { name = "digits", validation = 300 }
model = { conv = [{ filters = 2 }], dense = [] }
train = { max_steps = 4, evaluate_every = 2 }
design = { kind = "factorial", factors = { "model.downsample" = ["max_pool", "stride"] } }
"""


def blocks(language: str) -> list:
    """Every fenced block of a language, with the page and a number as its name."""
    found = []
    for path, text in TEXTS.items():
        for number, block in enumerate(re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S), start=1):
            found.append(pytest.param(block, id=f"{path.name}-{number}"))
    return found


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    """Every command by its words, sub-commands too: ``("data", "list")``."""
    found = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= commands(command, (*path, name))
        else:
            found[(*path, name)] = command
    return found


COMMANDS = commands()


def command_lines() -> list[str]:
    """Every ``harness ...`` that is shown: in shell blocks, in code within text, in the help of commands."""
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", ALL, re.M | re.S))
    text = re.sub(r"^```.*?^```", "", ALL, flags=re.M | re.S)
    lines = re.findall(r"^harness (.+)$", shell, re.M)
    lines += re.findall(r"`(?:eval \"\$\()?harness ([a-z][^`)]*)", text)
    lines += [re.findall(r"harness ([^)]+)", command.epilog or "")[0] for command in COMMANDS.values()]
    return sorted({line.partition(">")[0].strip() for line in lines})


class TestCommandLine:
    @pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
    def test_every_command_is_in_the_table_with_a_line_and_an_example(self, words):
        name = " ".join(words)
        rows = re.findall(rf"^\| `{name}` \| (.+) \| `(.+)` \|$", TEXTS[COMMANDS_PAGE], re.M)
        assert len(rows) == 1
        assert f"harness {name}" in rows[0][1]

    def test_the_table_has_no_command_that_is_not_there(self):
        named = re.findall(r"^\| `([a-z ]+)` \|", TEXTS[COMMANDS_PAGE], re.M)
        assert {tuple(name.split()) for name in named} == set(COMMANDS)

    @pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
    def test_every_long_option_is_named(self, words):
        options = {
            text
            for parameter in COMMANDS[words].params
            for text in (*parameter.opts, *parameter.secondary_opts)
            if text.startswith("--")
        }
        assert {text for text in options if not re.search(rf"{text}\b", ALL)} == set()

    @pytest.mark.parametrize("line", command_lines())
    def test_every_command_line_shown_is_one_that_harness_takes(self, line):
        words = shlex.split(re.sub(r"\s#.*", "", line))  # quickstart#0 is no comment
        known = next(known for known in COMMANDS if tuple(words[: len(known)]) == known)
        if tuple(words) != known:  # a bare name only speaks of the command
            COMMANDS[known].make_context(" ".join(known), words[len(known) :])

    def test_exit_codes_are_those_of_the_errors(self):
        from harness import errors

        codes = {
            kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and "exit_code" in vars(kind)
        }
        said = TEXTS[COMMANDS_PAGE].partition("Exit codes:")[2].partition("\n\n")[0]
        assert {int(number) for number in re.findall(r"(?:^|; |;\n) ?(\d+) ", said)} == codes | {0, 3, 130}


def toml_of(page: Path) -> list[str]:
    """The TOML blocks of a page."""
    return re.findall(r"^```toml\n(.*?)^```", TEXTS[page], re.M | re.S)


def slugs(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them; a repeated one gets a number."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = sum(bool(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", known)) for known in found)
        found.add(f"{slug}-{count}" if count else slug)
    return found


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_relative_links_lead_somewhere(page):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page]):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        path = page.parent / name if name else page
        if not path.exists() or (anchor and anchor not in slugs(path.read_text(encoding="utf-8"))):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("block", blocks("python"))
def test_python_blocks_compile_and_name_verbs_that_exist(block):
    import harness

    compile(block, "page", "exec")
    assert set(re.findall(r"\bharness\.(\w+)", block)) <= set(harness.__all__)


class TestStudyExamples:
    @pytest.mark.parametrize("block", blocks("toml"))
    def test_toml_blocks_are_toml(self, block):
        assert tomllib.loads(block)

    def test_the_study_of_the_readme_has_twelve_lines_and_is_that_of_the_tutorial(self):
        (text,) = toml_of(README)
        assert len(text.splitlines()) == 12
        assert text in toml_of(Path("docs/tutorial.md"))
        study = build_study(tomllib.loads(text), "dropout")
        assert [variant.label for variant in study.variants] == ["base", "dense_dropout=0.25", "dense_dropout=0.5"]

    def test_the_longer_study_of_the_tutorial_is_valid_and_means_what_is_said_of_running_it_again(self, tmp_path):
        _, text = toml_of(Path("docs/tutorial.md"))
        file = tmp_path / "dropout.toml"
        file.write_text(text, encoding="utf-8")
        study = load_study(file)
        assert isinstance(study, Study)
        changed = ["design.replicates=10", "train.max_epochs=8"]  # what the page sets on the command line
        assert all(f"--set {change}" in TEXTS[Path("docs/running.md")] for change in changed)
        assert load_study(file, changed[:1]).meaning() == study.meaning()
        assert load_study(file, changed[1:]).meaning() != study.meaning()

    @pytest.mark.parametrize("block", range(len(toml_of(RECIPES))))
    def test_every_recipe_fits_the_study_of_twelve_lines(self, block):
        recipe, (base,) = tomllib.loads(toml_of(RECIPES)[block]), toml_of(README)
        study = {} if "protocol" in recipe else tomllib.loads(base)
        for name, table in recipe.items():
            merged = isinstance(table, dict) and "kind" not in table and name in study
            study[name] = {**study[name], **table} if merged else table
        build_study(study, "recipe")

    def test_the_designs_of_the_reference_fit_a_study(self, tmp_path):
        base = TINY.partition("design =")[0].replace("filters = 2", "filters = 16")
        examples = re.findall(r"^```toml\n(.*?)^```", TEXTS[Path("docs/studies.md")], re.M | re.S)
        for name, code in re.findall(
            r"^```python\n# (\w+\.py)\b(.*?)^```", TEXTS[Path("docs/studies.md")], re.M | re.S
        ):
            (tmp_path / name).write_text(f"# {name}{code}", encoding="utf-8")
        for number, block in enumerate(examples):
            kind = "" if "kind" in block else '[design]\nkind = "factorial"\n'
            whole = f'question = "?"\n{block}' if block.startswith("protocol") else base + kind + block
            file = tmp_path / f"s{number}.toml"
            file.write_text(whole, encoding="utf-8")
            load_study(file)


def test_the_reference_is_up_to_date():
    page = Path("docs/studies.md")
    rewrite = runpy.run_path("docs/generate.py")["rewrite"]
    assert rewrite(TEXTS[page]) == TEXTS[page], "run: python docs/generate.py"


@pytest.mark.parametrize(("page", "tables"), [("docs/performance.md", 9), ("docs/method-tables.md", 11)])
def test_the_measured_tables_are_those_of_the_last_measurements(page, tables):
    text = TEXTS[Path(page)]
    fill = runpy.run_path("docs/generate.py")["fill_tables"]
    assert fill(text) == text, "run: python docs/generate.py"
    assert text.count("<!-- table ") == tables


def test_every_table_of_the_benchmark_of_verdicts_is_shown():
    assert re.findall(r"<!-- table validity/(\w+) -->", TEXTS[Path("docs/method-tables.md")]) == list(TABLES)


def test_the_answers_are_those_of_the_reports():
    generate = runpy.run_path("docs/generate.py")
    assert generate["answers"]() == TEXTS[Path("docs/answers.md")], "run: python docs/generate.py"
    assert generate["fill_findings"](TEXTS[README]) == TEXTS[README], "run: python docs/generate.py"
    findings = TEXTS[README].partition("<!-- findings -->")[2].partition("<!-- end -->")[0]
    assert findings.count("\n- *") == len(generate["FINDINGS"]) == 5


def _reported() -> list[str]:
    """Studies of ours that have a report; beside them may lie those of a reader."""
    generate = runpy.run_path("docs/generate.py")
    ours = [*(name for _, studies in generate["QUESTIONS"] for name in studies), *generate["REPRODUCTIONS"]]
    return [name for name in ours if Path("reports", name, "report.json").is_file()]


def test_the_answers_begin_with_a_sentence_of_a_person_and_fold_those_of_the_report():
    sections = re.split(r"^##+ .+$", TEXTS[Path("docs/answers.md")], flags=re.M)[1:]
    told = [section.strip() for section in sections if "<details>" in section]
    assert all(re.match(r"\*\*[^*]+\*\*", section) for section in told)
    assert all(section.index("[Report](") < section.index("<details>") for section in told)
    assert len(told) == len(_reported())


def test_the_readme_is_short():
    assert README.stat().st_size <= 10 * 1024


def test_long_tables_of_measurements_are_folded():
    for page in ("performance.md", "method-tables.md"):
        text = TEXTS[Path("docs") / page]
        open_text = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
        assert max(len(table.splitlines()) for table in re.findall(r"(?:^\|.*\n)+", open_text, re.M)) <= 22
    assert text.count("<details>") == text.count("</details>") == 6


def test_every_page_is_in_the_menu_of_the_site_once():
    menus = re.findall(r"^```{toctree}\n.*?\n\n(.*?)^```", TEXTS[Path("docs/index.md")], re.M | re.S)
    named = [name for menu in menus for name in menu.split()]
    assert sorted([*named, "index"]) == sorted(["tour", *(page.stem for page in PAGES if page != README)])


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "-b", "html"]
    done = subprocess.run([*command, "docs", tmp_path], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    answers = (tmp_path / "answers.html").read_text(encoding="utf-8")
    for link in re.findall(r'href="(_downloads/[^"]+)"', answers):
        assert (tmp_path / link).is_file()
    options = (tmp_path / "options.html").read_text(encoding="utf-8")
    assert {words for words in COMMANDS if f"harness {' '.join(words)} " not in re.sub("<[^>]+>", "", options)} == set()
    assert answers.count("comparison.html") == len(_reported())


def test_the_citation_is_of_this_version_and_has_what_its_format_asks_for():
    citation = yaml.safe_load(Path("CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "type", "abstract", "keywords", "license", "version"} == (
        set(citation) - {"cff-version"}
    )
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    assert citation["type"] in ("software", "dataset")
    assert all(isinstance(author["name"], str) for author in citation["authors"])


def test_every_study_answers_a_question_or_repeats_an_experiment():
    generate = runpy.run_path("docs/generate.py")
    named = {name for _, studies in generate["QUESTIONS"] for name in studies} | set(generate["REPRODUCTIONS"])
    listed = subprocess.run(["git", "ls-files", "studies/*.toml"], capture_output=True, text=True, check=True).stdout
    tracked = [Path(line) for line in listed.splitlines()]  # what a reader wrote is no study of ours
    files = {path.stem for path in tracked if path.parent == Path("studies")}
    assert files - named == {"quickstart", "quicksearch", "what_matters"}
    assert named <= files


def test_every_key_of_the_schema_is_in_the_reference():
    schema = StudyTables.model_json_schema()
    for table in (schema, *schema["$defs"].values()):
        for key, field in table.get("properties", {}).items():
            if "description" in field:
                assert f"| `{key}` | " in TEXTS[Path("docs/studies.md")]
                assert field["description"] in TEXTS[Path("docs/studies.md")]


@pytest.mark.slow
def test_the_example_of_the_objective_runs(tmp_path):
    example = re.search(r"^```python\n(.*?)^```", TEXTS[Path("docs/objective.md")], re.M | re.S)[1]
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "quickstart.toml").write_text(TINY, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "model.downsample" in done.stdout
    assert (tmp_path / "mlruns" / "mlflow.db").exists()


@pytest.mark.slow
def test_the_gate_compares_before_and_after_a_change_and_python_goes_on(tmp_path):
    shown, text = TEXTS[Path("docs/gate.md")], TEXTS[Path("docs/python.md")]
    python = re.search(r"^```python\n(.*?)^```", text, re.M | re.S)[1]
    (tmp_path / "studies").mkdir()
    study = TINY.replace('kind = "factorial",', 'kind = "factorial", replicates = 3,')
    (tmp_path / "studies" / "quickstart.toml").write_text(study, encoding="utf-8")
    shutil.copytree("docs/examples", tmp_path / "docs" / "examples")
    command = f'harness() {{ {shlex.quote(sys.executable)} -c "from harness.cli import main; main()" "$@"; }}'
    steps = [command, "export -f harness", "set -e", *re.findall(r"^```sh\n(.*?)^```", shown, re.M | re.S)]
    steps.append(f"{shlex.quote(sys.executable)} -c {shlex.quote(python)}")
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        ["bash", "-c", "\n".join(steps)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "after/reports/quickstart against baselines/quickstart: holds" in done.stdout
    assert done.stdout.count("against baselines/quickstart: holds") == 2, "the script says the same"
    assert done.stdout.splitlines()[-1] in ("holds", "undecided")


@pytest.mark.parametrize("page", [*PAGES, Path("docs/generate.py")], ids=str)
def test_no_page_names_a_place_of_one_machine(page):
    assert not re.search(r"(?<![\w.~])/(?:home|root|tmp|mnt|Users)/", page.read_text(encoding="utf-8"))
