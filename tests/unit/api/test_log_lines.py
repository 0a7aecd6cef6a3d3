"""The facade's lines have the keys that docs/logs.md lists."""

import json
import logging
import re
from pathlib import Path

from voxpod_api.logs import LineFormatter
from voxpod_api.web.outermost import LOGGED

PAGE = (Path(__file__).resolve().parents[3] / "docs/logs.md").read_text(encoding="utf-8")
KEYS = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


def test_a_line_has_the_keys_of_every_line_first_class() -> None:
    record = logging.LogRecord("voxpod_api.web.outermost", logging.INFO, "x.py", 1, "call answered", None, None)
    record.duration = 1.5
    line = json.loads(LineFormatter().format(record))

    assert line["service"] == "voxpod-api"
    assert (line["level"], line["message"], line["duration"]) == ("INFO", "call answered", 1.5)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["timestamp"])
    assert line.keys() <= KEYS


def test_what_a_call_leaves_for_its_line_is_on_the_page() -> None:
    assert {key for key in LOGGED if f"`{key}`" not in PAGE} == set()
