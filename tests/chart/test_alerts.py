"""docs/examples/alerts.yaml: rules that Prometheus takes, and that are raised when they should be and only then."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "docs" / "examples" / "alerts.yaml"
CASES = Path(__file__).parent / "golden" / "alert-tests.yaml"
CACHE = Path(os.environ.get("VOXPOD_CACHE") or "~/.cache/voxpod").expanduser() / "promtool"


@pytest.fixture(scope="module")
def promtool() -> str:
    """The program: this machine's, else out of Debian's package prometheus (19 MB, kept in the cache; nothing is installed)."""
    if found := shutil.which("promtool", path=f"{os.environ['PATH']}:{CACHE}/usr/bin"):
        return found
    if shutil.which("apt-get") is None:
        pytest.skip("no promtool, and no apt to get it with")
    CACHE.mkdir(parents=True, exist_ok=True)
    got = subprocess.run(["apt-get", "-qq", "download", "prometheus"], cwd=CACHE, capture_output=True, text=True)
    packages = list(CACHE.glob("prometheus_*.deb"))
    if not packages:
        pytest.skip(f"no promtool, and Debian's package cannot be had: {got.stderr.strip()[-300:]}")
    subprocess.run(["dpkg-deb", "--extract", str(packages[-1]), str(CACHE)], check=True)
    for path in (*packages, CACHE / "usr" / "bin" / "prometheus"):
        path.unlink()
    return str(CACHE / "usr" / "bin" / "promtool")


def rules(folder: Path, *, annotations: bool) -> Path:
    """The rule file inside the PrometheusRule; without annotations for cases that need not repeat them."""
    spec = yaml.safe_load(ALERTS.read_text())["spec"]
    for rule in () if annotations else spec["groups"][0]["rules"]:
        del rule["annotations"]
    path = folder / "rules.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path


def test_prometheus_takes_the_rules(promtool: str, tmp_path: Path):
    path = rules(tmp_path, annotations=True)

    done = subprocess.run([promtool, "check", "rules", str(path)], capture_output=True, text=True)

    assert "SUCCESS: 9 rules found" in done.stdout, done.stdout + done.stderr


def test_each_alert_is_raised_when_it_should_be_and_a_good_hour_is_quiet(promtool: str, tmp_path: Path):
    rules(tmp_path, annotations=False)
    cases = Path(shutil.copy(CASES, tmp_path))

    done = subprocess.run([promtool, "test", "rules", str(cases)], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case_and_a_line_in_the_page():
    alerts = {rule["alert"] for rule in yaml.safe_load(ALERTS.read_text())["spec"]["groups"][0]["rules"]}
    cases = yaml.safe_load(CASES.read_text())["tests"]
    raised = {case["alertname"] for test in cases for case in test["alert_rule_test"] if case.get("exp_alerts")}
    page = (ROOT / "docs" / "running.md").read_text()

    assert raised == alerts
    assert [alert for alert in alerts if f"| `{alert}` |" not in page] == []
