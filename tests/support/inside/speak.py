"""Run inside a sandbox: what a claim would bring, one after the other on one loaded model, uploads to a store on loopback.

in:  {"works": [fields of Work without `upload`, ...], "texts": {language: [text, ...]}}
out: {"reports": [fields of Report, ...], "phonemes": {language: [phonemes, ...]}, "missing": [module, ...]}
"""

import dataclasses
import http.server
import json
import os
import sys
import threading
import types

from voxpod_crds.sandbox_protocol import Report, Timings, work_from_json
from voxpod_inference.errors import SpeechError, unexpected
from voxpod_inference.process import prepare_process
from voxpod_inference.progress import Pulse
from voxpod_inference.settings import bundle_settings

missing = set()


class Missed:
    """Asked last: notes what nothing else could find."""

    def find_spec(self, name, path=None, target=None):
        missing.add(name)


class Store(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


def report_of(fields, synthesizer, url):
    uploads = {"upload": {"url": url, "headers": {}}}
    if fields["timestamps"] != "none":
        uploads["timestamps_upload"] = {"url": f"{url}.json", "headers": {}}
    work = work_from_json(json.dumps({**fields, **uploads}))
    try:
        with Pulse(work, tell=lambda progress: True, unwanted=lambda: None) as pulse:  # one that nobody listens to
            return serve(work, synthesizer, Timings(), "", pulse)
    except Exception as error:
        failed = error if isinstance(error, SpeechError) else unexpected(error)
        return Report(work.request_uid, Timings(), failure=failed.as_failure())


def phonemes_of(language, text):
    try:
        return read(language, text)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def read(language, text):
    if language in ("en", "zh", "ja"):  # as the engine says them, cut where it cuts
        script = synthesizer.prepare(text, language=language).script
        return " ".join(chunk.phonemes for chunk in script.chunks)
    if language not in readers:  # no voice of this bundle speaks it, but an image can read it
        readers.update(readers_of(types.SimpleNamespace(manifest=types.SimpleNamespace(languages=[language]))))
    return readers[language](text).phonemes


order = json.load(sys.stdin)
sys.meta_path.append(Missed())
prepare_process()
from voxpod_inference.bundle import open_bundle  # noqa: E402
from voxpod_inference.engines.registry import load  # noqa: E402
from voxpod_inference.text.readers import readers_of  # noqa: E402
from voxpod_inference.worker import serve  # noqa: E402

store = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
threading.Thread(target=store.serve_forever, daemon=True).start()
settings = bundle_settings(os.environ)
synthesizer = load(settings)
readers = readers_of(open_bundle(settings.bundle, settings.bundle_digest))
url = f"http://127.0.0.1:{store.server_port}/object"
answer = {
    "reports": [dataclasses.asdict(report_of(work, synthesizer, url)) for work in order["works"]],
    "phonemes": {one: [phonemes_of(one, text) for text in texts] for one, texts in order["texts"].items()},
    "missing": sorted(missing),
}
print(json.dumps(answer))
