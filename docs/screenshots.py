"""Take the screenshots of README and docs: ``python docs/screenshots.py STUDY --address http://127.0.0.1:5000``.

Run by hand while ``harness ui`` shows a store that has the study; needs Chromium and the extra dev. Look at the
pictures before they are committed.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from harness.store.record.view import VIEW_KEY

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = Path(__file__).parent / "images"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1300, 850
PATIENCE = 120_000  # milliseconds
ALONE = """
localStorage.setItem("mlflow.assistant.panelOpen_v1", "false");
localStorage.setItem("mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", "true");
"""
"""MLflow's assistant opens on a first visit and takes a third of the page."""


def ask(address: str, call: str, **body: Any) -> Any:
    """Return what MLflow's REST interface answers."""
    request = urllib.request.Request(
        f"{address}/api/2.0/mlflow/{call}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def find_runs(address: str, study: str) -> tuple[str, str, str]:
    """Return the id of the study's experiment, and the name and the id of its first trial."""
    experiments = ask(address, "experiments/search", max_results=1, filter=f"name = '{study}'").get("experiments")
    if not experiments:
        raise SystemExit(f"{address} has no study {study!r}")
    experiment = experiments[0]["experiment_id"]
    found = ask(
        address, "runs/search", experiment_ids=[experiment], order_by=["attributes.start_time ASC"],
        filter="tags.`harness.kind` = 'trial'", max_results=1,
    )  # fmt: skip
    return experiment, found["runs"][0]["info"]["run_name"], found["runs"][0]["info"]["run_id"]


def save(page: Page, name: str) -> None:
    """Save what the page shows, with 128 colours: a third of the size."""
    page.wait_for_timeout(2000)  # charts are still drawn for a while
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled", timeout=PATIENCE))).convert("RGB")
    shot.quantize(128, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)
    print(f"{IMAGES / name}: {(IMAGES / name).stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Take them."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description="Take the screenshots of README and docs.")
    parser.add_argument("study", help="name of the study")
    parser.add_argument("--address", default="http://127.0.0.1:5000", help="where `harness ui` listens")
    parser.add_argument("--report", type=Path, help="an HTML report to take the top of, as report.png")
    given = parser.parse_args()
    experiment, name, run = find_runs(given.address, given.study)
    with sync_playwright() as started:
        program = next((found for each in PROGRAMS if (found := shutil.which(each))), None)
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"], timeout=PATIENCE)
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(ALONE)
        page = context.new_page()

        page.goto(f"{given.address}/#/experiments/{experiment}/runs/{run}/model-metrics?workflowType=machine_learning")
        page.get_by_placeholder("Search metric charts").fill("(train|val)/")  # the sections above have bars
        page.locator(".js-plotly-plot .trace path.js-line").first.wait_for(state="attached")
        save(page, "mlflow-run.png")

        page.goto(
            f"{given.address}/#/experiments/{experiment}/runs?workflowType=machine_learning&viewStateShareKey={VIEW_KEY}"
        )
        page.get_by_text(name, exact=True).first.wait_for()
        save(page, "mlflow-runs.png")

        if given.report:
            page.set_viewport_size({"width": 1120, "height": 940})
            page.goto(given.report.resolve().as_uri())
            save(page, "report.png")
        browser.close()


if __name__ == "__main__":
    main()
