"""A few verbs of a real API server's REST interface, over one kept connection: quicker than a kubectl for each look."""

import base64
import json
import ssl
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3
import yaml

Json = dict[str, Any]

VOXPOD = "/apis/voxpod.dev/v1alpha1"
MERGE = "application/merge-patch+json"


class KubeApi:
    """The API server that a kubeconfig names, as the user that it names."""

    def __init__(self, kubeconfig: str) -> None:
        config = yaml.safe_load(Path(kubeconfig).read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self._server = cluster["server"]
        context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        with tempfile.NamedTemporaryFile() as both:  # ssl reads certificates from files only
            both.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
            both.flush()
            context.load_cert_chain(both.name)
        self._http = urllib3.PoolManager(
            ssl_context=context, timeout=30, maxsize=32, retries=urllib3.Retry(3, backoff_factor=0.2)
        )

    def get(self, path: str) -> Json | None:
        """An object or a list; None when it is not there."""
        status, body = self.call("GET", path)
        return None if status == 404 else self._good("GET", path, status, body)

    def items(self, path: str, **selectors: str) -> list[Json]:
        """The items of a list; selectors as in the API: labelSelector, fieldSelector."""
        status, body = self.call("GET", path, fields=selectors)
        found: list[Json] = self._good("GET", path, status, body)["items"]
        return found

    def create(self, path: str, item: Json, user: str = "") -> Json:
        """Create in the collection at `path`, as another user where one is named."""
        status, body = self.call("POST", path, item, user=user)
        return self._good("POST", path, status, body)

    def merge(self, path: str, change: Json) -> Json:
        """JSON merge patch of an object."""
        status, body = self.call("PATCH", path, change, content_type=MERGE)
        return self._good("PATCH", path, status, body)

    def replace_at(self, path: str, pointer: str, value: Any) -> Json:
        """Replace one value inside of an object (JSON Patch)."""
        status, body = self.call(
            "PATCH",
            path,
            [{"op": "replace", "path": pointer, "value": value}],
            content_type="application/json-patch+json",
        )
        return self._good("PATCH", path, status, body)

    def text(self, path: str) -> str:
        """What is no JSON, such as metrics behind the API server's proxy."""
        response = self._http.request("GET", f"{self._server}{path}")
        said = response.data.decode()
        assert response.status == 200, f"GET {path}: {response.status} {said[:500]}"
        return said

    def delete(self, path: str, **options: Any) -> None:
        """Gone, or going; that it was gone before is fine. Options as in DeleteOptions."""
        status, body = self.call("DELETE", path, {"kind": "DeleteOptions", "apiVersion": "v1", **options})
        if status != 404:
            self._good("DELETE", path, status, body)

    def call(
        self,
        verb: str,
        path: str,
        item: Json | list[Json] | None = None,
        *,
        user: str = "",
        content_type: str = "application/json",
        fields: dict[str, str] | None = None,
    ) -> tuple[int, Json]:
        """Status and parsed body, whatever they are."""
        headers = {"Content-Type": content_type, "Accept": "application/json"} | (
            {"Impersonate-User": user} if user else {}
        )
        body = None if item is None else json.dumps(item).encode()
        url = f"{self._server}{path}" + (f"?{urlencode(fields)}" if fields else "")
        response = self._http.request(verb, url, body=body, headers=headers)
        if response.status == 404 and not response.data.startswith(b"{"):  # a path that is not served (yet)
            return response.status, {"message": response.data.decode()}
        return response.status, json.loads(response.data or b"{}")

    @staticmethod
    def _good(verb: str, path: str, status: int, body: Json) -> Json:
        assert status < 300, f"{verb} {path}: {status} {body.get('message', body)}"
        return body
